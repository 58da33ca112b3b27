//! Calls of hostile tools: each ends in an error that names its reason, and the same server goes on.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;

use crate::{answers, at_once, goes_on, session::Builder, tenant};

/// Tools that must fail, and the words of it.
const FAILS: [(&str, &str); 31] = [
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
    ("copy_forever", "deadline of 2 s"),
    ("pause_flood", "deadline of 2 s"),
    ("deep_host_calls", "used up its stack"),
    ("huge_request", "TooLarge(2097152)"),
    ("huge_path", "TooLarge(2097152)"),
    ("overlapping_lists", "too much data is being copied"),
    ("log_not_utf8", "utf-8"),
    ("log_outside", "out of bounds"),
    ("log_bad_level", "discriminant"),
    ("request_unaligned", "aligned"),
    ("answer_not_utf8", "utf-8"),
    ("huge_scopes", "the limit is 8192 bytes"),
    ("format_strings", "%s%n%x {} {0} {tool} $HOME `id`"),
    ("forge_failure", r"<script>\u{202e}"),
    ("forge_failure", r"\u{1b}[31m"),
];

#[test]
fn each_hostile_tool_ends_with_its_reason_and_the_server_goes_on() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    for (tool, words) in FAILS {
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
    let names = session.tool_names();
    let hostile: Vec<_> = names.iter().filter(|name| !name.starts_with("wander_")).collect();
    assert_eq!(hostile, ["read_then_write", "unreadable_tool"]);
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
    for tool in ["answer_with", "fail_with", "log_with", "panic_with", "forge_refusal"] {
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

/// Tools of the tests below.
const OTHERS: [&str; 16] = [
    "well_behaved",
    "path_tricks",
    "forge_log",
    "answer_with",
    "fail_with",
    "log_with",
    "panic_with",
    "progress_flood",
    "forge_refusal",
    "grow_all",
    "nan",
    "poison",
    "look_for_poison",
    "slow_answers",
    "log_overlapping",
    "unreadable_tool",
];

#[test]
fn every_hostile_tool_is_tested() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).args(&["--tools", "*"]).start();
    let there: BTreeSet<_> = session.tool_names().into_iter().collect();
    let there: BTreeSet<_> =
        there.iter().filter(|name| !name.starts_with("wander_")).map(String::as_str).collect();
    let tested: BTreeSet<_> = FAILS.iter().map(|(tool, _)| *tool).chain(OTHERS).collect();
    assert_eq!(there, tested);
}

#[test]
fn what_is_allowed_is_answered() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let grown = session.call("grow_all", json!({})).ok();
    let pages = grown["pages"].as_u64().unwrap();
    assert!((900..1024).contains(&pages), "{pages} pages of 64 KiB beside what it had");
    assert_eq!(session.call("slow_answers", json!({})).ok(), json!({"kept": 100}));
    let canonical = "7ff8000000000000";
    assert_eq!(session.call("nan", json!({})).ok(), json!({"bits": vec![canonical; 4]}));
    session.call("log_overlapping", json!({})).ok();
    goes_on(&mut session);
    let stderr = session.end().stderr;
    assert!(stderr.len() < 1 << 20, "{} bytes", stderr.len());
}

#[test]
fn nothing_of_one_call_is_left_for_the_next() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    for round in 0..3 {
        // More at once than the pool keeps warm, so that each place is used.
        let asked = at_once(&mut session, "poison", 16);
        answers(&mut session, asked);
        for _ in 0..16 {
            let found = session.call("look_for_poison", json!({})).ok();
            assert_eq!(found, json!({"found": 0}), "round {round}");
        }
    }
}

#[test]
fn a_flood_of_slow_calls_leaves_room_for_another_plugin() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let slow = at_once(&mut session, "drip", 100);
    std::thread::sleep(Duration::from_millis(100));
    let began = std::time::Instant::now();
    assert_eq!(session.call("wander_environment", json!({})).ok(), json!({"said": "0"}));
    // A slow call lasts 2 s, and this one would wait for its end.
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    for ended in answers(&mut session, slow) {
        let text = ended.error();
        assert!(text.contains("TimedOut") || text.contains("found no place"), "{text}");
        assert!(!text.contains("fault of the tool"), "{text}");
    }
    goes_on(&mut session);
}

#[test]
fn computing_calls_hold_nobody_up_for_longer_than_a_turn() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    session.call("wander_environment", json!({})).ok();
    at_once(&mut session, "spin", 16);
    std::thread::sleep(Duration::from_millis(300));
    let took: Vec<_> = (0..9)
        .map(|_| {
            let began = std::time::Instant::now();
            session.call("wander_environment", json!({})).ok();
            began.elapsed()
        })
        .collect();
    // Without turns the runtime looks at its sockets after 61 ticks, which is 610 ms. A machine that is busy
    // with other things takes longer than one turn, but not each time.
    assert!(took.iter().min() < Some(&Duration::from_millis(450)), "{took:?}");
}
