//! What the telemetry sends, when it sends nothing, and that nobody waits for it. The receiver is a tenant of our own,
//! which records every request over real HTTPS.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use auth0_mcp::telemetry::event::FIELDS;
use serde_json::{Value, json};
use tenant::{Fault, FaultKind, Tenant};

use crate::session::{Builder, Session, tenant};

const PATH: &str = "/v1/events";

/// A receiver that takes everything.
fn receiver() -> Tenant {
    let receiver = tenant();
    let body =
        FaultKind::Body { status: 200, content_type: "text/plain".into(), body: "ok".into() };
    receiver.faults().push(Fault::new(body).on("POST", PATH));
    receiver
}

fn url(receiver: &Tenant) -> String {
    format!("https://{}{PATH}?key=k", receiver.domain())
}

/// One file with the certificate authorities of both.
fn trust(tenants: &[&Tenant]) -> PathBuf {
    let name =
        format!("trust-{}-{}.pem", std::process::id(), tenants[0].domain().replace(':', "-"));
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let pems: Vec<_> = tenants.iter().map(|tenant| tenant.ca_pem()).collect();
    std::fs::write(&path, pems.join("\n")).unwrap();
    path
}

fn builder(tenant: &Tenant, receiver: &Tenant) -> Builder {
    Builder::new()
        .tenant(tenant)
        .env("SSL_CERT_FILE", trust(&[tenant, receiver]).to_str().unwrap())
        .env("AUTH0_MCP_ANALYTICS_URL", &url(receiver))
}

/// The events that have arrived, once there are so many.
fn events(receiver: &Tenant, count: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let requests = receiver.requests();
        let bodies = requests.iter().filter(|request| request.path.starts_with(PATH));
        let found: Vec<_> = bodies
            .flat_map(|request| {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                assert_eq!(body.as_object().unwrap().len(), 1);
                body["events"].as_array().unwrap().clone()
            })
            .collect();
        if found.len() >= count || began.elapsed() > Duration::from_secs(20) {
            assert_eq!(found.len(), count, "{found:#?}");
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn call_some(session: &mut Session) {
    session.call("auth0_list_applications", json!({})).ok();
    session.call("auth0_get_application", json!({"client_id": "missing"})).error();
    session.call("auth0_get_log", json!({"unknown": 1})).error();
}

#[test]
fn events_say_what_is_documented_and_nothing_else() {
    let (tenant, receiver) = (tenant(), receiver());
    let mut session = builder(&tenant, &receiver).start();
    call_some(&mut session);
    let found = events(&receiver, 3);
    assert_eq!(session.end().code, Some(0));
    // The command's own event comes from a process of its own, after the end.
    let all = events(&receiver, 4);

    let row =
        |event: &Value| ["event", "name", "outcome", "protocol"].map(|key| event[key].clone());
    assert_eq!(
        found.iter().map(row).collect::<Vec<_>>(),
        [
            [
                json!("tool"),
                json!("auth0_list_applications"),
                json!("success"),
                json!("2025-06-18")
            ],
            [json!("tool"), json!("auth0_get_application"), json!("failure"), json!("2025-06-18")],
            [json!("tool"), json!("auth0_get_log"), json!("invalid"), json!("2025-06-18")],
        ]
    );
    assert_eq!(row(&all[3]), [json!("command"), json!("run"), json!("success"), Value::Null]);
    let documented: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
    for event in &all {
        let names: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, documented);
        assert!(event["duration"].as_str().unwrap().starts_with(['<', '>']), "{event}");
        assert_eq!(event["version"], env!("CARGO_PKG_VERSION"));
    }
    // Nothing tells one user from another: what differs between two events is in the table above.
    let headers = receiver.requests().into_iter().flat_map(|request| request.headers);
    let names: BTreeSet<_> = headers.map(|(name, _)| name).collect();
    let plain =
        ["accept", "accept-encoding", "content-length", "content-type", "host", "user-agent"];
    assert!(names.iter().all(|name| plain.contains(&name.as_str())), "{names:?}");
}

#[test]
fn the_stateless_protocol_is_told_apart() {
    let (tenant, receiver) = (tenant(), receiver());
    let mut session = builder(&tenant, &receiver).modern().start();
    session.call("auth0_list_actions", json!({})).ok();
    assert_eq!(events(&receiver, 1)[0]["protocol"], "2026-07-28");
}

#[test]
fn no_planted_secret_is_sent() {
    const PLANTED: &str = "pLaNtEd-SeCrEt_0123456789abcdefghijklmnopqrstuvwxyz";
    let (tenant, receiver) = (tenant(), receiver());
    let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(3600));
    let mut session = builder(&tenant, &receiver).env("AUTH0_TOKEN", &token).debug().start();
    session.call("auth0_create_application", json!({"name": PLANTED})).ok();
    session.call("auth0_list_applications", json!({"name": PLANTED})).ok();
    session.call("auth0_get_application", json!({"client_id": PLANTED})).error();
    session.call("auth0_get_application", json!({PLANTED: PLANTED})).error();
    session.request("tools/call", json!({"name": PLANTED, "arguments": {}}));
    assert!(session.end().code == Some(0));
    events(&receiver, 5);
    let requests = receiver.requests();
    let sent = requests.iter().map(|request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        format!("{} {:?} {body}", request.path, request.headers)
    });
    let sent = sent.collect::<String>();
    for secret in [PLANTED, &token[token.len() - 24..], tenant.domain()] {
        assert!(!sent.contains(secret), "{sent}");
    }
}

#[test]
fn switched_off_means_no_connection() {
    let (tenant, receiver) = (tenant(), receiver());
    for (name, value, warned) in [
        ("AUTH0_MCP_ANALYTICS", "false", false),
        ("AUTH0_MCP_ANALYTICS", "0", false),
        ("AUTH0_MCP_ANALYTICS", "No", false),
        ("AUTH0_MCP_ANALYTICS", "", false),
        ("AUTH0_MCP_ANALYTICS", "nein", true),
        ("DO_NOT_TRACK", "1", false),
        ("AUTH0_MCP_ANALYTICS_URL", "", false),
        ("AUTH0_MCP_ANALYTICS_URL", "http://events.example.com/", true),
    ] {
        let mut session = builder(&tenant, &receiver).env(name, value).start();
        call_some(&mut session);
        let ended = session.end();
        assert_eq!(ended.code, Some(0));
        assert_eq!(
            ended.stderr.contains("telemetry is off"),
            warned,
            "{name}={value}: {}",
            ended.stderr
        );
    }
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn an_endpoint_that_is_slow_or_down_costs_nothing() {
    let tenant = tenant();
    let slow = receiver();
    slow.faults().clear();
    slow.faults().push(Fault::new(FaultKind::slow(Duration::from_secs(30))));
    // Nobody listens on port 9.
    for endpoint in [url(&slow), "https://127.0.0.1:9/".to_owned()] {
        let mut session = builder(&tenant, &slow).env("AUTH0_MCP_ANALYTICS_URL", &endpoint).start();
        session.call("auth0_list_applications", json!({})).ok();
        let began = Instant::now();
        for _ in 0..200 {
            session.call("auth0_get_application", json!({"unknown": 1})).error();
        }
        // More events than the queue holds. An event that waited would take 3 s each.
        assert!(began.elapsed() < Duration::from_secs(6), "{endpoint}: {:?}", began.elapsed());
        let ended = session.end();
        assert_eq!(ended.code, Some(0));
        assert!(ended.took < Duration::from_secs(2), "{endpoint}: {:?}", ended.took);
        assert!(!ended.stderr.contains("telemetry"), "{}", ended.stderr);
    }
}

#[test]
fn redirects_are_not_followed() {
    let (tenant, receiver, elsewhere) = (tenant(), tenant(), receiver());
    let to = url(&elsewhere);
    receiver.faults().push(Fault::new(FaultKind::Redirect { to }).on("POST", PATH));
    let mut session = builder(&tenant, &receiver).start();
    call_some(&mut session);
    let began = Instant::now();
    while receiver.requests().is_empty() && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(session.end().code, Some(0));
    assert!(!receiver.requests().is_empty());
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_command_ends_at_once_and_its_event_arrives() {
    let receiver = receiver();
    let ca = trust(&[&receiver]);
    let run = |args: &[&str], endpoint: &str| {
        let mut command = Command::new(crate::BINARY);
        command.args(args).env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR"));
        command.env("AUTH0_TOKEN", "planted-token-value").env("SSL_CERT_FILE", &ca);
        command.env("AUTH0_MCP_ANALYTICS_URL", endpoint).stdin(Stdio::null());
        let began = Instant::now();
        (command.output().unwrap(), began.elapsed())
    };
    let preview = ["init", "--dry-run", "--client", "cursor"];
    let (output, _) = run(&preview, &url(&receiver));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = events(&receiver, 1);
    assert_eq!((&found[0]["event"], &found[0]["name"]), (&json!("command"), &json!("init")));
    assert_eq!(found[0]["outcome"], "success");
    let (output, _) = run(&["init", "--dry-run", "--tools", "no_such_tool"], &url(&receiver));
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(events(&receiver, 2)[1]["outcome"], "failure");
    // The output is complete when the command has ended, and it does not wait.
    receiver.faults().clear();
    receiver.faults().push(Fault::new(FaultKind::slow(Duration::from_secs(30))));
    let (output, took) = run(&preview, &url(&receiver));
    assert!(output.status.success() && took < Duration::from_secs(2), "{took:?}");
}
