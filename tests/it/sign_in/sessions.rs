//! What `session` shows and `logout` leaves.

use std::time::Duration;

use serde_json::{Value, json};
use tenant::{Fault, FaultKind};

use super::{command, quick, quicker, run, sign_in};
use crate::keychain::Keychain;

#[test]
fn the_json_has_a_stable_form() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    sign_in(&keychain, &tenant, "read:logs", &[]);
    sign_in(&keychain, &tenant, "*", &["--profile", "all"]);
    let shown = run(&keychain, &tenant, &["session", "--json"]).json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in ["default_profile", "profiles", "environment", "storage", "node_server_entries"] {
        assert!(keys(&shown).contains(&key.to_owned()), "{key}: {shown}");
    }
    assert_eq!(shown["default_profile"], "default");
    assert_eq!(
        (&shown["environment"], &shown["storage"]),
        (&Value::Null, &json!("Secret Service"))
    );
    let [all, default] = &shown["profiles"].as_array().unwrap()[..] else { panic!("{shown}") };
    assert_eq!(
        keys(default),
        [
            "name",
            "default",
            "tenant",
            "account",
            "kind",
            "sign_in_server",
            "client_id",
            "signed_in_at",
            "expires_at",
            "expires_in_seconds",
            "renewable",
            "usable",
            "scopes",
            "tools"
        ]
    );
    assert_eq!((&default["default"], &all["default"]), (&json!(true), &json!(false)));
    assert!(default["expires_at"].as_str().unwrap().ends_with('Z'), "{default}");
    let usable = |profile: &Value| {
        let tools = profile["tools"].as_array().unwrap().clone();
        tools.into_iter().filter(|tool| tool["usable"] == true).count()
    };
    assert_eq!((usable(default), usable(all)), (2, all["tools"].as_array().unwrap().len()));
    let tools = default["tools"].as_array().unwrap();
    let create = tools.iter().find(|tool| tool["name"] == "auth0_create_form").unwrap();
    assert_eq!(create["missing_scopes"], json!(["create:forms"]));
    let one = run(&keychain, &tenant, &["session", "--json", "--profile", "all"]).json();
    assert_eq!(one["profiles"].as_array().unwrap().len(), 1);
    assert_eq!(one["default_profile"], "default");
}

#[test]
fn people_are_told_what_works_and_why_not() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    sign_in(&keychain, &tenant, "read:logs", &[]);
    let shown = run(&keychain, &tenant, &["session"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    for says in [
        "Profile default (the default one)\n",
        &format!("tenant     {}\n", tenant.domain()),
        "account    auth0|",
        "expires    in 23 hours 59 minutes; renewed without you\n",
        "scopes     read:logs\n",
        "tools      2 of ",
        "✓ auth0_list_logs\n",
        "✗ auth0_create_form: needs create:forms\n",
        "Kept in the keychain (Secret Service).",
    ] {
        assert!(shown.stdout.contains(says), "{says}: {shown:?}");
    }
    let missing = run(&keychain, &tenant, &["session", "--profile", "other"]);
    assert_eq!(missing.code, 4, "{missing:?}");
    assert!(missing.stdout.contains("auth0-mcp init --profile other"), "{missing:?}");
}

#[test]
fn the_environment_is_shown_where_it_wins() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    let given = |args: &[&str]| {
        let mut command = command(&keychain, &tenant, args);
        command
            .env("AUTH0_DOMAIN", "e.auth0.com")
            .env("AUTH0_TOKEN", "planted-token-of-the-environment");
        super::Running::start(command).end()
    };
    let shown = given(&["session"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.stdout.contains("(AUTH0_TOKEN), for e.auth0.com"), "{shown:?}");
    let json = given(&["session", "--json"]);
    assert_eq!(
        json.json()["environment"],
        json!({"tenant": "e.auth0.com", "kind": "access_token"})
    );
    assert!(!format!("{shown:?}{json:?}").contains("planted-token"));
}

#[test]
fn an_expired_session_says_what_to_do() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quicker(|options| options.token_lifetime = Duration::from_secs(1));
    let mut running =
        super::init(&keychain, &tenant, &["--scopes", "read:logs", "--profile", "short"]);
    tenant.approve(&running.code(), &["read:logs"]).unwrap();
    let ended = running.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("nothing to renew this session with"), "{ended:?}");
    std::thread::sleep(Duration::from_millis(1_200));
    let shown = run(&keychain, &tenant, &["session"]);
    assert_eq!(shown.code, 4, "{shown:?}");
    assert!(shown.stdout.contains("cannot be renewed: run `auth0-mcp init`"), "{shown:?}");
    let ended = run(&keychain, &tenant, &["logout"]);
    assert!(ended.stdout.contains("has expired already"), "{ended:?}");
}

#[test]
fn the_default_is_switched_and_never_guessed() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    sign_in(&keychain, &tenant, "read:logs", &["--profile", "one"]);
    sign_in(&keychain, &tenant, "read:logs", &["--profile", "two"]);
    sign_in(&keychain, &tenant, "read:logs", &["--profile", "three", "--default"]);
    let default =
        || run(&keychain, &tenant, &["session", "--json"]).json()["default_profile"].clone();
    assert_eq!(default(), "three");
    assert_eq!(run(&keychain, &tenant, &["session", "use", "one"]).code, 0);
    assert_eq!(default(), "one");
    let unknown = run(&keychain, &tenant, &["session", "use", "four"]);
    assert_eq!(unknown.code, 4, "{unknown:?}");
    assert_eq!(default(), "one");
    // A sign-in without a name renews the default one.
    sign_in(&keychain, &tenant, "read:clients", &[]);
    let shown = run(&keychain, &tenant, &["session", "--json", "--profile", "one"]).json();
    assert_eq!(shown["profiles"][0]["scopes"], json!(["read:clients"]));

    let ended = run(&keychain, &tenant, &["logout"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("no profile is the default one now"), "{ended:?}");
    let ended = run(&keychain, &tenant, &["logout"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("--profile (three, two)"), "{ended:?}");
    let ended = run(&keychain, &tenant, &["logout", "--profile", "one"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.stderr.contains("there is three, two"), "{ended:?}");
    let ended = run(&keychain, &tenant, &["logout", "--all"]);
    assert_eq!((ended.code, ended.stdout.matches("Signed out").count()), (0, 2), "{ended:?}");
    assert_eq!(keychain.found(), "");
    let ended = run(&keychain, &tenant, &["logout"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "Nobody is signed in; nothing was erased.\n")
    );
}

#[test]
fn logout_erases_also_what_cannot_be_revoked() {
    let Some(keychain) = Keychain::start() else { return };
    for (fault, code) in [(FaultKind::Reset, 7), (FaultKind::status(500), 1)] {
        let tenant = quick();
        sign_in(&keychain, &tenant, "read:logs", &[]);
        tenant.faults().push(Fault::new(fault).on("POST", "/oauth/revoke"));
        let ended = run(&keychain, &tenant, &["logout"]);
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains("the refresh token was not revoked"), "{ended:?}");
        assert!(ended.stdout.contains("Signed out of"), "{ended:?}");
        assert_eq!(keychain.found(), "");
    }
}
