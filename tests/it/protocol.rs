//! The protocol in both eras: transcripts of whole sessions, and the errors that JSON-RPC and MCP ask for.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::session::{Builder, Session, tenant};

/// Plays a transcript: lines with `> ` are sent; each `< ` line must be part of the next answer.
fn play(file: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/sessions")).join(file);
    let text = fs::read_to_string(path).unwrap();
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).raw().start();
    for (number, line) in text.lines().enumerate() {
        let at = format!("{file}:{}", number + 1);
        if let Some(sent) = line.strip_prefix("> ") {
            session.send_line(sent);
        } else if let Some(expected) = line.strip_prefix("< ") {
            let expected: Value =
                serde_json::from_str(expected).unwrap_or_else(|e| panic!("{at}: {e}"));
            let answer = session.next();
            assert!(holds(&answer, &expected), "{at}: {answer}\ndoes not hold {expected}");
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "{at}: neither `> `, `< ` nor `#`");
        }
    }
    let ended = session.end();
    assert_eq!(ended.code, Some(0), "{file}: {}", ended.stderr);
    assert_eq!(ended.stdout, [""; 0], "{file}: more answers than expected");
}

/// Whether `answer` has everything that `expected` has; a string `…` stands for any value.
fn holds(answer: &Value, expected: &Value) -> bool {
    match (answer, expected) {
        (_, Value::String(any)) if any == "…" => !answer.is_null(),
        (Value::Object(answer), Value::Object(expected)) => expected
            .iter()
            .all(|(key, value)| holds(answer.get(key).unwrap_or(&Value::Null), value)),
        (Value::Array(answer), Value::Array(expected)) => {
            answer.len() == expected.len() && answer.iter().zip(expected).all(|(a, e)| holds(a, e))
        }
        _ => answer == expected,
    }
}

#[test]
fn transcripts() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/sessions"));
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files.iter().for_each(|file| play(file));
}

/// What is asked of a server that nobody has greeted yet, and of one that has been.
fn in_both_eras(check: impl Fn(&mut Session)) {
    let tenant = tenant();
    check(&mut Builder::new().tenant(&tenant).start());
    check(&mut Builder::new().tenant(&tenant).modern().start());
}

#[test]
fn every_tool_answers_in_both_eras_with_equal_text_and_structure() {
    in_both_eras(|session| {
        let tools = session.tool_names();
        assert!(tools.len() >= 4);
        let listed = session.call("auth0_list_applications", json!({"per_page": 3}));
        let parsed: Value = serde_json::from_str(&listed.text).unwrap();
        assert_eq!(parsed, listed.structured);
    });
}

#[test]
fn an_unknown_tool_is_a_protocol_error_with_a_hint() {
    in_both_eras(|session| {
        let answer =
            session.request("tools/call", json!({"name": "auth0_get_aplication", "arguments": {}}));
        assert_eq!(answer["error"]["code"], -32602);
        assert!(
            answer["error"]["message"]
                .as_str()
                .unwrap()
                .contains("did you mean auth0_get_application"),
            "{answer}"
        );
    });
}

#[test]
fn modern_results_carry_their_type_and_cache_hints() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).modern().start();
    let list = session.request("tools/list", json!({}));
    assert_eq!(list["result"]["resultType"], "complete");
    assert_eq!(list["result"]["cacheScope"], "private");
    assert!(list["result"]["ttlMs"].as_u64().is_some());
    let discovered = session.request("server/discover", json!({}));
    assert!(
        discovered["result"]["supportedVersions"]
            .as_array()
            .unwrap()
            .contains(&json!("2026-07-28"))
    );
    assert!(discovered["result"]["instructions"].as_str().unwrap().chars().count() <= 2048);
}

#[test]
fn a_line_over_the_limit_is_answered_and_the_session_goes_on() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    session.send_line(&format!(
        r#"{{"jsonrpc":"2.0","id":90,"method":"ping","pad":"{}"}}"#,
        "x".repeat(5 << 20)
    ));
    assert_eq!(session.next()["error"]["code"], -32600);
    assert!(session.request("ping", json!({}))["result"].is_object());
}

#[test]
fn an_id_that_is_in_use_is_refused_before_anything_is_done() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let call = |name: &str| {
        json!({"jsonrpc": "2.0", "id": 50, "method": "tools/call",
            "params": {"name": "auth0_create_application", "arguments": {"name": name}}})
        .to_string()
    };
    session.send_line(&format!("{}\n{}\n{}", call("one"), call("two"), call("three")));
    let answers = [session.next(), session.next(), session.next()];
    let refused = answers.iter().filter(|answer| answer["error"]["code"] == -32600).count();
    assert_eq!(refused, 2, "{answers:?}");
    let done = answers.iter().find(|answer| answer["result"].is_object()).unwrap();
    assert_eq!(done["result"]["structuredContent"]["name"], "one");
    let posts = tenant.requests().iter().filter(|request| request.method == "POST").count();
    assert_eq!(posts, 1);
    session.send_line(&call("four"));
    assert_eq!(session.next()["result"]["structuredContent"]["name"], "four");
}

#[test]
fn no_json_text_hides_in_another() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let hidden = r#"{"$serde_json::private::RawValue":"\"tools/list\""}"#;
    session.send_line(&format!(r#"{{"jsonrpc":"2.0","id":7,"method":{hidden},"params":{{}}}}"#));
    assert_eq!(session.next()["error"]["code"], -32600);
}
