//! The session of the Node server: mentioned, taken over, erased.

use std::time::{Duration, SystemTime};

use tenant::Tenant;

use super::{init, quick, run, sign_in};
use crate::keychain::Keychain;

/// Puts a session of the Node server into the keychain, as that server does.
fn left_behind(keychain: &Keychain, tenant: &Tenant, expires_in: i64) -> String {
    let token = tenant.issue_token(&["read:logs"], Duration::from_secs(3_600));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let expires_at = i64::try_from(now).unwrap() + expires_in * 1_000;
    for (account, value) in [
        ("AUTH0_TOKEN", token.as_str()),
        ("AUTH0_DOMAIN", tenant.domain()),
        ("AUTH0_TOKEN_EXPIRES_AT", &expires_at.to_string()),
    ] {
        keychain.put(&[("service", "auth0-mcp"), ("account", account)], value);
    }
    token
}

#[test]
fn it_is_taken_over_without_a_sign_in() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    let token = left_behind(&keychain, &tenant, 3_600);
    let refused = init(&keychain, &tenant, &["--import-node", "--tenant", "b.auth0.com"]).end();
    assert_eq!(refused.code, 5, "{refused:?}");
    let ended =
        init(&keychain, &tenant, &["--import-node", "--erase-node", "--profile", "old"]).end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("granted   read:logs"), "{ended:?}");
    assert!(!ended.text().contains(&token), "{ended:?}");
    assert!(tenant.device_requests().is_empty());
    let found = keychain.found();
    assert!(found.contains(&token) && !found.contains("AUTH0_TOKEN"), "{found}");
    let shown = run(&keychain, &tenant, &["session", "--json"]).json();
    assert_eq!(shown["profiles"][0]["name"], "old");
    assert_eq!(shown["profiles"][0]["renewable"], false);
}

#[test]
fn what_cannot_be_taken_over_is_said() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    let ended = init(&keychain, &tenant, &["--import-node"]).end();
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.stderr.contains("no complete session of the Node server"), "{ended:?}");
    left_behind(&keychain, &tenant, -10);
    let ended = init(&keychain, &tenant, &["--import-node"]).end();
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.stderr.contains("has expired and cannot be renewed"), "{ended:?}");
}

#[test]
fn it_is_mentioned_and_erased_only_if_told() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    left_behind(&keychain, &tenant, 3_600);
    let mut running = init(&keychain, &tenant, &["--scopes", "read:logs"]);
    tenant.approve_all(&running.code()).unwrap();
    let ended = running.end();
    assert!(ended.stderr.contains("`auth0-mcp init --erase-node` erases it"), "{ended:?}");
    let shown = run(&keychain, &tenant, &["session"]);
    assert!(shown.stderr.contains("auth0-mcp init --import-node"), "{shown:?}");
    sign_in(&keychain, &tenant, "read:logs", &["--erase-node"]);
    assert!(!keychain.found().contains("AUTH0_TOKEN"));

    left_behind(&keychain, &tenant, 3_600);
    let ended = run(&keychain, &tenant, &["logout"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(keychain.found().contains("AUTH0_TOKEN"), "only --all erases it");
    let ended = run(&keychain, &tenant, &["logout", "--all"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("The Node server's session was erased"), "{ended:?}");
    assert_eq!(keychain.found(), "");
}
