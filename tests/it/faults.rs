//! Everything that can go wrong at the tenant, as the model sees it: one row for each fault.

use std::time::{Duration, Instant};

use serde_json::json;
use tenant::{Fault, FaultKind, Tenant};

use crate::session::{Builder, Called, Session, tenant};

/// What a call is expected to end in.
enum Ends {
    /// An error that holds all of these words.
    Error(&'static [&'static str]),
    /// The true answer, after retries.
    Well,
}
use Ends::{Error, Well};

struct Row {
    name: &'static str,
    kind: FaultKind,
    times: Option<u32>,
    /// At most so many seconds: a wide bound, it tells a retry from an endless one.
    within: u64,
    read: Ends,
    write: Ends,
}

fn row(
    name: &'static str,
    kind: FaultKind,
    times: Option<u32>,
    within: u64,
    read: Ends,
    write: Ends,
) -> Row {
    Row { name, kind, times, within, read, write }
}

/// What a model must read before it repeats a write.
const UNKNOWN: &str = "may have been made: read before you repeat it";

fn rows() -> Vec<Row> {
    let status = FaultKind::status;
    let limited = |reset_in, retry_after| FaultKind::Status { status: 429, reset_in, retry_after };
    vec![
        row(
            "400",
            status(400),
            None,
            2,
            Error(&["Auth0 answered 400"]),
            Error(&["Auth0 answered 400"]),
        ),
        row("401", status(401), None, 2, Error(&["sign in again"]), Error(&["sign in again"])),
        row(
            "403",
            status(403),
            None,
            2,
            Error(&["403", "read:clients"]),
            Error(&["403", "create:clients"]),
        ),
        row("404", status(404), None, 2, Error(&["404", "list first"]), Error(&["404"])),
        row("409", status(409), None, 2, Error(&["409"]), Error(&["409", "conflicts"])),
        row("429 for a second", limited(Some(1), None), Some(1), 6, Well, Well),
        row("429 with Retry-After", limited(None, Some(1)), Some(1), 6, Well, Well),
        row(
            "429 without an end",
            limited(Some(120), None),
            None,
            12,
            Error(&["rate limit", "Call again in"]),
            Error(&["rate limit"]),
        ),
        row(
            "500",
            status(500),
            None,
            2,
            Error(&["500", "fault is at Auth0"]),
            Error(&["500", UNKNOWN]),
        ),
        row("503 once", status(503), Some(1), 5, Well, Error(&["503", UNKNOWN])),
        row("503 without an end", status(503), None, 8, Error(&["503"]), Error(&["503", UNKNOWN])),
        row(
            "redirect",
            FaultKind::Redirect { to: "https://elsewhere.example/steal?x=1".into() },
            None,
            2,
            Error(&["redirect", "elsewhere.example"]),
            Error(&["redirect"]),
        ),
        row("reset once", FaultKind::Reset, Some(1), 5, Well, Error(&["cannot be reached"])),
        row(
            "reset without an end",
            FaultKind::Reset,
            None,
            8,
            Error(&["cannot be reached"]),
            Error(&["cannot be reached"]),
        ),
        row("slow", FaultKind::Slow { milliseconds: 700 }, None, 5, Well, Well),
        row(
            "truncated JSON",
            FaultKind::TruncatedJson { declared_in_full: false },
            None,
            5,
            Error(&["JSON"]),
            Error(&["JSON"]),
        ),
        row(
            "body cut off",
            FaultKind::TruncatedJson { declared_in_full: true },
            None,
            8,
            Error(&["failed"]),
            Error(&["failed"]),
        ),
        row(
            "HTML with 200",
            FaultKind::Html { status: 200 },
            None,
            2,
            Error(&["HTML"]),
            Error(&["HTML"]),
        ),
        row(
            "HTML with 502",
            FaultKind::Html { status: 502 },
            None,
            8,
            Error(&["502"]),
            Error(&["502", UNKNOWN]),
        ),
        row(
            "20 MB",
            FaultKind::Huge { bytes: 20 << 20 },
            None,
            8,
            Error(&["bytes", "Narrow"]),
            Error(&["bytes", UNKNOWN]),
        ),
    ]
}

/// Prints the table of answers and times: `cargo test --release faults -- --nocapture`.
#[test]
#[expect(clippy::print_stderr, reason = "the table is for people")]
fn each_fault_has_its_answer() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    session.call("auth0_list_applications", json!({"per_page": 1})).ok();
    for row in rows() {
        for (what, expected) in [("read", &row.read), ("write", &row.write)] {
            let (called, took) = strike(&tenant, &mut session, &row, what);
            let text: String = called.text.chars().take(110).collect();
            eprintln!("{:22} {what:5} {:6} ms  {text}", row.name, took.as_millis());
            let label = format!("{} ({what})", row.name);
            match expected {
                Well => assert!(!called.is_error, "{label}: {}", called.text),
                Error(words) => {
                    assert!(called.is_error, "{label}: {}", called.text);
                    words.iter().for_each(|word| {
                        assert!(called.text.contains(word), "{label}: {}", called.text)
                    });
                }
            }
            assert!(took < Duration::from_secs(row.within), "{label}: {took:?}");
            assert!(!called.raw.contains("elsewhere.example/steal"), "{label}: {}", called.raw);
        }
    }
    session.call("auth0_list_applications", json!({"per_page": 1})).ok();
}

fn strike(tenant: &Tenant, session: &mut Session, row: &Row, what: &str) -> (Called, Duration) {
    tenant.faults().clear();
    let fault = Fault::new(row.kind.clone());
    tenant.faults().push(row.times.map_or(fault.clone(), |times| fault.times(times)));
    let began = Instant::now();
    let called = match what {
        "read" => session.call("auth0_list_applications", json!({"per_page": 2})),
        _ => {
            session.call("auth0_create_application", json!({"name": format!("Fault {}", row.name)}))
        }
    };
    tenant.faults().clear();
    (called, began.elapsed())
}

#[test]
fn a_write_is_sent_once_whatever_happens() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    for kind in
        [FaultKind::status(503), FaultKind::Reset, FaultKind::ResetMidBody, FaultKind::status(500)]
    {
        tenant.clear_requests();
        tenant.faults().push(Fault::new(kind.clone()).times(1));
        session.call("auth0_create_application", json!({"name": "Once"})).error();
        let posts = tenant.requests().iter().filter(|request| request.method == "POST").count();
        assert_eq!(posts, 1, "{kind:?}");
        tenant.faults().clear();
    }
}

#[test]
fn an_expired_or_refused_token_is_explained() {
    let tenant = tenant();
    let token = tenant.issue_token(&["read:clients"], Duration::from_secs(2));
    let mut session = Builder::new().tenant_with(&tenant, &token).start();
    session.call("auth0_list_applications", json!({"per_page": 1})).ok();
    tenant.revoke_tokens();
    let text = session.call("auth0_list_applications", json!({"per_page": 1})).error();
    assert!(text.contains("expired or was refused"), "{text}");
    // Well past the tolerance for clocks that differ.
    let token = expired(&token);
    tenant.clear_requests();
    let ended = Builder::new().tenant_with(&tenant, &token).raw().start().end();
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stderr.contains("AUTH0_TOKEN expired"), "{}", ended.stderr);
    assert!(tenant.requests().is_empty());
}

/// The same token with an expiry in 2001, which only its holder reads.
fn expired(token: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    let mut claims: serde_json::Value =
        serde_json::from_slice(&BASE64.decode(&parts[1]).unwrap()).unwrap();
    claims["exp"] = json!(1_000_000_000);
    parts[1] = BASE64.encode(claims.to_string());
    parts.join(".")
}

#[test]
fn client_credentials_fetch_and_renew_tokens() {
    let options =
        tenant::Options { token_lifetime: Duration::from_secs(2), ..tenant::Options::default() };
    let tenant = Tenant::start(options).unwrap();
    let (id, secret) = tenant.client_credentials();
    let ca = crate::session::ca_file(&tenant);
    let mut session = Builder::new()
        .env("AUTH0_DOMAIN", tenant.domain())
        .env("AUTH0_CLIENT_ID", id)
        .env("AUTH0_CLIENT_SECRET", secret)
        .env("SSL_CERT_FILE", ca.to_str().unwrap())
        .start();
    for _ in 0..3 {
        session.call("auth0_list_applications", json!({"per_page": 1})).ok();
        std::thread::sleep(Duration::from_millis(1500));
    }
    let fetched = tenant.requests().iter().filter(|request| request.path == "/oauth/token").count();
    assert!((2..=4).contains(&fetched), "{fetched} token requests");
    let ended = session.end();
    assert!(!ended.stderr.contains(secret));
}

#[test]
fn a_tenant_that_cannot_be_reached_or_trusted_is_explained() {
    let tenant = tenant();
    let token = tenant.issue_token(&["read:clients"], Duration::from_secs(60));
    let mut untrusted =
        Builder::new().env("AUTH0_DOMAIN", tenant.domain()).env("AUTH0_TOKEN", &token).start();
    let text = untrusted.call("auth0_list_applications", json!({})).error();
    assert!(text.contains("certificate") && text.contains("SSL_CERT_FILE"), "{text}");
    let mut refused =
        Builder::new().tenant_with(&tenant, &token).env("AUTH0_DOMAIN", "localhost:1").start();
    let text = refused.call("auth0_list_applications", json!({})).error();
    assert!(text.contains("refused"), "{text}");
    let mut unknown = Builder::new()
        .tenant_with(&tenant, &token)
        .env("AUTH0_DOMAIN", "no-such-tenant.invalid")
        .start();
    let text = unknown.call("auth0_list_applications", json!({})).error();
    assert!(text.contains("no-such-tenant.invalid"), "{text}");
}
