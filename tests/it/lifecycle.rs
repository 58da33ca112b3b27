//! How a session ends, and how a call does: at the end of input, by a signal, by cancellation.

use std::{process::Command, time::Duration};

use serde_json::json;
use tenant::{Fault, FaultKind};

use crate::session::{Builder, tenant};

/// What a client may wait for; measured figures are in the benchmark, this only tells prompt from stuck.
const PROMPT: Duration = Duration::from_millis(1000);

#[test]
fn the_process_ends_promptly_at_the_end_of_input() {
    let tenant = tenant();
    let ended = Builder::new().tenant(&tenant).start().end();
    assert_eq!(ended.code, Some(0));
    assert!(ended.took < PROMPT, "{:?}", ended.took);
}

#[test]
fn an_open_listener_does_not_hold_the_end_up() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).modern().start();
    session.request("tools/list", json!({}));
    session.ask("subscriptions/listen", json!({"notifications": {"toolsListChanged": true}}));
    assert_eq!(session.next()["method"], "notifications/subscriptions/acknowledged");
    let ended = session.end();
    assert_eq!(ended.code, Some(0));
    assert!(ended.took < PROMPT, "{:?}", ended.took);
    assert_eq!(ended.stdout.len(), 1, "the listener's closing result: {:?}", ended.stdout);
}

#[test]
fn input_that_ends_before_anything_was_asked_is_no_failure() {
    let tenant = tenant();
    let ended = Builder::new().tenant(&tenant).raw().start().end();
    assert_eq!((ended.code, ended.stdout.len()), (Some(0), 0), "{}", ended.stderr);
}

#[test]
fn a_running_call_gets_its_grace_and_its_answer() {
    let tenant = tenant();
    tenant.faults().push(Fault::new(FaultKind::Slow { milliseconds: 400 }));
    let mut session = Builder::new().tenant(&tenant).start();
    session.ask("tools/call", json!({"name": "auth0_list_applications", "arguments": {}}));
    std::thread::sleep(Duration::from_millis(100));
    let ended = session.end();
    assert_eq!(ended.code, Some(0));
    assert!(ended.stdout.concat().contains(r#""applications""#), "{:?}", ended.stdout);
}

#[test]
fn a_call_that_outlives_the_grace_is_stopped_with_an_answer() {
    let tenant = tenant();
    tenant.faults().push(Fault::new(FaultKind::Slow { milliseconds: 20_000 }));
    let mut session = Builder::new().tenant(&tenant).start();
    session.ask("tools/call", json!({"name": "auth0_list_applications", "arguments": {}}));
    std::thread::sleep(Duration::from_millis(100));
    let ended = session.end();
    assert_eq!(ended.code, Some(0));
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
    assert!(ended.stdout.concat().contains("stopping"), "{:?}", ended.stdout);
}

#[cfg(unix)]
#[test]
fn signals_end_the_process_cleanly() {
    let tenant = tenant();
    for signal in ["TERM", "INT", "HUP"] {
        let session = Builder::new().tenant(&tenant).start();
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &session.pid().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(session.end().code, Some(0), "{signal}");
    }
}

#[test]
fn cancelling_a_call_stops_its_http_request_and_gives_no_answer() {
    let tenant = tenant();
    tenant.faults().push(Fault::new(FaultKind::Slow { milliseconds: 20_000 }));
    let mut session = Builder::new().tenant(&tenant).start();
    let id = session.ask("tools/call", json!({"name": "auth0_list_applications", "arguments": {}}));
    wait_until(|| !tenant.requests().is_empty());
    session
        .notify("notifications/cancelled", json!({"requestId": id, "reason": "changed my mind"}));
    wait_until(|| {
        tenant.requests().iter().any(|request| request.outcome == tenant::Outcome::Aborted)
    });
    assert!(
        session.next_within(Duration::from_millis(300)).is_none(),
        "a cancelled request gets no answer"
    );
    tenant.faults().clear();
    // What is left of the cancelled call would end another one with its id.
    let again = json!({"jsonrpc": "2.0", "id": id, "method": "tools/list", "params": {}});
    session.send_line(&again.to_string());
    assert_eq!(session.next()["error"]["code"], -32600);
    session.call("auth0_list_applications", json!({"per_page": 1})).ok();
}

/// Waits for what another thread or process does.
pub(crate) fn wait_until(done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it did not happen within 5 s");
}
