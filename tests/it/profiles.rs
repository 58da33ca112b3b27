//! Serving a sign-in of the keychain: which profile, for how long, and what a running server notices.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tenant::{Options, Tenant};

use crate::{
    keychain::Keychain,
    session::{Builder, Session, tenant},
};

/// A sign-in of an application whose secret is kept.
fn application(tenant: &Tenant) -> Value {
    let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(3600));
    let (client_id, client_secret) = tenant.client_credentials();
    json!({"domain": tenant.domain(), "token": token, "lifetime": 3600, "client_id": client_id, "client_secret": client_secret})
}

/// A sign-in of a person: the device flow, confirmed by the tenant itself.
fn person(tenant: &Tenant) -> Value {
    use auth0_mcp::{
        auth::{Domain, Https, Trust, oauth::AuthorizationServer},
        secret::{Redactor, Secret},
    };
    let domain = Domain::parse(tenant.domain()).unwrap();
    let https = Https::new(Trust::only(tenant.ca_pem()).unwrap(), &domain);
    let server = AuthorizationServer::new(domain, https, Redactor::default());
    let scope = format!("offline_access {}", tenant.all_scopes().join(" "));
    let ask = async {
        let client = ("client_id", tenant::DEVICE_CLIENT_ID);
        let form = [client, ("audience", "https://*.auth0.com/api/v2/"), ("scope", &scope)];
        let device = server.post("/oauth/device/code", &form).await.unwrap();
        let device: Value = serde_json::from_str(device.expose()).unwrap();
        tenant.approve_all(device["user_code"].as_str().unwrap()).unwrap();
        let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        let form = [grant, client, ("device_code", device["device_code"].as_str().unwrap())];
        server.tokens(&form).await.unwrap()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tokens = runtime.block_on(ask);
    json!({
        "domain": tenant.domain(),
        "token": tokens.access_token.expose(),
        "lifetime": tokens.lifetime.unwrap().as_secs(),
        "server": tenant.domain(),
        "refresh_token": tokens.refresh_token.as_ref().map(Secret::expose),
    })
}

/// With the members of another object in the place of its own.
fn with(mut session: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        session[name] = value.clone();
    }
    session
}

fn serve(keychain: &Keychain, tenant: &Tenant, args: &[&str]) -> Session {
    Builder::new().keychain(keychain).trusting(tenant).args(args).debug().start()
}

fn list(session: &mut Session) -> crate::session::Called {
    session.call("auth0_list_applications", json!({"per_page": 1}))
}

#[test]
fn a_profile_is_served_and_nothing_secret_is_shown() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = tenant();
    let session = person(&tenant);
    keychain.sign_in("acme", &session);
    let mut server = serve(&keychain, &tenant, &[]);
    let answer = list(&mut server);
    assert!(!answer.is_error, "{}", answer.text);
    let ended = server.end();
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("profile `acme` of the keychain is used"), "{}", ended.stderr);
    for secret in ["token", "refresh_token"].map(|name| session[name].as_str().unwrap()) {
        assert!(!ended.stderr.contains(&secret[secret.len() - 20..]), "{}", ended.stderr);
        assert!(!answer.raw.contains(&secret[secret.len() - 20..]), "{}", answer.raw);
    }
}

#[test]
fn a_start_without_a_usable_sign_in_names_the_command() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = tenant();
    let start = |args: &[&str], env: &[(&str, &str)]| {
        let builder = Builder::new().raw().keychain(&keychain).trusting(&tenant).args(args);
        let ended = env.iter().fold(builder, |b, (name, value)| b.env(name, value)).start().end();
        (ended.code, ended.stderr)
    };
    let (code, stderr) = start(&[], &[]);
    assert_eq!(code, Some(4), "{stderr}");
    assert!(stderr.contains("nobody is signed in: run `auth0-mcp init`"), "{stderr}");

    let kept = application(&tenant);
    let expired = with(kept.clone(), &json!({"age": 7200}));
    keychain.sign_in("renewable", &expired);
    keychain.sign_in("browser", &with(expired.clone(), &json!({"server": "auth0.auth0.com"})));
    keychain.sign_in("forgotten", &with(expired, &json!({"client_secret": null})));
    let (client_id, _) = tenant.client_credentials();
    let forgotten = format!(
        "init --profile forgotten --auth0-domain {} --auth0-client-id {client_id}`",
        tenant.domain()
    );
    let table: [(&[&str], &[(&str, &str)], i32, &str); 8] = [
        (
            &["--profile", "other"],
            &[],
            4,
            "run `auth0-mcp init --profile other`; there is `browser`",
        ),
        (&[], &[("AUTH0_MCP_PROFILE", "other")], 4, "signed in as profile `other`"),
        (&["--profile", "browser"], &[], 4, "run `auth0-mcp init --profile browser`"),
        (&["--profile", "forgotten"], &[], 4, &forgotten),
        (&["--profile", "No"], &[], 3, "--profile: `No` is no profile name"),
        (&[], &[("AUTH0_MCP_PROFILE", "a b")], 3, "AUTH0_MCP_PROFILE: `a b` is no"),
        (&[], &[("AUTH0_DOMAIN", "x.auth0.com")], 3, "AUTH0_DOMAIN is x.auth0.com, and profile"),
        (&["--hide-unusable=maybe"], &[], 3, "--hide-unusable is `maybe`"),
    ];
    for (args, env, expected, words) in table {
        let (code, stderr) = start(args, env);
        assert_eq!(code, Some(expected), "{args:?} {env:?}: {stderr}");
        assert!(stderr.contains(words), "{args:?} {env:?}: {stderr}");
    }
    // The default profile has expired too, and renews itself.
    assert!(!list(&mut serve(&keychain, &tenant, &[])).is_error);
    assert!(!list(&mut serve(&keychain, &tenant, &["--profile", "renewable"])).is_error);
    let renewed = tenant.requests().iter().filter(|r| r.path == "/oauth/token").count();
    assert_eq!(renewed, 1, "the second server finds the renewed token");

    keychain.vault(json!({"do": "erase", "profile": "renewable"})).unwrap();
    let (code, stderr) = start(&[], &[]);
    assert_eq!(code, Some(4), "{stderr}");
    assert!(stderr.contains("name one with --profile (`browser`, `forgotten`)"), "{stderr}");
}

#[test]
fn credentials_of_the_environment_go_before_the_keychain() {
    let tenant = tenant();
    // No bus is there: the keychain is not even looked for.
    let start = |args: &[&str]| {
        let builder = Builder::new().tenant(&tenant).args(args).debug();
        builder.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus").start()
    };
    let mut server = start(&[]);
    assert!(!list(&mut server).is_error);
    let stderr = server.end().stderr;
    assert!(
        stderr.contains("DEBUG:auth0-mcp] the credentials of the environment are used"),
        "{stderr}"
    );
    let stderr = start(&["--profile", "acme"]).end().stderr;
    assert!(
        stderr.contains("WARN:auth0-mcp]") && stderr.contains("profile `acme` is not"),
        "{stderr}"
    );
}

#[test]
fn a_running_server_notices_who_signs_in_and_out() {
    let Some(keychain) = Keychain::start() else { return };
    let (tenant, other) = (tenant(), tenant());
    keychain.sign_in("acme", &application(&tenant));
    let mut server = serve(&keychain, &tenant, &[]);
    assert!(!list(&mut server).is_error);

    keychain.vault(json!({"do": "erase", "profile": "acme"})).unwrap();
    tenant.clear_requests();
    for _ in 0..2 {
        let error = list(&mut server).error();
        assert!(error.contains("the user has to sign in again"), "{error}");
        assert!(error.contains("auth0-mcp init --profile acme"), "{error}");
    }
    assert!(tenant.requests().is_empty(), "nothing is sent after a logout");
    assert!(server.stderr().contains("signed out with `auth0-mcp logout`"), "{}", server.stderr());

    keychain.sign_in("acme", &application(&other));
    let error = list(&mut server).error();
    assert!(error.contains(other.domain()) && error.contains("restart it"), "{error}");
    assert!(other.requests().is_empty(), "another tenant is not followed");

    keychain.sign_in("acme", &application(&tenant));
    assert!(!list(&mut server).is_error, "and back without a restart");
}

#[test]
fn two_profiles_go_to_two_tenants_and_a_new_default_moves_no_running_server() {
    let Some(keychain) = Keychain::start() else { return };
    let (one, two) = (tenant(), tenant());
    keychain.sign_in("one", &application(&one));
    keychain.sign_in("two", &application(&two));
    let mut default = serve(&keychain, &one, &[]);
    let mut named = serve(&keychain, &two, &["--profile", "two"]);
    keychain.vault(json!({"do": "default", "profile": "two"})).unwrap();
    for _ in 0..3 {
        assert!(!list(&mut default).is_error && !list(&mut named).is_error);
    }
    assert_eq!((one.requests().len(), two.requests().len()), (3, 3));
    let mut new = Builder::new().keychain(&keychain).trusting(&two).start();
    assert!(!list(&mut new).is_error);
    assert_eq!((one.requests().len(), two.requests().len()), (3, 4));
}

/// Two servers on one profile of a person, whose refresh token is used up by each renewal and whose sign-in ends
/// if one is used twice.
#[test]
fn two_servers_renew_one_sign_in_in_turn() {
    let Some(keychain) = Keychain::start() else { return };
    let lifetime = Duration::from_secs(6);
    let tenant = Tenant::start(Options { token_lifetime: lifetime, ..Options::default() }).unwrap();
    keychain.sign_in("acme", &person(&tenant));
    tenant.clear_requests();
    let mut servers = [serve(&keychain, &tenant, &[]), serve(&keychain, &tenant, &[])];
    let began = Instant::now();
    while began.elapsed() < lifetime * 2 {
        // Many calls of both at once, so that they see a due token at the same moment.
        let ids: Vec<Vec<u64>> = servers
            .iter_mut()
            .map(|server| {
                let call = json!({"name": "auth0_list_applications", "arguments": {"per_page": 1}});
                (0..10).map(|_| server.ask("tools/call", call.clone())).collect()
            })
            .collect();
        for (server, mut ids) in servers.iter_mut().zip(ids) {
            while !ids.is_empty() {
                let message = server.next();
                assert_ne!(message["result"]["isError"], true, "{message}");
                ids.retain(|id| message["id"] != *id);
            }
        }
        sleep(Duration::from_millis(100));
    }
    let renewals = tenant.requests().iter().filter(|r| r.path == "/oauth/token").count();
    // A token is due after half its life: every 3 s in 12 s, for both servers together.
    assert!((3..=5).contains(&renewals), "{renewals} renewals");
    let token = keychain.vault(json!({"do": "read", "profile": "acme"})).unwrap();
    let token = token.as_str().unwrap();
    for server in servers {
        let stderr = server.end().stderr;
        assert!(!stderr.contains(&token[token.len() - 20..]), "{stderr}");
        assert!(!stderr.contains("not renewed") && !stderr.contains("not saved"), "{stderr}");
    }
}

#[test]
fn a_revoked_sign_in_says_what_to_run() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = tenant();
    keychain.sign_in("acme", &with(person(&tenant), &json!({"age": 100_000})));
    tenant.revoke_refresh_tokens();
    let mut server = serve(&keychain, &tenant, &[]);
    for _ in 0..3 {
        let error = list(&mut server).error();
        assert!(error.contains("`auth0-mcp init --profile acme` in a terminal"), "{error}");
    }
    let asked = tenant.requests().iter().filter(|r| r.path == "/oauth/token").count();
    assert_eq!(asked, 2, "one for the sign-in and one that was refused");
    let stderr = server.end().stderr;
    assert!(
        stderr.contains("(invalid_grant)") && stderr.contains("init --profile acme"),
        "{stderr}"
    );
}

#[test]
fn a_keychain_that_is_locked_during_a_run_stops_no_call_while_the_token_works() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = tenant();
    keychain.sign_in("acme", &with(application(&tenant), &json!({"age": 3500})));
    keychain.sign_in("valid", &application(&tenant));
    let mut due = serve(&keychain, &tenant, &["--profile", "valid"]);
    assert!(!list(&mut due).is_error);
    keychain.lock();
    assert!(!list(&mut due).is_error);
    let ended = Builder::new().raw().keychain(&keychain).trusting(&tenant).start().end();
    assert_eq!(ended.code, Some(4));
    assert!(ended.stderr.contains("the keychain is locked"), "{}", ended.stderr);
}
