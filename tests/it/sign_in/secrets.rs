//! Planted secrets are searched for in everything that `init`, `session` and `logout` print, debug lines included.

use serde_json::json;
use tenant::{Fault, FaultKind, Tenant};

use super::{Running, command, init, parameter, quick, run};
use crate::keychain::Keychain;

/// What the keychain holds and what was sent: tokens, client secrets, device codes.
fn secrets(keychain: &Keychain, tenant: &Tenant) -> Vec<String> {
    let stored = ["default", "machine"].map(|profile| {
        let token = keychain.vault(json!({"do": "read", "profile": profile})).unwrap();
        token.as_str().unwrap().to_owned()
    });
    let sent = |name: &str| -> Vec<String> {
        tenant.requests().iter().filter_map(|request| parameter(&request.body, name)).collect()
    };
    [stored.to_vec(), sent("device_code"), sent("client_secret")].concat()
}

#[test]
fn no_secret_of_a_sign_in_is_printed() {
    let Some(keychain) = Keychain::start() else { return };
    let tenant = quick();
    let mut printed = Vec::new();
    let mut running = init(&keychain, &tenant, &["--scopes", "read:logs"]);
    tenant.approve_all(&running.code()).unwrap();
    printed.push(running.end());
    let (client_id, secret) = tenant.client_credentials();
    let flags =
        ["init", "--client", "none", "--profile", "machine", "--auth0-domain", tenant.domain()];
    let flags = [&flags[..], &["--auth0-client-id", client_id, "--auth0-client-secret"]].concat();
    for (source, keep) in [("-", "--keep-secret"), (secret, "--keep-secret")] {
        let flags = [&flags[..], &[source, keep]].concat();
        printed.push(Running::with_input(command(&keychain, &tenant, &flags), secret).end());
    }
    let mut secrets = secrets(&keychain, &tenant);
    assert!(secrets.len() >= 4, "{}", secrets.len());
    for args in [&["session"][..], &["session", "--json"], &["session", "use", "machine"]] {
        printed.push(run(&keychain, &tenant, args));
    }
    let echo = FaultKind::Body {
        status: 400,
        content_type: "application/json".into(),
        body: json!({"error": "invalid_request", "error_description": secrets.join(" ")})
            .to_string(),
    };
    tenant.faults().push(Fault::new(echo));
    printed.push(init(&keychain, &tenant, &["--scopes", "read:logs"]).end());
    printed.push(
        Running::with_input(command(&keychain, &tenant, &[&flags[..], &["-"]].concat()), secret)
            .end(),
    );
    tenant.faults().clear();
    printed.push(run(&keychain, &tenant, &["logout", "--all"]));
    let revoked = tenant.requests().into_iter().find(|request| request.path == "/oauth/revoke");
    secrets.push(parameter(&revoked.unwrap().body, "token").unwrap());
    let debugged = printed.iter().filter(|ended| ended.stderr.contains("[DEBUG:auth0-mcp]"));
    assert!(debugged.count() > 6, "the debug lines are searched too");
    for ended in printed {
        let text = ended.text();
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "a secret in {text}");
            assert!(!text.contains(&secret[secret.len() - 24..]), "the end of a secret in {text}");
        }
    }
}
