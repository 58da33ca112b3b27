//! Client credentials: where the secret comes from, whether it is kept, what the tenant says.

use serde_json::json;
use tenant::{Fault, FaultKind, Tenant};

use super::{Running, command, quick, run};
use crate::keychain::Keychain;

/// `init` for the tenant's administrator, without a secret.
fn flags<'a>(tenant: &'a Tenant, more: &[&'a str]) -> Vec<&'a str> {
    let (client_id, _) = tenant.client_credentials();
    let all = [
        "init",
        "--client",
        "none",
        "--auth0-domain",
        tenant.domain(),
        "--auth0-client-id",
        client_id,
    ];
    [&all[..], more].concat()
}

#[test]
fn the_secret_comes_from_where_it_is_said_and_is_kept_only_if_told() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    let (_, secret) = tenant.client_credentials();
    for (more, env, input, kept, notes) in [
        (
            &["--auth0-client-secret", "-"][..],
            None,
            Some(format!("{secret}\n")),
            false,
            "--keep-secret keeps it",
        ),
        (
            &["--auth0-client-secret", "-", "--keep-secret"],
            None,
            Some(format!(" {secret} ")),
            true,
            "",
        ),
        (&[], Some(secret), None, false, "the client secret was not kept"),
        (
            &["--auth0-client-secret", secret, "--no-keep-secret"],
            Some("another"),
            None,
            false,
            "can be seen in the list of processes",
        ),
    ] {
        let mut command = command(&keychain, &tenant, &flags(&tenant, more));
        command.envs(env.map(|secret| ("AUTH0_CLIENT_SECRET", secret)));
        let ended = match &input {
            Some(input) => Running::with_input(command, input).end(),
            None => Running::start(command).end(),
        };
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.stderr.contains(notes), "{more:?}: {ended:?}");
        assert!(!ended.text().contains(secret), "{more:?}: {ended:?}");
        assert_eq!(keychain.found().contains(secret), kept, "{more:?}");
        let shown = run(&keychain, &tenant, &["session", "--json"]).json();
        let shown = &shown["profiles"][0];
        assert_eq!(shown["kind"], "client_credentials");
        assert_eq!(
            (&shown["renewable"], &shown["tenant"]),
            (&json!(kept), &json!(tenant.domain()))
        );
    }
}

#[test]
fn what_the_tenant_refuses_is_explained() {
    let Some(keychain) = Keychain::start() else { return };
    for (fault, code, says) in [
        (FaultKind::oauth("invalid_client"), 4, "did not accept the client id and secret"),
        (FaultKind::oauth("access_denied"), 4, "authorize it in the Auth0 Dashboard"),
        (FaultKind::Reset, 7, "cannot be reached"),
        (FaultKind::Html { status: 200 }, 1, "not the JSON"),
    ] {
        let tenant = quick();
        tenant.faults().push(Fault::new(fault).on("POST", "/oauth/token"));
        let command = command(&keychain, &tenant, &flags(&tenant, &["--auth0-client-secret", "-"]));
        let ended = Running::with_input(command, "planted-secret").end();
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(says), "{says}: {ended:?}");
        assert!(ended.stderr.contains("nothing was written"), "{ended:?}");
        assert!(!ended.text().contains("planted-secret"), "{ended:?}");
    }
    assert_eq!(keychain.found(), "");
}

#[test]
fn an_application_has_the_scopes_of_its_grant() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    let (_, secret) = tenant.client_credentials();
    let more = ["--auth0-client-secret", "-", "--scopes", "read:logs"];
    let ended =
        Running::with_input(command(&keychain, &tenant, &flags(&tenant, &more)), secret).end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("the application has more than was asked for"), "{ended:?}");
    for (input, code, says) in
        [("", 2, "standard input holds no client secret"), (" \n", 2, "no client secret")]
    {
        let command = command(&keychain, &tenant, &flags(&tenant, &["--auth0-client-secret", "-"]));
        let ended = Running::with_input(command, input).end();
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(says), "{ended:?}");
    }
    // Secrets are random, and may begin with a hyphen.
    let hyphen = ["--auth0-client-secret", "-Ihas-a-hyphen-in-front", "--no-keep-secret"];
    let ended = run(&keychain, &tenant, &flags(&tenant, &hyphen));
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(!ended.text().contains("has-a-hyphen"), "{ended:?}");
    let ended = run(&keychain, &tenant, &flags(&tenant, &[]));
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("the secret (--auth0-client-secret -, or AUTH0_CLIENT_SECRET) is missing"),
        "{ended:?}"
    );
}
