//! The audit log of the real binary: what it holds, what it never holds, and what is left of it after a crash.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tenant::{Fault, FaultKind, Tenant};

use crate::{
    lifecycle::wait_until,
    policy::policy,
    session::{Builder, tenant},
};

/// A log in a folder of its own.
fn log() -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("audit-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    folder.join("audit.jsonl")
}

fn audited(tenant: &Tenant, log: &Path) -> Builder {
    Builder::new().tenant(tenant).args(&["--audit-log", log.to_str().unwrap()])
}

/// The events of a log, in order.
fn events(log: &Path) -> Vec<Value> {
    let text = fs::read_to_string(log).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Exit code and output of `audit verify`.
fn verify(log: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(crate::BINARY)
        .args(["audit", "verify", log.to_str().unwrap()])
        .args(args)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[track_caller]
fn whole(log: &Path) -> String {
    let (code, said) = verify(log, &[]);
    assert!(code == Some(0) && said.contains("whole: "), "{said}");
    said
}

/// The named fields of an event, as words.
fn words(event: &Value, fields: &[&str]) -> String {
    let word = |field: &&str| match &event[*field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn each_decision_and_each_request_has_its_line() {
    let (tenant, log) = (tenant(), log());
    let mut session = audited(&tenant, &log).args(&["--tools", "*application*,*log*"]).start();
    session.call("auth0_list_applications", json!({})).ok();
    session.call("auth0_get_application", json!({"client_id": "no-such-id"})).error();
    session.call("auth0_create_application", json!({"name": "made here", "app_type": "spa"})).ok();
    session.call("auth0_get_application", json!({"client": "x"})).error();
    session.request("tools/call", json!({"name": "auth0_get_form", "arguments": {}}));
    session.request("tools/call", json!({"name": "rm -rf /", "arguments": {}}));
    assert_eq!(session.end().code, Some(0));
    let events = events(&log);
    let told: Vec<_> = events
        .iter()
        .map(|event| match event["event"].as_str().unwrap() {
            "start" => words(event, &["event", "read_only", "profile"]),
            "stop" => words(event, &["event", "calls"]),
            "admitted" => words(event, &["event", "call", "tool", "effect", "confirmation"]),
            "request" => {
                words(event, &["event", "call", "row", "method", "path", "status", "outcome"])
            }
            "call" => words(event, &["event", "call", "tool", "requests", "outcome"]),
            other => other.to_owned(),
        })
        .collect();
    assert_eq!(
        told,
        [
            "start false environment",
            "admitted 1 auth0_list_applications read-only none",
            "request 1 GET clients GET clients 200 answered",
            "call 1 auth0_list_applications 1 answered",
            "admitted 2 auth0_get_application read-only none",
            "request 2 GET clients/{client_id} GET clients/{…} 404 answered",
            "call 2 auth0_get_application 1 failed:tenant",
            "admitted 3 auth0_create_application write none",
            "request 3 POST clients POST clients 201 answered",
            "call 3 auth0_create_application 1 answered",
            "call 4 auth0_get_application 0 refused:invalid-arguments",
            "call 5 auth0_get_form 0 refused:not-enabled",
            "call 6 null 0 refused:unknown-tool",
            "stop 6",
        ]
    );
    let first = &events[0];
    assert_eq!(first["tenant"], tenant.domain());
    assert!(first["tools"].as_array().unwrap().contains(&json!("auth0_get_log")), "{first}");
    let digest = events[1]["plugin"].as_str().unwrap();
    assert!(digest.len() == 64 && events[2]["plugin"] == digest && events[3]["plugin"] == digest);
    assert!(
        events[2]["bytes"].as_u64().unwrap() > 100 && events[3]["bytes"].as_u64().unwrap() > 100
    );
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], number + 1);
        assert_eq!(event["session"], first["session"]);
        let time = event["time"].as_str().unwrap();
        assert!(time.len() == 24 && time.ends_with('Z') && &time[19..20] == ".", "{time}");
    }
    whole(&log);
}

#[test]
fn nothing_of_what_a_call_is_about_is_written() {
    let (tenant, log) = (tenant(), log());
    let secret = "planted-7f3c9a";
    let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(600));
    let builder = Builder::new().tenant_with(&tenant, &token);
    let mut session = builder.args(&["--audit-log", log.to_str().unwrap()]).start();
    let made = json!({"name": secret, "description": secret, "app_type": "spa"});
    let made = session.call("auth0_create_application", made).ok();
    let id = made["client_id"].as_str().unwrap().to_owned();
    session.call("auth0_get_application", json!({"client_id": id})).ok();
    session.call("auth0_update_application", json!({"client_id": id, "name": secret})).ok();
    session.call("auth0_get_application", json!({"client_id": secret})).error();
    session.call("auth0_list_logs", json!({"q": secret})).ok();
    session.call("auth0_get_log", json!({"id": secret, secret: secret})).error();
    session.request("tools/call", json!({"name": secret, "arguments": {secret: secret}}));
    session.call(
        "auth0_create_action",
        json!({"name": secret, "code": secret, "trigger": "post-login"}),
    );
    session.end();
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.lines().count() > 15);
    for planted in [secret, &id, &token[..30], &token[token.len() - 30..]] {
        assert!(!text.contains(planted), "the log holds {planted}");
    }
}

#[test]
fn a_cancelled_call_and_its_request_are_told() {
    let (tenant, log) = (tenant(), log());
    let mut session = audited(&tenant, &log).start();
    tenant.faults().push(Fault::new(FaultKind::Slow { milliseconds: 20_000 }));
    let id = session.ask("tools/call", json!({"name": "auth0_list_applications", "arguments": {}}));
    wait_until(|| !tenant.requests().is_empty());
    session.notify("notifications/cancelled", json!({"requestId": id}));
    wait_until(|| tenant.requests()[0].outcome == tenant::Outcome::Aborted);
    session.end();
    let outcomes: Vec<_> =
        events(&log).iter().filter_map(|e| e["outcome"].as_str().map(str::to_owned)).collect();
    assert_eq!(outcomes, ["cancelled", "cancelled"]);
    whole(&log);
}

#[test]
fn what_the_policy_requires_is_written_or_nothing_happens() {
    let tenant = tenant();
    for required in [true, false] {
        let log = log();
        let file = policy(&format!(
            "[audit]\nfile = {log:?}\nrequired = {required}\nmax-bytes = 1_000_000"
        ));
        let mut session = Builder::new()
            .tenant(&tenant)
            .env("AUTH0_MCP_POLICY", file.to_str().unwrap())
            .args(&["--audit-log", "/nonexistent/elsewhere.jsonl"])
            .start();
        let mut list = || session.call("auth0_list_applications", json!({}));
        list().ok();
        let aside = log.with_extension("aside");
        fs::rename(&log, &aside).unwrap();
        fs::create_dir(&log).unwrap();
        let sent = tenant.requests().len();
        for _ in 0..3 {
            let called = list();
            assert_eq!(called.is_error, required, "{}", called.text);
            if required {
                assert!(called.text.contains("the audit log cannot be written"), "{}", called.text);
            }
        }
        assert_eq!(tenant.requests().len() > sent, !required);
        fs::remove_dir(&log).unwrap();
        fs::rename(&aside, &log).unwrap();
        list().ok();
        let stderr = session.end().stderr;
        let warnings = stderr.matches("cannot be written").count();
        assert!(if required { warnings == 3 } else { warnings == 1 }, "{stderr}");
        assert!(
            stderr.contains(
                "the audit log /nonexistent/elsewhere.jsonl is not written: audit.file = "
            ),
            "{stderr}"
        );
        let events = events(&log);
        let digest = events[0]["policy"][0]["sha256"].as_str().unwrap();
        assert!(digest.len() == 64 && events[0]["policy"][0]["file"] == file.to_str().unwrap());
        whole(&log);
    }
}

#[test]
fn a_log_that_cannot_be_written_stops_the_start() {
    let tenant = tenant();
    let link = log();
    #[cfg(unix)]
    std::os::unix::fs::symlink(link.with_extension("target"), &link).unwrap();
    let damaged = log();
    fs::write(&damaged, "{}\n").unwrap();
    for (log, words) in [
        ("/nonexistent/audit.jsonl", "does not exist: create it"),
        (link.to_str().unwrap(), "it is a link or no file"),
        (damaged.to_str().unwrap(), "audit verify"),
        ("/", "/"),
    ] {
        let ended = Builder::new().tenant(&tenant).raw().args(&["--audit-log", log]).start().end();
        assert_eq!(ended.code, Some(3), "{log}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{log}: {}", ended.stderr);
    }
    let sized =
        Builder::new().tenant(&tenant).raw().args(&["--audit-log-max-bytes", "64MB"]).start().end();
    assert!(
        sized.code == Some(3) && sized.stderr.contains("is no whole number"),
        "{}",
        sized.stderr
    );
}

#[test]
fn two_servers_write_one_chain_across_files() {
    let (tenant, log) = (tenant(), log());
    let start = || {
        let args = ["--audit-log-max-bytes", "20000"];
        audited(&tenant, &log).args(&args).start()
    };
    let mut servers = [start(), start(), start()];
    for _ in 0..40 {
        let ids = servers.each_mut().map(|server| {
            server.ask("tools/call", json!({"name": "auth0_list_logs", "arguments": {}}))
        });
        servers.iter_mut().zip(ids).for_each(|(server, id)| drop(server.answer(id)));
    }
    servers.into_iter().for_each(|server| drop(server.end()));
    let said = whole(&log);
    assert!(said.contains("whole: 366 lines in "), "{said}");
    let aside = log.with_extension("jsonl.1");
    let (code, said) = verify(&aside, &[]);
    assert!(code == Some(0) && said.contains("in 1 files"), "{said}");
    fs::remove_file(&aside).unwrap();
    let (code, said) = verify(&log, &[]);
    assert!(code == Some(10) && said.contains("the file 1 before it is missing"), "{said}");
}

#[test]
fn verify_and_head_say_what_was_done_to_a_log() {
    let (tenant, log) = (tenant(), log());
    let mut session = audited(&tenant, &log).start();
    session.call("auth0_list_applications", json!({})).ok();
    session.end();
    let output = Command::new(crate::BINARY)
        .args(["audit", "head", log.to_str().unwrap()])
        .output()
        .unwrap();
    let head = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    assert!(head.starts_with("5:") && head.len() == 66, "{head}");
    let kept = fs::read_to_string(&log).unwrap();
    assert_eq!(verify(&log, &["--head", &head]).0, Some(0));
    for (changed, words) in [
        (
            kept.replacen("answered", "answerex", 1),
            "line 3: it does not fit its hash: it was changed",
        ),
        (without(&kept, 1), "line 2: the line with number 2 is missing before it"),
        (swapped(&kept, 1), "line 2: it has number 3, and number 2 stands at line 3"),
        (
            format!("{kept}{}\n", kept.lines().nth(2).unwrap()),
            "line 6: it has number 3 again, and is a copy",
        ),
        (without(&kept, 4), "the newest lines were removed"),
        (String::new(), "it holds no line"),
    ] {
        fs::write(&log, changed).unwrap();
        let (code, said) = verify(&log, &["--head", &head]);
        assert!(
            code == Some(10) && said.contains(words) && said.contains("NOT whole"),
            "{words}: {said}"
        );
        let (_, json) = verify(&log, &["--head", &head, "--json"]);
        let report: Value = serde_json::from_str(&json).unwrap();
        assert!(!report["findings"].as_array().unwrap().is_empty());
    }
    let missing = log.with_extension("none");
    assert_eq!(verify(&missing, &[]).0, Some(1));
    assert_eq!(verify(&log, &["--head", "12"]).0, Some(2));
}

fn without(text: &str, at: usize) -> String {
    let lines = text.lines().enumerate().filter(|(n, _)| *n != at);
    lines.map(|(_, line)| format!("{line}\n")).collect()
}

fn swapped(text: &str, at: usize) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    lines.swap(at, at + 1);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_torn_line_is_told_exactly_and_the_next_server_goes_on() {
    let (tenant, log) = (tenant(), log());
    let mut session = audited(&tenant, &log).start();
    session.call("auth0_list_applications", json!({})).ok();
    session.end();
    let kept = fs::read_to_string(&log).unwrap();
    let first = events(&log)[0]["session"].as_str().unwrap().to_owned();
    fs::write(&log, &kept[..kept.len() - 40]).unwrap();
    let torn = kept.lines().last().unwrap().len() + 1 - 40;
    let said = whole(&log);
    let words = format!(
        "torn tail of {torn} bytes after line 4, written by session {first}; the next line will set it aside"
    );
    assert!(said.contains(&words), "{said}");
    audited(&tenant, &log).start().end();
    let said = whole(&log);
    let words = format!(
        "torn tail of {torn} bytes after line 4, written by session {first}; set aside by session "
    );
    assert!(said.contains(&words) && said.contains("whole: 7 lines"), "{said}");
}

/// A full disk cuts a line: the system writes what fits, and ends the process at the next try.
#[cfg(target_os = "linux")]
#[test]
fn a_line_that_the_system_cut_is_set_aside() {
    let (tenant, log) = (tenant(), log());
    let mut torn = 0;
    for _ in 0..3 {
        // In units of 512 bytes: some lines more than there are.
        let blocks = fs::metadata(&log).map_or(0, |log| log.len() / 512) + 4;
        let limited = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut session = audited(&tenant, &log)
            .args(&["--tools", "auth0_list_logs"])
            .under(&["/bin/sh", "-c", &limited])
            .start();
        // A tool that is off: opening a component would meet the limit first.
        for _ in 0..10 {
            session.ask("tools/call", json!({"name": "auth0_get_form", "arguments": {}}));
        }
        while session.next_within(Duration::from_secs(5)).is_some() {}
        session.kill();
        let said = whole(&log);
        torn += 1;
        assert_eq!(said.matches("torn tail").count(), torn, "{said}");
        assert!(said.contains("the next line will set it aside"), "{said}");
    }
    audited(&tenant, &log).start().end();
    let said = whole(&log);
    assert_eq!(said.matches("set aside by session").count(), torn, "{said}");
}

/// Kills servers at random moments, until they have had so many calls. `AUDIT_CALLS` asks for more.
#[cfg(unix)]
#[test]
#[expect(clippy::print_stderr, reason = "the figures, with --nocapture")]
fn servers_that_are_killed_lose_at_most_the_line_being_written() {
    let calls: usize = std::env::var("AUDIT_CALLS").map_or(300, |calls| calls.parse().unwrap());
    let (tenant, log) = (tenant(), log());
    let mut dice = fastrand::Rng::with_seed(20_261_126);
    let (mut answered, mut asked, mut sent, mut kills, mut torn) = (0, 0, 0, 0, 0);
    while asked < calls {
        let mut session = audited(&tenant, &log).args(&["--tools", "auth0_list_logs"]).start();
        let burst = dice.usize(1..80).min(calls - asked);
        for _ in 0..burst {
            session.ask(
                "tools/call",
                json!({"name": "auth0_list_logs", "arguments": {"per_page": 1}}),
            );
        }
        asked += burst;
        std::thread::sleep(Duration::from_micros(dice.u64(0..200_000)));
        let answers = session.kill();
        kills += 1;
        let is_answer = |line: &&String| {
            serde_json::from_str::<Value>(line)
                .is_ok_and(|line| line["result"]["content"].is_array())
        };
        answered += answers.iter().filter(is_answer).count();
        sent += tenant.requests().len();
        tenant.clear_requests();
        torn = whole(&log).matches("torn tail").count();
    }
    let told: Vec<_> = events_that_hold(&log).collect();
    let count = |name: &str| told.iter().filter(|event| event["event"] == name).count();
    let (admitted, ended) = (count("admitted"), count("call"));
    assert!(ended >= answered, "{answered} calls were answered and {ended} are told");
    assert!(admitted >= sent, "{sent} requests were sent for {admitted} calls that were let in");
    assert!(admitted >= ended && count("start") <= kills);
    eprintln!(
        "{asked} calls asked: {admitted} admitted, {sent} sent, {ended} ended, {answered} answered; {kills} kills, {torn} torn; {} lines whole",
        told.len()
    );
}

/// Every event; the torn beginning of a line is passed over.
fn events_that_hold(log: &Path) -> impl Iterator<Item = Value> {
    let text = fs::read_to_string(log).unwrap();
    let begin = |line: &str| line.rfind("{\"file\":").unwrap_or_default();
    let lines: Vec<_> = text.lines().map(|line| line[begin(line)..].to_owned()).collect();
    lines.into_iter().filter_map(|line| serde_json::from_str(&line).ok())
}
