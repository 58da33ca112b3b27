//! Planted secrets are searched for in everything that leaves the process: answers, logs, errors.

use std::time::Duration;

use serde_json::{Value, json};
use tenant::{Fault, FaultKind, Tenant};

use crate::session::{Builder, Session, ca_file, tenant};

/// The shape of a real client secret: 64 characters.
const PLANTED: &str = "pLaNtEd-SeCrEt_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM";

fn plant(tenant: &Tenant) -> String {
    let client = json!({
        "name": "Planted", "client_id": "plantedclient0000000000000000000", "client_secret": PLANTED,
        "signing_keys": [{"cert": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "key": format!("-----BEGIN RSA PRIVATE KEY-----\n{PLANTED}\n-----END RSA PRIVATE KEY-----")}],
        "encryption_key": {"pub": "x"},
        "addons": {"firebase": {"secret": PLANTED, "private_key": PLANTED}, "layer": {"privateKey": PLANTED},
            "azure_blob": {"storageAccessKey": PLANTED}, "azure_sb": {"sasKey": PLANTED},
            "sap_api": {"servicePassword": PLANTED}, "wams": {"masterkey": PLANTED}},
        "description": format!("see https://x.example/cb?client_secret={PLANTED}&x=1"),
        "refresh_token": {"rotation_type": "rotating", "expiration_type": "expiring", "leeway": 3},
    });
    tenant.put_client(client).unwrap()
}

/// Calls every tool with arguments that work, and those of applications so that they read or write the planted
/// one, all at once: some faults hold a call up for many seconds. The ids come from a session without faults.
fn call_everything(
    session: &mut Session,
    calls: &[(&'static str, Value)],
    client_id: &str,
) -> String {
    let planted = [
        ("auth0_list_applications", json!({"per_page": 100})),
        ("auth0_list_applications", json!({"name": "planted"})),
        ("auth0_get_application", json!({"client_id": client_id})),
        ("auth0_update_application", json!({"client_id": client_id, "name": "Planted again"})),
        ("auth0_update_application", json!({"client_id": "missing", "name": "x"})),
    ];
    session.call_all(calls.iter().chain(&planted)).join("\n")
}

/// Working calls of every tool.
fn calls(tenant: &Tenant) -> Vec<(&'static str, Value)> {
    crate::everything::calls(&mut Builder::new().tenant(tenant).start())
}

#[track_caller]
fn absent(where_: &str, text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(
            !text.contains(secret),
            "{where_} holds a planted secret: {}",
            around(text, secret)
        );
        // A part of it is a leak too.
        assert!(
            !text.contains(&secret[secret.len() - 24..]),
            "{where_} holds the end of a planted secret"
        );
    }
}

fn around(text: &str, secret: &str) -> String {
    let at = text.find(secret).unwrap_or_default();
    text[at.saturating_sub(120)..].chars().take(160).collect()
}

/// Every kind of fault, those that are retried among them; None is a tenant that works.
fn faults() -> Vec<Option<FaultKind>> {
    let echo = |status| FaultKind::Body {
        status,
        content_type: "application/json".into(),
        body: json!({"statusCode": status, "error": "E", "message":
            format!("Bad client_secret={PLANTED}; Authorization: Bearer {PLANTED}")})
        .to_string(),
    };
    let limited = |reset_in, retry_after| FaultKind::Status { status: 429, reset_in, retry_after };
    let statuses = [400, 401, 403, 404, 409, 500, 502, 503, 504].map(FaultKind::status);
    let others = [
        echo(400),
        echo(500),
        echo(503),
        FaultKind::Html { status: 200 },
        FaultKind::Html { status: 502 },
        FaultKind::TruncatedJson { declared_in_full: false },
        FaultKind::TruncatedJson { declared_in_full: true },
        FaultKind::Redirect { to: format!("https://evil.example/?client_secret={PLANTED}") },
        limited(Some(300), None),
        limited(Some(1), None),
        limited(None, Some(1)),
        FaultKind::Reset,
        FaultKind::ResetMidBody,
        FaultKind::slow(Duration::from_millis(700)),
        FaultKind::Drip { milliseconds: 1 },
        FaultKind::Huge { bytes: 20 << 20 },
    ];
    std::iter::once(None).chain(statuses.into_iter().chain(others).map(Some)).collect()
}

/// With one fault: a tenant of its own, a session that has (or has not yet) a token, every tool at once.
fn search(
    fault: Option<&FaultKind>,
    sign_in: fn(Builder, &Tenant) -> (Builder, String),
    warm: bool,
) {
    let tenant = tenant();
    let id = plant(&tenant);
    let calls = calls(&tenant);
    let (builder, credential) = sign_in(Builder::new(), &tenant);
    let mut session = builder.debug().start();
    if warm {
        session.call("auth0_get_application", json!({"client_id": id})).ok();
    }
    if let Some(kind) = fault {
        tenant.faults().push(Fault::new(kind.clone()));
    }
    let answers = call_everything(&mut session, &calls, &id);
    tenant.faults().clear();
    let ended = session.end();
    let secrets = [PLANTED, &credential];
    absent(&format!("an answer ({fault:?})"), &answers, &secrets);
    absent(&format!("the log ({fault:?})"), &ended.stderr, &secrets);
    // The other half of the proof: what was searched is not empty.
    assert_eq!(answers.lines().count(), calls.len() + 5);
    assert!(ended.stderr.contains("is on"), "no debug lines: {}", ended.stderr);
}

/// Every fault, a few at a time.
fn search_all(sign_in: fn(Builder, &Tenant) -> (Builder, String), warm: bool) {
    let faults = faults();
    for some in faults.chunks(9) {
        std::thread::scope(|scope| {
            some.iter().for_each(|fault| {
                scope.spawn(move || search(fault.as_ref(), sign_in, warm));
            });
        });
    }
}

fn with_token(builder: Builder, tenant: &Tenant) -> (Builder, String) {
    let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(3600));
    (builder.tenant_with(tenant, &token), token)
}

fn with_client_credentials(builder: Builder, tenant: &Tenant) -> (Builder, String) {
    let (client_id, secret) = tenant.client_credentials();
    let ca = ca_file(tenant);
    let builder = builder
        .env("AUTH0_DOMAIN", tenant.domain())
        .env("AUTH0_CLIENT_ID", client_id)
        .env("AUTH0_CLIENT_SECRET", secret)
        .env("SSL_CERT_FILE", ca.to_str().unwrap());
    (builder, secret.to_owned())
}

#[test]
fn no_planted_secret_leaves_with_a_token() {
    search_all(with_token, false);
}

#[test]
fn no_planted_secret_leaves_with_client_credentials() {
    search_all(with_client_credentials, true);
}

#[test]
fn no_planted_secret_leaves_while_the_token_endpoint_fails() {
    search_all(with_client_credentials, false);
}

#[test]
fn secrets_in_arguments_are_not_logged_or_repeated() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).debug().start();
    let calls = [
        json!({"client_id": "x", "client_secret": PLANTED}),
        json!({"client_id": "x", "name": [PLANTED]}),
        json!({"client_id": "x", "app_type": PLANTED}),
    ];
    for arguments in calls {
        let called = session.call("auth0_update_application", arguments);
        absent("an answer", &called.raw, &[PLANTED]);
        called.error();
    }
    session.send_line(&format!(r#"{{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{{"name":"auth0_get_application","arguments":"{PLANTED}"}}}}"#));
    absent("a protocol error", &session.next().to_string(), &[PLANTED]);
    absent("the log", &session.end().stderr, &[PLANTED]);
}

#[test]
fn settings_are_not_hidden_with_the_secrets() {
    let tenant = tenant();
    let id = plant(&tenant);
    let mut session = Builder::new().tenant(&tenant).start();
    let application = session.call("auth0_get_application", json!({"client_id": id})).ok();
    assert_eq!(application["refresh_token"]["leeway"], 3, "{application}");
    assert_eq!(application["client_secret"], "[REDACTED]");
    assert_ne!(application["name"], Value::Null);
}

#[test]
fn a_bad_token_is_not_repeated_at_start() {
    for (domain, token) in [
        ("https://x.auth0.com", PLANTED),
        ("x.auth0.com", "Bearer pLaNtEd-SeCrEt_0123456789abcdefghij"),
    ] {
        let ended = Builder::new()
            .env("AUTH0_DOMAIN", domain)
            .env("AUTH0_TOKEN", token)
            .debug()
            .raw()
            .start()
            .end();
        assert_ne!(ended.code, Some(0));
        absent("the log", &ended.stderr, &[&token[token.len() - 30..]]);
    }
}
