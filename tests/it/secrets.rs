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
/// one. The ids come from a session without faults.
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
    // Publishing waits half a second to see who else changes the bindings; its answers hold no more than others'.
    let calls = calls.iter().filter(|(tool, _)| *tool != "auth0_publish_form").cloned();
    calls
        .chain(planted)
        .map(|(tool, arguments)| session.call(tool, arguments).raw)
        .collect::<Vec<_>>()
        .join("\n")
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

fn faults() -> Vec<Option<FaultKind>> {
    let echo = |status| FaultKind::Body {
        status,
        content_type: "application/json".into(),
        body: json!({"statusCode": status, "error": "E", "message":
            format!("Bad client_secret={PLANTED}; Authorization: Bearer {PLANTED}")})
        .to_string(),
    };
    let mut kinds: Vec<_> =
        [400, 401, 403, 404, 409, 500].map(FaultKind::status).into_iter().map(Some).collect();
    kinds.extend([
        None,
        Some(echo(400)),
        Some(echo(500)),
        Some(FaultKind::Html { status: 200 }),
        Some(FaultKind::TruncatedJson { declared_in_full: false }),
        Some(FaultKind::Redirect { to: format!("https://evil.example/?client_secret={PLANTED}") }),
        Some(FaultKind::Status { status: 429, reset_in: Some(300), retry_after: None }),
    ]);
    kinds
}

#[test]
fn no_planted_secret_leaves_with_a_token() {
    let tenant = tenant();
    let id = plant(&tenant);
    let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(3600));
    let calls = calls(&tenant);
    for fault in faults() {
        let mut session = Builder::new().tenant_with(&tenant, &token).debug().start();
        if let Some(kind) = &fault {
            tenant.faults().push(Fault::new(kind.clone()));
        }
        let answers = call_everything(&mut session, &calls, &id);
        tenant.faults().clear();
        let ended = session.end();
        absent(&format!("an answer ({fault:?})"), &answers, &[PLANTED, &token]);
        absent(&format!("the log ({fault:?})"), &ended.stderr, &[PLANTED, &token]);
    }
}

#[test]
fn no_planted_secret_leaves_with_client_credentials() {
    let tenant = tenant();
    let id = plant(&tenant);
    let (client_id, secret) = tenant.client_credentials();
    let ca = ca_file(&tenant);
    let calls = calls(&tenant);
    for fault in faults() {
        let mut session = Builder::new()
            .env("AUTH0_DOMAIN", tenant.domain())
            .env("AUTH0_CLIENT_ID", client_id)
            .env("AUTH0_CLIENT_SECRET", secret)
            .env("SSL_CERT_FILE", ca.to_str().unwrap())
            .debug()
            .start();
        if let Some(kind) = &fault {
            tenant.faults().push(Fault::new(kind.clone()));
        }
        let answers = call_everything(&mut session, &calls, &id);
        tenant.faults().clear();
        let ended = session.end();
        absent(&format!("an answer ({fault:?})"), &answers, &[PLANTED, secret]);
        absent(&format!("the log ({fault:?})"), &ended.stderr, &[PLANTED, secret]);
    }
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
