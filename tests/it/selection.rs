//! Which tools a session has: patterns, read-only, and their environment twins.

use serde_json::json;

use crate::session::{Builder, tenant};

#[test]
fn patterns_choose_tools_and_read_only_wins() {
    let tenant = tenant();
    let table: [(&[&str], &[(&str, &str)], &[&str]); 6] = [
        (&["--tools", "auth0_get_a*"], &[], &["auth0_get_application", "auth0_get_action"]),
        (
            &[],
            &[("AUTH0_MCP_TOOLS", "auth0_*_application")],
            &["auth0_get_application", "auth0_create_application", "auth0_update_application"],
        ),
        (
            &["--tools", "auth0_list_applications"],
            &[("AUTH0_MCP_TOOLS", "auth0_get_*")],
            &["auth0_list_applications"],
        ),
        (
            &["--read-only", "--tools", "auth0_*_application*"],
            &[],
            &["auth0_list_applications", "auth0_get_application", "auth0_list_application_grants"],
        ),
        (
            &["--read-only=false", "--tools", "auth0_*_form*"],
            &[("AUTH0_MCP_READ_ONLY", "1")],
            &["auth0_list_forms", "auth0_get_form"],
        ),
        (&["--read-only", "--tools", "auth0_create_application"], &[], &[]),
    ];
    for (args, env, expected) in table {
        let builder = env
            .iter()
            .fold(Builder::new().tenant(&tenant).args(args), |b, (name, value)| b.env(name, value));
        assert_eq!(builder.start().tool_names(), expected, "{args:?} {env:?}");
    }
}

#[test]
fn a_tool_that_is_off_is_unknown() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).args(&["--read-only"]).start();
    let answer = session.request(
        "tools/call",
        json!({"name": "auth0_create_application", "arguments": {"name": "x"}}),
    );
    assert!(
        answer["error"]["message"].as_str().unwrap().contains("Unknown or restricted tool"),
        "{answer}"
    );
    assert!(tenant.requests().is_empty());
}

#[test]
fn a_wrong_choice_refuses_to_start() {
    let tenant = tenant();
    let table: [(&[&str], &[(&str, &str)], i32, &str); 7] = [
        (&["--tools", "auth0_get_aplication"], &[], 3, "did you mean `auth0_get_application`"),
        (&["--tools", ","], &[], 3, "the list of tool patterns is empty"),
        (&["--tools", "auth0_list_"], &[], 3, "matches no tool"),
        (&[], &[("AUTH0_MCP_READ_ONLY", "maybe")], 3, "neither on nor off"),
        (&["--read-only=ja"], &[], 3, "neither on nor off"),
        (&["--redonly"], &[], 2, "--read-only"),
        (&["--tools"], &[], 2, "--tools"),
    ];
    for (args, env, code, words) in table {
        let builder =
            env.iter().fold(Builder::new().tenant(&tenant).raw().args(args), |b, (name, value)| {
                b.env(name, value)
            });
        let ended = builder.start().end();
        assert_eq!(ended.code, Some(code), "{args:?} {env:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{args:?} {env:?}: {}", ended.stderr);
        assert!(ended.stdout.is_empty());
    }
}

#[test]
fn debug_lines_say_what_is_on_and_what_was_opened() {
    let tenant = tenant();
    let mut session =
        Builder::new().tenant(&tenant).debug().args(&["--tools", "auth0_list_*"]).start();
    assert!(!session.stderr().contains("opened:"), "nothing is opened before it is needed");
    session.call("auth0_list_applications", json!({})).ok();
    let stderr = session.end().stderr;
    for words in [
        "tool `auth0_list_applications` is on: pattern `auth0_list_*` matches",
        "tool `auth0_create_application` is off: it is not among the tools",
        "plugin `applications` opened",
    ] {
        assert!(stderr.contains(words), "no line with {words}:\n{stderr}");
    }
}

#[test]
fn read_only_leaves_exactly_the_reading_tools() {
    let tenant = tenant();
    let reading = |tools: Vec<serde_json::Value>| -> Vec<_> {
        let reads = |tool: &serde_json::Value| tool["annotations"]["readOnlyHint"] == true;
        tools.iter().filter(|tool| reads(tool)).map(|tool| tool["name"].clone()).collect()
    };
    let all = reading(Builder::new().tenant(&tenant).start().tools());
    let left = Builder::new().tenant(&tenant).args(&["--read-only"]).start().tools();
    assert_eq!(left.iter().map(|tool| tool["name"].clone()).collect::<Vec<_>>(), all);
    assert_eq!(all.len(), 11);
}

#[test]
fn families_that_are_not_enabled_are_never_opened() {
    let tenant = tenant();
    let mut session =
        Builder::new().tenant(&tenant).debug().args(&["--tools", "auth0_*_log*"]).start();
    session.call("auth0_list_logs", json!({"per_page": 1})).ok();
    let stderr = session.end().stderr;
    assert!(stderr.contains("plugin `logs` opened"), "{stderr}");
    for family in ["applications", "resource-servers", "actions", "forms", "application-grants"] {
        assert!(
            stderr.contains(&format!("plugin `{family}` is never opened")),
            "{family}: {stderr}"
        );
        assert!(!stderr.contains(&format!("plugin `{family}` opened")), "{family}: {stderr}");
    }
}
