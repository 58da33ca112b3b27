//! The device flow: approved, denied, expired, slowed down, cut off; and that a failure writes nothing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tenant::{DEVICE_CLIENT_ID, Fault, FaultKind, Tenant};

use super::{browser, command, init, parameter, quick, quicker, run, sign_in};
use crate::keychain::Keychain;

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The scopes that the tenant was asked for last.
fn asked(tenant: &Tenant) -> String {
    tenant.device_requests().pop().unwrap().scopes.join(" ")
}

#[test]
fn a_person_signs_in_and_the_tenant_comes_from_the_token() {
    let Some(keychain) = Keychain::start() else { return };
    let (tenant, other) = (quick(), quick());
    tenant.share_sign_in(&other);
    let mut running = init(&keychain, &tenant, &["--scopes", "read:*,update:clients"]);
    let code = running.code();
    let granted = ["read:clients", "read:logs", "offline_access"];
    tenant.approve_for(other.domain(), &code, &granted).unwrap();
    let ended = running.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    for (says, stdout) in [
        (format!("Signed in to {} as auth0|", other.domain()), true),
        ("granted   read:clients, read:logs\n".to_owned(), true),
        ("refused   update:clients, read:resource_servers".to_owned(), true),
        (
            "profile   default (the default one), kept in the keychain (Secret Service)".to_owned(),
            true,
        ),
        ("renewed without you".to_owned(), true),
        (format!("https://{}/activate?user_code={code}", tenant.domain()), false),
        (format!("(or open https://{}/activate and type the code)", tenant.domain()), false),
        (format!("\n    {code}\n"), false),
    ] {
        let text = if stdout { &ended.stdout } else { &ended.stderr };
        assert!(text.contains(&says), "{says}: {ended:?}");
    }
    assert!(!ended.stdout.contains(&code), "{ended:?}");
    let request = tenant.requests().into_iter().find(|r| r.path == "/oauth/device/code").unwrap();
    let sent = |name| parameter(&request.body, name).unwrap();
    assert_eq!(sent("client_id"), DEVICE_CLIENT_ID);
    assert_eq!(sent("audience"), "https://*.auth0.com/api/v2/");
    assert!(sent("scope").ends_with(" offline_access"), "{}", sent("scope"));
    let shown = run(&keychain, &tenant, &["session", "--json"]).json();
    assert_eq!(shown["profiles"][0]["tenant"], other.domain());
    assert_eq!(shown["profiles"][0]["sign_in_server"], tenant.domain());
    assert_eq!(shown["profiles"][0]["scopes"], json!(["read:clients", "read:logs"]));
}

#[test]
fn tools_alone_ask_for_exactly_what_they_need() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    for (flags, scopes) in [
        (&["--tools", "auth0_deploy_action"][..], "read:actions create:actions"),
        (&["--tools", "auth0_*_form", "--read-only"], "read:forms"),
        (
            &["--tools", "*", "--read-only"],
            "read:clients read:resource_servers read:actions read:logs read:forms read:client_grants",
        ),
        (&["--tools", "auth0_get_log", "--scopes", "read:clients"], "read:clients"),
        (&["--scopes", "read:client_credentials"], "read:client_credentials"),
    ] {
        let mut running = init(&keychain, &tenant, flags);
        tenant.deny(&running.code()).unwrap();
        assert_eq!(running.end().code, 5);
        let mut expected: Vec<_> = scopes.split(' ').chain(["offline_access"]).collect();
        let found = asked(&tenant);
        let mut found: Vec<_> = found.split(' ').collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{flags:?}");
    }
}

/// An answer of the token endpoint that holds this token.
fn token(claims: &Value) -> FaultKind {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.c2lnbmF0dXJl", part(&json!({"alg": "RS256"})), part(claims));
    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 60, "refresh_token": "v1.refresh-token-to-revoke"});
    answer(&body)
}

fn answer(body: &Value) -> FaultKind {
    FaultKind::Body { status: 200, content_type: "application/json".into(), body: body.to_string() }
}

#[test]
fn each_failure_has_its_message_and_code_and_writes_nothing() {
    let Some(keychain) = Keychain::start() else { return };
    let poll = |kind: FaultKind| Fault::new(kind).of_grant(DEVICE_GRANT);
    let begin = |kind: FaultKind| Fault::new(kind).on("POST", "/oauth/device/code");
    let page = |uri: &str, code: &str| {
        answer(
            &json!({"device_code": "d", "user_code": code, "verification_uri": uri, "expires_in": 60, "interval": 1}),
        )
    };
    let table = [
        (poll(FaultKind::oauth("access_denied")), 5, "was denied in the browser"),
        (poll(FaultKind::oauth("expired_token")), 6, "the code expired"),
        (poll(FaultKind::oauth("invalid_grant")), 6, "the code expired"),
        (poll(FaultKind::Reset), 7, "the connection was lost while waiting"),
        (poll(FaultKind::status(503)), 7, "the connection was lost while waiting"),
        (poll(FaultKind::oauth("invalid_client")), 1, "(invalid_client)"),
        (poll(FaultKind::Html { status: 200 }), 1, "cannot be used"),
        (poll(token(&json!({"sub": "x"}))), 1, "a token that is for no Auth0 tenant"),
        (
            poll(token(&json!({"aud": "https://a.auth0.com/userinfo"}))),
            1,
            "a token that is for no Auth0 tenant",
        ),
        (
            poll(token(&json!({"aud": "https://b.auth0.com/api/v2/"}))),
            5,
            "for b.auth0.com, not for a.auth0.com",
        ),
        (begin(FaultKind::Reset), 7, "cannot be reached"),
        (begin(FaultKind::oauth("unauthorized_client")), 1, "(unauthorized_client)"),
        (begin(FaultKind::status(500)), 1, "does not sign this program in"),
        (begin(FaultKind::Html { status: 200 }), 1, "not the JSON of RFC 8628"),
        (begin(page("http://x.example/activate", "AB")), 1, "no https address"),
        (
            begin(page("https://x.example/activate", "\u{1b}[31mAB")),
            1,
            "its user_code cannot be shown",
        ),
    ];
    std::thread::scope(|scope| {
        let keychain = &keychain;
        for (fault, code, says) in table {
            scope.spawn(move || {
                let tenant = quick();
                let revoked = format!("{fault:?}").contains("refresh-token-to-revoke");
                tenant.faults().push(fault);
                let flags = ["--scopes", "read:logs", "--tenant", "a.auth0.com"];
                let ended = init(keychain, &tenant, &flags).end();
                assert_eq!(ended.code, code, "{says}: {ended:?}");
                assert!(ended.stderr.contains(says), "{says}: {ended:?}");
                assert!(ended.stderr.contains("nothing was written"), "{ended:?}");
                assert_eq!(ended.stdout, "", "{ended:?}");
                let revocations =
                    tenant.requests().iter().filter(|r| r.path == "/oauth/revoke").count();
                assert_eq!(revocations, usize::from(revoked), "{says}");
            });
        }
    });
    assert_eq!(keychain.found(), "");
}

#[test]
fn nobody_confirms_in_time() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quicker(|options| options.device_code_lifetime = Duration::from_secs(3));
    let begun = Instant::now();
    let ended = init(&keychain, &tenant, &["--scopes", "read:logs"]).end();
    assert_eq!(ended.code, 6, "{ended:?}");
    assert!(ended.stderr.contains("valid for 3 seconds"), "{ended:?}");
    assert!((3..8).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[test]
fn the_tenant_is_polled_as_it_asks() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    // The second poll is too fast, the third one is lost on the way.
    let poll = |kind: FaultKind| Fault::new(kind).of_grant(DEVICE_GRANT).times(1);
    tenant.faults().push(poll(FaultKind::oauth("slow_down")).after(1));
    tenant.faults().push(poll(FaultKind::Reset).after(1));
    let begun = Instant::now();
    let mut running = init(&keychain, &tenant, &["--scopes", "read:logs"]);
    let code = running.code();
    while tenant.token_counts().get(DEVICE_GRANT).is_none_or(|count| count.requests < 3) {
        std::thread::sleep(Duration::from_millis(50));
        assert!(begun.elapsed() < Duration::from_secs(40));
    }
    // 1 s, 1 s, 6 s to the lost one; twice 6 s to the next.
    assert!(begun.elapsed() >= Duration::from_secs(8), "{:?}", begun.elapsed());
    tenant.approve_all(&code).unwrap();
    let ended = running.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(begun.elapsed() >= Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(tenant.token_counts()[DEVICE_GRANT].requests, 4);
}

#[test]
fn ctrl_c_writes_nothing_and_keeps_what_is_there() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    sign_in(&keychain, &tenant, "read:clients", &[]);
    let before = keychain.found();
    let mut running = init(&keychain, &tenant, &["--scopes", "read:logs"]);
    running.code();
    running.interrupt();
    let ended = running.end();
    assert_eq!((ended.code, ended.stdout.as_str()), (130, ""), "{ended:?}");
    assert!(ended.stderr.contains("stopped; nothing was written"), "{ended:?}");
    assert_eq!(keychain.found(), before);
}

#[test]
fn the_browser_is_opened_beside_the_command() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    for (name, flags, opens) in [
        ("opened", &["--no-interaction"][..], true),
        ("asked-not-to", &["--no-interaction", "--no-browser"], false),
    ] {
        let (folder, opened) = browser(name);
        let args = [&["init", "--client", "none", "--scopes", "read:logs"], flags].concat();
        let mut command = command(&keychain, &tenant, &args);
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        let mut running = super::Running::start(command);
        let code = running.code();
        std::thread::sleep(Duration::from_millis(500));
        tenant.approve_all(&code).unwrap();
        let ended = running.end();
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(!ended.text().contains("noise"), "{ended:?}");
        let found = std::fs::read_to_string(&opened).unwrap_or_default();
        let url = format!("https://{}/activate?user_code={code}\n", tenant.domain());
        assert_eq!(found, if opens { url } else { String::new() });
        std::fs::remove_dir_all(folder).unwrap();
    }
    // Nothing that opens addresses: said, and no reason to fail.
    let args = ["init", "--client", "none", "--scopes", "read:logs", "--no-interaction"];
    let mut running = super::Running::start(command(&keychain, &tenant, &args));
    tenant.approve_all(&running.code()).unwrap();
    let ended = running.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("could not be opened"), "{ended:?}");
}
