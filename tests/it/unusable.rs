//! Scopes that the sign-in lacks: the call is refused before anything is sent, or the tool is not in the list.

use std::time::Duration;

use serde_json::json;
use tenant::Tenant;

use crate::session::{Builder, tenant};

fn with_scopes(tenant: &Tenant, scopes: &[&str]) -> Builder {
    Builder::new().tenant_with(tenant, &tenant.issue_token(scopes, Duration::from_secs(3600)))
}

#[test]
fn a_missing_scope_is_named_with_what_adds_it_and_nothing_is_sent() {
    let tenant = tenant();
    let mut server = with_scopes(&tenant, &["read:logs"]).start();
    let error = server.call("auth0_create_application", json!({"name": "x"})).error();
    for words in ["lacks create:clients", "Nothing was sent to Auth0", "AUTH0_TOKEN"] {
        assert!(error.contains(words), "no {words}: {error}");
    }
    assert!(tenant.requests().is_empty());
    server.call("auth0_list_logs", json!({"per_page": 1})).ok();
}

#[test]
fn a_token_that_does_not_say_its_scopes_is_left_to_the_tenant() {
    let tenant = tenant();
    let mut server = Builder::new().tenant_with(&tenant, "opaque-token-without-claims").start();
    let error = server.call("auth0_list_logs", json!({})).error();
    assert!(error.contains("Auth0 answered") && !error.contains("lacks"), "{error}");
    assert_eq!(tenant.requests().len(), 1);
}

#[test]
fn tools_that_cannot_be_used_are_left_out_where_that_is_asked_for() {
    let tenant = tenant();
    let scopes = ["read:clients", "read:logs", "create:clients"];
    let all = with_scopes(&tenant, &scopes).start().tool_names();
    for builder in [
        with_scopes(&tenant, &scopes).args(&["--hide-unusable"]),
        with_scopes(&tenant, &scopes).env("AUTH0_MCP_HIDE_UNUSABLE", "true"),
    ] {
        let mut server = builder.debug().start();
        let left = server.tool_names();
        assert!(left.contains(&"auth0_list_logs".to_owned()) && left.len() < all.len(), "{left:?}");
        assert!(left.contains(&"auth0_create_application".to_owned()), "{left:?}");
        assert!(!left.contains(&"auth0_update_application".to_owned()), "{left:?}");
        assert!(all.iter().filter(|tool| left.contains(tool)).eq(&left), "the order stays");
        let call = json!({"name": "auth0_update_application", "arguments": {}});
        let answer = server.request("tools/call", call);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains("needs scopes that the sign-in lacks"), "{message}");
        let stderr = server.end().stderr;
        assert!(
            stderr.contains(
                "tool `auth0_update_application` is off: the sign-in lacks update:clients"
            ),
            "{stderr}"
        );
    }
    let shown = with_scopes(&tenant, &scopes)
        .env("AUTH0_MCP_HIDE_UNUSABLE", "1")
        .args(&["--hide-unusable=false"])
        .start()
        .tool_names();
    assert_eq!(shown, all, "the flag wins");
    assert!(tenant.requests().is_empty());
}
