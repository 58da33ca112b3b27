//! When something is sent, and what.

use super::{state::of, *};
use crate::settings::env::Environment;

const URL: &str = "https://events.example.com/v1?key=k";

fn with(pairs: &[(&'static str, &str)]) -> State {
    of(&Environment::of(pairs), None)
}

#[test]
fn in_doubt_nothing_is_sent() {
    let url = ("AUTH0_MCP_ANALYTICS_URL", URL);
    assert_eq!(with(&[]), State::Off(Off::NoEndpoint));
    assert!(with(&[url]).is_on());
    for yes in ["1", "true", "YES", " on "] {
        assert!(with(&[url, ("AUTH0_MCP_ANALYTICS", yes)]).is_on(), "{yes}");
    }
    for no in ["", "0", "false", "FALSE", "No", "off", " oFF "] {
        let state = with(&[url, ("AUTH0_MCP_ANALYTICS", no)]);
        assert_eq!((&state, state.warning()), (&State::Off(Off::SwitchedOff), None), "{no}");
    }
    for odd in ["nope", "null", "2", "disabled", "\u{fffd}"] {
        let state = with(&[url, ("AUTH0_MCP_ANALYTICS", odd)]);
        assert_eq!(state, State::Off(Off::NotUnderstood), "{odd}");
        assert!(state.warning().unwrap().contains("neither on nor off"));
    }
    assert_eq!(with(&[url, ("DO_NOT_TRACK", "1")]), State::Off(Off::DoNotTrack));
    assert!(with(&[url, ("DO_NOT_TRACK", "0")]).is_on());
    // What was built in can be taken away, and replaced.
    let empty = Environment::of(&[("AUTH0_MCP_ANALYTICS_URL", "")]);
    assert_eq!(of(&empty, Some(URL)), State::Off(Off::NoEndpoint));
    assert!(of(&Environment::default(), Some(URL)).is_on());
}

#[test]
fn only_a_safe_address_is_used() {
    for good in
        ["https://a.example", "http://127.0.0.1:8080/x", "http://[::1]:1/", "http://localhost"]
    {
        assert!(with(&[("AUTH0_MCP_ANALYTICS_URL", good)]).is_on(), "{good}");
    }
    for bad in [
        "http://a.example",
        "a.example",
        "ftp://a.example",
        "https://u:p@a.example",
        "https://",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "file:///etc/passwd",
    ] {
        let state = with(&[("AUTH0_MCP_ANALYTICS_URL", bad)]);
        assert!(matches!(state, State::Off(Off::BadEndpoint(_))), "{bad}: {state:?}");
        assert!(state.warning().is_some(), "{bad}");
    }
    let json = with(&[("AUTH0_MCP_ANALYTICS_URL", URL)]).json();
    assert_eq!(json["endpoint"], "https://events.example.com", "{json}");
}

#[test]
fn an_event_says_what_is_documented_and_no_more() {
    let second = std::time::Duration::from_secs(1);
    let event = Event::tool(Some("auth0_get_log"), Outcome::Failure, second, "2025-06-18");
    let json = serde_json::to_value(&event).unwrap();
    let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, event::FIELDS.map(|field| field.name));
    for (name, value) in [
        ("event", "tool"),
        ("name", "auth0_get_log"),
        ("outcome", "failure"),
        ("duration", "<10s"),
        ("protocol", "2025-06-18"),
    ] {
        assert_eq!(json[name], value, "{json}");
    }
    assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
    let other =
        serde_json::to_value(Event::tool(None, Outcome::Fault, second, "my tenant")).unwrap();
    assert_eq!((&other["name"], &other["protocol"]), (&"other".into(), &"other".into()));
    for (ms, class) in
        [(0, "<10ms"), (10, "<100ms"), (999, "<1s"), (9_999, "<10s"), (10_000, ">=10s")]
    {
        let took = std::time::Duration::from_millis(ms);
        let json = serde_json::to_value(Event::command("init", Outcome::Success, took)).unwrap();
        assert_eq!(
            (&json["duration"], &json["protocol"]),
            (&class.into(), &serde_json::Value::Null)
        );
    }
}

#[test]
fn a_full_queue_drops_events_and_holds_nobody_up() {
    let state = with(&[("AUTH0_MCP_ANALYTICS_URL", "http://127.0.0.1:1/")]);
    // Whoever waited for a place in the queue would wait for ever: it is not emptied before all are recorded.
    let (all_recorded, wait) = std::sync::mpsc::channel::<()>();
    let telemetry = Telemetry::start(&state, move || {
        _ = wait.recv();
        None
    });
    for _ in 0..100_000 {
        telemetry.record(|| Event::command("run", Outcome::Success, Default::default()));
    }
    drop(all_recorded);
}
