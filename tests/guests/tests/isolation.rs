//! A call cannot hurt the next one: each hostile tool ends in an error that names its reason, and the same
//! server goes on.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "tests; the session driver is shared"
)]

#[path = "../../it/session.rs"]
mod session;

use std::time::Duration;

use serde_json::json;
use session::{Builder, Session};
use tenant::{Options, Tenant};

/// The product with hostile plugins in place of its own.
const BINARY: &str = env!("CARGO_BIN_EXE_guest-host");

fn tenant() -> Tenant {
    Tenant::start(Options::default()).unwrap()
}

/// The next call after a hostile one.
#[track_caller]
fn goes_on(session: &mut Session) {
    assert_eq!(session.call("well_behaved", json!({})).ok(), json!({"fine": true}));
}

#[test]
fn each_hostile_tool_ends_with_its_reason_and_the_server_goes_on() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let table = [
        ("spin", "deadline of 2 s"),
        ("wait_forever", "TimedOut"),
        ("drip", "TimedOut"),
        ("eat_memory", "the limit is 67108864 bytes"),
        ("recurse", "used up its stack"),
        ("panic", "the plugin panicked: tests/guests/hostile/src/lib.rs"),
        ("panic", "the reason of the panic with a second line"),
        ("trap", "unreachable"),
        ("huge_answer", "the limit is 1048576 bytes"),
        ("huge_failure", "the limit is 8192 bytes"),
        ("not_json", "is not JSON"),
        ("deep_json", "is not JSON"),
        (
            "read_then_write",
            "read_then_write may not send PATCH clients/abc: only reading is allowed here, and its rows are GET clients/{id}",
        ),
        ("other_row", "other_row may not send GET users/abc: its rows are GET clients/{id}"),
        ("flood", "100 requests, then Refusal::NotGranted"),
        ("body_not_json", "JSON"),
    ];
    for (tool, words) in table {
        let text = session.call(tool, json!({})).error();
        assert!(text.to_lowercase().contains(&words.to_lowercase()), "{tool}: {text}");
        assert!(text.len() < 2000, "{tool}: {} bytes", text.len());
        goes_on(&mut session);
    }
    assert_eq!(session.end().code, Some(0));
}

#[test]
fn no_trick_reaches_a_path_that_the_row_does_not_name() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    assert_eq!(session.call("path_tricks", json!({})).ok(), json!({"passed": 0}));
    assert!(tenant.requests().is_empty(), "{:?}", tenant.requests());
}

#[test]
fn read_only_is_enforced_on_the_wire() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).args(&["--read-only"]).start();
    assert_eq!(session.tool_names(), ["read_then_write", "unreadable_tool"]);
    session.call("read_then_write", json!({})).error();
    assert!(tenant.requests().is_empty());
}

#[test]
fn a_guest_cannot_forge_or_flood_the_log() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    session.call("forge_log", json!({})).ok();
    let stderr = session.end().stderr;
    assert!(!stderr.contains("\n[ERROR:auth0-mcp] forged"), "{stderr}");
    assert!(!stderr.contains('\u{1b}') && !stderr.contains('\u{202e}'));
    assert!(stderr.lines().count() < 250 && stderr.len() < 100_000, "{} bytes", stderr.len());
}

#[test]
fn spinning_calls_do_not_hold_others_up() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    for _ in 0..6 {
        session.ask("tools/call", json!({"name": "spin", "arguments": {}}));
    }
    std::thread::sleep(Duration::from_millis(50));
    let began = std::time::Instant::now();
    goes_on(&mut session);
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
}

#[test]
fn a_plugin_without_an_enabled_tool_is_never_opened() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).debug().args(&["--tools", "well_*"]).start();
    goes_on(&mut session);
    let stderr = session.end().stderr;
    assert!(
        stderr.contains("plugin `unreadable` is never opened: none of its tools is on"),
        "{stderr}"
    );
    assert!(stderr.contains("plugin `hostile` opened"), "{stderr}");
    assert!(!stderr.contains("cannot be opened"), "{stderr}");
}

#[test]
fn a_plugin_that_cannot_be_opened_fails_alone() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let text = session.call("unreadable_tool", json!({})).error();
    assert!(text.contains("cannot run") && text.contains("compiled code cannot be used"), "{text}");
    goes_on(&mut session);
}

#[test]
fn a_plugin_that_repeats_a_credential_shows_nothing() {
    let tenant = tenant();
    let token = tenant.issue_token(&["read:clients"], Duration::from_secs(60));
    let mut session = Builder::new().tenant_with(&tenant, &token).debug().start();
    for tool in ["answer_with", "fail_with", "log_with", "panic_with"] {
        let called = session.call(tool, json!({"text": format!("see {token} there")}));
        assert!(!called.raw.contains(&token[..40]), "{tool}: {}", called.raw);
        assert!(!called.raw.contains(&token[token.len() - 20..]), "{tool}: {}", called.raw);
    }
    let stderr = session.end().stderr;
    assert!(
        !stderr.contains(&token[..40]) && !stderr.contains(&token[token.len() - 20..]),
        "{stderr}"
    );
}

#[test]
fn progress_is_bounded() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let params =
        json!({"name": "progress_flood", "arguments": {}, "_meta": {"progressToken": "t"}});
    let id = session.ask("tools/call", params);
    let mut steps = 0;
    while session.next()["id"] != id {
        steps += 1;
    }
    assert!((1..=200).contains(&steps), "{steps}");
}
