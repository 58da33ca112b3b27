//! The operator's policy against flags and environment: whatever is narrower wins, and what is off is not opened.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use crate::session::{Builder, tenant};

/// A policy in a file of its own.
pub fn policy(text: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name =
        format!("policy-{}-{}.toml", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

fn run(args: &[&str], env: &[(&str, &str)]) -> (i32, String, String) {
    let output = Command::new(crate::BINARY)
        .args(args)
        .env_clear()
        .env("AUTH0_MCP_DATA_DIR", env!("CARGO_TARGET_TMPDIR"))
        .envs(env.iter().copied())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The tools that are on, as `policy check` says.
fn on(args: &[&str], env: &[(&str, &str)]) -> Vec<String> {
    let args: Vec<_> = ["policy", "check", "--json"].iter().chain(args).copied().collect();
    let (code, stdout, stderr) = run(&args, env);
    assert_eq!(code, 0, "{args:?} {env:?}: {stderr}");
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let tools = report["tools"].as_array().unwrap().iter().filter(|tool| tool["on"] == true);
    tools.map(|tool| tool["tool"].as_str().unwrap().to_owned()).collect()
}

/// Policy, flags, environment, and how many tools are left.
const TABLE: &[(&str, &[&str], &[(&str, &str)], usize)] = &[
    ("", &[], &[], 22),
    ("", &["--read-only"], &[], 11),
    ("", &["--tools", "auth0_get_*"], &[], 5),
    ("read-only = true", &[], &[], 11),
    ("read-only = true", &["--read-only=false"], &[], 11),
    ("read-only = true", &["--read-only=false"], &[("AUTH0_MCP_READ_ONLY", "false")], 11),
    ("read-only = true", &["--tools", "*"], &[], 11),
    ("read-only = true", &["--tools", "auth0_create_*"], &[], 0),
    ("read-only = false", &["--read-only"], &[], 11),
    ("read-only = false", &[], &[("AUTH0_MCP_READ_ONLY", "1")], 11),
    ("allow.families = [\"logs\"]", &[], &[], 2),
    ("allow.families = [\"logs\"]", &["--tools", "*"], &[("AUTH0_MCP_TOOLS", "*")], 2),
    ("allow.families = [\"logs\"]", &["--tools", "auth0_list_*"], &[], 1),
    ("allow.families = [\"logs\"]", &[], &[("AUTH0_MCP_TOOLS", "auth0_get_*")], 1),
    ("allow.families = [\"logs\"]", &["--tools", "*_form"], &[], 0),
    ("allow.families = []", &["--tools", "*"], &[], 0),
    ("deny.families = [\"actions\"]", &[], &[], 17),
    ("deny.families = [\"actions\"]", &["--tools", "auth0_*_action*"], &[], 0),
    ("deny.families = [\"actions\"]", &["--read-only"], &[], 9),
    ("allow.tools = [\"auth0_get_*\"]", &["--tools", "auth0_get_log,auth0_list_logs"], &[], 1),
    ("allow.tools = [\"auth0_get_*\", \"auth0_create_form\"]", &["--read-only"], &[], 5),
    ("deny.tools = [\"auth0_get_log\"]", &["--tools", "auth0_get_log"], &[], 0),
    ("deny.tools = [\"*\"]", &["--tools", "*"], &[("AUTH0_MCP_TOOLS", "*")], 0),
    ("allow.tools = [\"*\"]\ndeny.tools = [\"*_list_*\"]", &[], &[], 16),
    ("allow.effects = [\"read-only\"]", &["--read-only=no"], &[], 11),
    ("allow.effects = [\"write\"]", &["--read-only"], &[], 0),
    ("allow.effects = [\"write\"]", &[], &[], 5),
    ("deny.effects = [\"destructive\"]", &["--tools", "*"], &[], 16),
    ("deny.effects = [\"destructive\"]", &["--read-only"], &[], 11),
    ("deny.effects = [\"write\"]", &["--tools", "auth0_update_*"], &[], 0),
    ("allow.endpoints = [\"GET **\"]", &["--tools", "*"], &[], 11),
    ("allow.endpoints = [\"* clients/**\"]", &[], &[], 4),
    ("allow.endpoints = [\"* clients/**\"]", &["--read-only"], &[], 2),
    ("deny.endpoints = [\"GET logs/{id}\"]", &["--tools", "auth0_*_log*"], &[], 1),
    ("deny.endpoints = [\"GET logs/abc\"]", &["--tools", "auth0_*_log*"], &[], 2),
    ("plugins.third-party = false", &[], &[], 22),
    ("allow.families = [\"logs\"]\ndeny.families = [\"logs\"]", &["--tools", "*"], &[], 0),
];

#[test]
fn the_narrowest_of_policy_flags_and_environment_wins() {
    assert!(TABLE.len() >= 30);
    let everything = on(&[], &[]);
    assert_eq!(everything.len(), 22);
    for (text, args, env, count) in TABLE {
        let file = policy(text);
        let policed: Vec<_> =
            env.iter().copied().chain([("AUTH0_MCP_POLICY", file.to_str().unwrap())]).collect();
        let left = on(args, &policed);
        assert_eq!(left.len(), *count, "{text} {args:?} {env:?}: {left:?}");
        let (without, alone) = (on(args, env), on(&[], &policed[env.len()..]));
        for tool in &left {
            assert!(without.contains(tool) && alone.contains(tool), "{text} {args:?}: {tool}");
        }
    }
}

#[test]
fn a_server_has_the_tools_that_policy_check_promises() {
    let tenant = tenant();
    for (text, args, env, _) in TABLE.iter().step_by(4) {
        let file = policy(text);
        let policed: Vec<_> =
            env.iter().copied().chain([("AUTH0_MCP_POLICY", file.to_str().unwrap())]).collect();
        let builder = Builder::new().tenant(&tenant).args(args);
        let builder = policed.iter().fold(builder, |b, (name, value)| b.env(name, value));
        assert_eq!(builder.start().tool_names(), on(args, &policed), "{text} {args:?}");
    }
}

#[test]
fn policy_check_says_what_decided() {
    let file = policy("deny.families = [\"forms\"]\ndeny.endpoints = [\"GET logs/secret\"]");
    let env = [("AUTH0_MCP_POLICY", file.to_str().unwrap()), ("AUTH0_MCP_READ_ONLY", "1")];
    let (code, stdout, _) = run(&["policy", "check", "--tools", "*log*,*form*,*create*"], &env);
    assert_eq!(code, 0);
    let place = file.display();
    for words in [
        format!("policy {place} (AUTH0_MCP_POLICY, sha256:"),
        "on   auth0_list_logs                 --tools: a pattern matches\n".to_owned(),
        format!(
            "on   auth0_get_log                   --tools: a pattern matches; in part: some requests of GET logs/{{id}} are denied: deny.endpoints has \"GET logs/secret\" ({place}:2)"
        ),
        format!(
            "off  auth0_list_forms                policy: the family `forms` is denied: deny.families has \"forms\" ({place}:1)"
        ),
        "off  auth0_create_application        AUTH0_MCP_READ_ONLY: it writes".to_owned(),
        "off  auth0_get_action                --tools: it is not among the tools".to_owned(),
        "2 of 22 tools are on\n".to_owned(),
    ] {
        assert!(stdout.contains(&words), "no line with {words}:\n{stdout}");
    }
    let (_, stdout, _) = run(&["policy", "show", "--json"], &env);
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(shown["policy"][0]["rules"][1]["line"], 2);
    let (_, stdout, _) = run(&["policy", "check"], &[]);
    assert!(
        stdout.contains("no policy holds") && stdout.contains("default: every tool is enabled")
    );
}

#[test]
fn what_is_wrong_with_a_policy_stops_the_start_with_its_place() {
    let tenant = tenant();
    for (text, words) in [
        (
            "read_only = true",
            "line 1, column 1: unknown key `read_only`; did you mean `read-only`?",
        ),
        (
            "[deny]\nfamilie = []",
            "line 2, column 1: unknown key `familie` in `deny`; did you mean `families`?",
        ),
        ("allow.families = [\"log\"]", "no family has this name; did you mean `logs`?"),
        ("allow.tools = [\"auth0_list_log\"]", "no tool matches; did you mean `auth0_list_logs`"),
        ("limits.memory-bytes = \"64 MiB\"", "must be a whole number"),
        ("read-only = yes", "this is not TOML"),
        ("audit.required = true", "an audit log is required, because audit.required = true"),
    ] {
        let file = policy(text);
        let builder = Builder::new().tenant(&tenant).raw();
        let ended = builder.env("AUTH0_MCP_POLICY", file.to_str().unwrap()).start().end();
        assert_eq!(ended.code, Some(3), "{text}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{text}: {}", ended.stderr);
        assert!(ended.stdout.is_empty());
        if !text.starts_with("audit") {
            let (code, _, stderr) = run(&["policy", "check", file.to_str().unwrap()], &[]);
            assert!(code == 3 && stderr.contains(words), "{text}: {code} {stderr}");
        }
    }
    for (value, words) in [("/nonexistent/p.toml", "cannot be read"), ("", "names no file")] {
        let ended =
            Builder::new().tenant(&tenant).raw().env("AUTH0_MCP_POLICY", value).start().end();
        assert!(ended.code == Some(3) && ended.stderr.contains(words), "{value}: {}", ended.stderr);
    }
    let denied = policy("deny.families = [\"actons\"]");
    let (code, _, stderr) =
        run(&["policy", "check"], &[("AUTH0_MCP_POLICY", denied.to_str().unwrap())]);
    assert!(
        code == 0 && stderr.contains("warning: ") && stderr.contains("did you mean `actions`"),
        "{stderr}"
    );
}

#[test]
fn a_denied_request_is_stopped_on_its_way_and_the_operator_reads_why() {
    let tenant = tenant();
    let file = policy("deny.endpoints = [\"GET logs/LOG-secret-1\"]");
    let mut session =
        Builder::new().tenant(&tenant).env("AUTH0_MCP_POLICY", file.to_str().unwrap()).start();
    let text = session.call("auth0_get_log", json!({"id": "log-SECRET-1"})).error();
    assert!(
        text.contains("may not send GET logs/{id}: the operator's policy does not allow it"),
        "{text}"
    );
    assert!(!text.contains(file.to_str().unwrap()), "{text}");
    assert!(tenant.requests().is_empty());
    session.call("auth0_list_logs", json!({"per_page": 1})).ok();
    let stderr = session.end().stderr;
    assert!(stderr.contains(&format!("({}:1)", file.display())), "{stderr}");
}

#[test]
fn a_denied_family_is_off_by_its_rule_and_never_opened() {
    let tenant = tenant();
    let file = policy("deny.families = [\"logs\"]");
    let mut session = Builder::new()
        .tenant(&tenant)
        .debug()
        .args(&["--tools", "*"])
        .env("AUTH0_MCP_POLICY", file.to_str().unwrap())
        .start();
    let refused =
        session.request("tools/call", json!({"name": "auth0_list_logs", "arguments": {}}));
    let text = refused["error"]["message"].as_str().unwrap();
    assert!(
        text.contains("the operator's policy does not allow it: the family `logs` is denied"),
        "{text}"
    );
    assert!(!text.contains(".toml"), "{text}");
    session.call("auth0_list_applications", json!({})).ok();
    let stderr = session.end().stderr;
    let place = file.display();
    for words in [
        format!(
            "tool `auth0_get_log` is off: the family `logs` is denied: deny.families has \"logs\" ({place}:1)"
        ),
        "plugin `logs` is never opened: none of its tools is on".to_owned(),
    ] {
        assert!(stderr.contains(&words), "no line with {words}:\n{stderr}");
    }
    assert!(!stderr.contains("plugin `logs` opened"), "{stderr}");
}

#[test]
fn a_policy_forbids_folders_whatever_the_flag_says() {
    let tenant = tenant();
    let folder = format!("logs:{}", env!("CARGO_TARGET_TMPDIR"));
    let start = |policy: &Path| {
        // None of its tools is on, so nobody asks whether it has use for a folder.
        let args = ["--allow-dir", &folder, "--tools", "auth0_list_forms"];
        let builder = Builder::new().tenant(&tenant).raw().args(&args);
        builder.env("AUTH0_MCP_POLICY", policy.to_str().unwrap()).start().end()
    };
    let ended = start(&policy("plugins.allow-dir = false"));
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let says = "--allow-dir: the operator's policy forbids it: plugins may not be given folders";
    assert!(ended.stderr.contains(says), "{}", ended.stderr);
    assert_eq!(start(&policy("plugins.third-party = false")).code, Some(0));
}

#[test]
fn limits_can_only_be_lowered() {
    let tenant = tenant();
    let started = |text: &str| {
        let file = policy(text);
        Builder::new().tenant(&tenant).env("AUTH0_MCP_POLICY", file.to_str().unwrap()).start()
    };
    let text =
        started("limits.answer-bytes = 100").call("auth0_list_applications", json!({})).error();
    assert!(text.contains("the limit is 100 bytes"), "{text}");
    let text =
        started("limits.memory-bytes = 65536").call("auth0_list_applications", json!({})).error();
    assert!(text.contains("the limit is 65536 bytes"), "{text}");
    started("limits.memory-bytes = 99_999_999_999\nlimits.answer-bytes = 99_999_999_999")
        .call("auth0_list_applications", json!({}))
        .ok();
    let (_, stdout, _) = run(&["policy", "show", "--json"], &[]);
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(shown["limits"]["memory-bytes"], 64 << 20);
}

#[test]
fn calls_beyond_those_that_may_run_at_once_wait_their_turn() {
    let tenant = tenant();
    let file = policy("limits.concurrent-calls = 1");
    let mut session =
        Builder::new().tenant(&tenant).env("AUTH0_MCP_POLICY", file.to_str().unwrap()).start();
    let ids: Vec<_> = (0..20)
        .map(|_| {
            session.ask("tools/call", json!({"name": "auth0_list_applications", "arguments": {}}))
        })
        .collect();
    let mut answered: Vec<_> = (0..20).map(|_| session.next()["id"].as_u64().unwrap()).collect();
    answered.sort_unstable();
    assert_eq!(answered, ids);
}

#[test]
fn the_policy_in_the_documentation_can_be_used() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../SECURITY.md")).unwrap();
    let example = text.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let file = policy(example);
    let (code, stdout, stderr) = run(&["policy", "check", file.to_str().unwrap()], &[]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("5 of 22 tools are on"), "{stdout}");
    for rule in
        ["deny.families has", "allow.families does not have it", "allow.effects does not have it"]
    {
        assert!(stdout.contains(rule), "{rule}: {stdout}");
    }
}
