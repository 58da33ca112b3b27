//! Changes while a server runs, in both eras of the protocol.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    home::{Home, hostile, with_section},
    session::{Session, tenant},
};

/// Waits for the notification that the list of tools changed.
#[track_caller]
fn told(session: &mut Session) -> Value {
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        if let Some(message) = session.next_within(Duration::from_secs(1))
            && message["method"] == "notifications/tools/list_changed"
        {
            return message;
        }
    }
    panic!("nothing was told; stderr: {}", session.stderr());
}

fn has(session: &mut Session, tool: &str) -> bool {
    session.tool_names().iter().any(|name| name == tool)
}

#[test]
fn a_handshake_client_is_told_and_sees_the_new_list() {
    let (home, tenant) = (Home::new(), tenant());
    let file = home.file("hostile.wasm", &hostile());
    let mut session = home.server().tenant(&tenant).start();
    assert!(!has(&mut session, "well_behaved"));
    home.ok(&["add", &file, "--yes"]);
    told(&mut session);
    assert!(has(&mut session, "well_behaved"));
    assert_eq!(session.call("well_behaved", json!({})).ok(), json!({"fine": true}));
    home.ok(&["remove", "hostile"]);
    told(&mut session);
    assert!(!has(&mut session, "well_behaved"));
    let answer = session.request("tools/call", json!({"name": "well_behaved", "arguments": {}}));
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert_eq!(session.end().code, Some(0));
}

#[test]
fn a_listening_client_is_told_under_its_subscription() {
    let (home, tenant) = (Home::new(), tenant());
    let file = home.file("hostile.wasm", &hostile());
    let mut session = home.server().tenant(&tenant).modern().start();
    let id =
        session.ask("subscriptions/listen", json!({"notifications": {"toolsListChanged": true}}));
    let acknowledged = session.next();
    assert_eq!(acknowledged["params"]["notifications"]["toolsListChanged"], true, "{acknowledged}");
    home.ok(&["add", &file, "--yes"]);
    let message = told(&mut session);
    let subscription = &message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
    assert_eq!(*subscription, json!(id), "{message}");
    assert!(has(&mut session, "well_behaved"));
    let took = session.end().took;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn a_client_that_does_not_listen_sees_it_with_its_next_request() {
    let (home, tenant) = (Home::new(), tenant());
    let file = home.file("hostile.wasm", &hostile());
    let mut session = home.server().tenant(&tenant).modern().start();
    assert!(!has(&mut session, "well_behaved"));
    home.ok(&["add", &file, "--yes"]);
    assert!(has(&mut session, "well_behaved"));
    home.ok(&["remove", "hostile"]);
    assert!(!has(&mut session, "well_behaved"));
}

#[test]
fn a_running_call_ends_on_the_component_it_began_with() {
    let (home, tenant) = (Home::new(), tenant());
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    let mut session = home.server().tenant(&tenant).start();
    session.call("well_behaved", json!({})).ok();
    let running = session.ask("tools/call", json!({"name": "drip", "arguments": {}}));
    std::thread::sleep(Duration::from_millis(200));
    home.ok(&["remove", "hostile"]);
    assert!(!has(&mut session, "well_behaved"));
    let answer = session.answer(running);
    assert!(answer.to_string().contains("TimedOut"), "{answer}");
}

#[test]
fn an_update_takes_the_place_of_the_old_component() {
    let (home, tenant) = (Home::new(), tenant());
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    let mut session = home.server().tenant(&tenant).start();
    session.call("well_behaved", json!({})).ok();
    fs::write(&file, with_section(hostile(), "new")).unwrap();
    home.ok(&["update"]);
    session.call("well_behaved", json!({})).ok();
    assert!(session.end().stderr.contains("`hostile` is another version"));
}

#[test]
fn a_plugin_that_fails_three_times_is_withdrawn_until_it_is_verified() {
    let (home, tenant) = (Home::new(), tenant());
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    let mut session = home.server().tenant(&tenant).start();
    for _ in 0..2 {
        session.call("trap", json!({})).error();
    }
    session.call("well_behaved", json!({})).ok();
    // The list changes before the answer of the call that changed it.
    session.ask("tools/call", json!({"name": "panic", "arguments": {}}));
    told(&mut session);
    assert!(!has(&mut session, "well_behaved"));
    let answer = session.request("tools/call", json!({"name": "well_behaved", "arguments": {}}));
    assert!(
        answer["error"]["message"].as_str().unwrap().contains("auth0-mcp plugin verify"),
        "{answer}"
    );
    session.call("auth0_list_applications", json!({})).ok();
    home.ok(&["verify", "hostile"]);
    told(&mut session);
    session.call("well_behaved", json!({})).ok();
    let stderr = session.end().stderr;
    assert!(stderr.contains("plugin `hostile` failed three times within a minute"), "{stderr}");
}

#[test]
fn a_broken_lock_takes_the_added_plugins_away_and_nothing_else() {
    let (home, tenant) = (Home::new(), tenant());
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    let mut session = home.server().tenant(&tenant).start();
    assert!(has(&mut session, "well_behaved"));
    let lock = home.lock();
    fs::write(home.data().join("plugins.lock"), "no lock = at all").unwrap();
    assert!(!has(&mut session, "well_behaved") && has(&mut session, "auth0_list_applications"));
    fs::write(home.data().join("plugins.lock"), lock).unwrap();
    assert!(has(&mut session, "well_behaved"));
    session.call("well_behaved", json!({})).ok();
}

#[test]
fn what_changes_is_in_the_audit_log() {
    let (home, tenant) = (Home::new(), tenant());
    let file = home.file("hostile.wasm", &hostile());
    let log = home.file("audit.jsonl", b"");
    let flags = ["--audit-log", log.as_str()];
    let mut session = home.server().tenant(&tenant).args(&flags).start();
    home.ok(&["add", &file, "--yes"]);
    assert!(has(&mut session, "well_behaved"));
    fs::write(&file, with_section(hostile(), "new")).unwrap();
    home.ok(&["update"]);
    for _ in 0..3 {
        session.call("trap", json!({})).error();
    }
    home.ok(&["verify", "hostile"]);
    assert!(has(&mut session, "well_behaved"));
    home.ok(&["remove", "hostile"]);
    assert!(!has(&mut session, "well_behaved"));
    assert_eq!(session.end().code, Some(0));

    let lines = fs::read_to_string(&log).unwrap();
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let changes: Vec<Value> = events.filter(|event| event["event"] == "plugin").collect();
    let words: Vec<&Value> = changes.iter().map(|event| &event["change"]).collect();
    assert_eq!(words, ["added", "updated", "withdrawn", "restored", "removed"]);
    assert!(changes.iter().all(|event| event["name"] == "hostile"), "{changes:?}");
    let digests: Vec<&str> =
        changes.iter().map(|event| event["plugin"].as_str().unwrap()).collect();
    assert!(digests[0] != digests[1] && digests[1..].iter().all(|digest| *digest == digests[1]));
}
