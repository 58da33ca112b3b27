//! `auth0_create_application`: a new application, with safe defaults where the caller gave nothing.
//!
//! A default is only ever filled in, never put over a value, and the answer lists what was filled in. Grant types and
//! refresh token settings are left to the tenant: which ones are right depends on the flow, and Auth0 supports
//! rotation only together with the refresh_token grant
//! (<https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation>).

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Patch, Request, Tool,
    shape::fit,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    callbacks::{SKIP_PROMPT, any_non_verifiable},
    secret,
    settings::{
        AppType, JwtConfiguration, OrganizationRequireBehavior, OrganizationUsage, RefreshToken,
        TokenEndpointAuthMethod,
    },
    shape,
};

pub(crate) struct Create;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    name: String,
    app_type: Option<AppType>,
    #[schemars(length(max = 140))]
    description: Option<String>,
    logo_uri: Option<String>,
    callbacks: Option<Vec<String>>,
    allowed_logout_urls: Option<Vec<String>>,
    web_origins: Option<Vec<String>>,
    allowed_origins: Option<Vec<String>>,
    client_aliases: Option<Vec<String>>,
    allowed_clients: Option<Vec<String>>,
    /// Such as authorization_code, client_credentials
    grant_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    is_first_party: Option<bool>,
    oidc_conformant: Option<bool>,
    jwt_configuration: Option<JwtConfiguration>,
    /// Times in seconds
    #[serde(default)]
    refresh_token: Patch<RefreshToken>,
    organization_usage: Option<OrganizationUsage>,
    organization_require_behavior: Option<OrganizationRequireBehavior>,
    /// {android: {app_package_name,sha256_cert_fingerprints[]}, ios: {team_id,app_bundle_identifier}}
    mobile: Option<Object>,
    /// {apple, facebook, google: {enabled}}
    native_social_login: Option<Object>,
    /// {backchannel_logout_urls[], backchannel_logout_initiators: {mode: custom|all, selected_initiators:
    /// [rp-logout|idp-logout|password-changed|session-expired|session-revoked|account-deleted|email-identifier-changed|mfa-phone-unenrolled|account-deactivated]},
    /// backchannel_logout_session_metadata: {include}}
    oidc_logout: Option<Object>,
    cross_origin_authentication: Option<bool>,
    cross_origin_loc: Option<String>,
    sso: Option<bool>,
    sso_disabled: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    application: Object,
    /// Settings that the caller did not give.
    defaults_applied: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

impl Tool for Create {
    type Arguments = Given<Arguments>;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_create_application",
        title: "Create application",
        description: "Creates an Auth0 application (client). Settings not given get safe defaults, listed in the answer.",
        effect: Effect::Write { destructive: false, idempotent: false },
        endpoints: &[Endpoint::new(Method::Post, "clients", &["create:clients"])],
    };

    fn run(Given { mut object, .. }: Self::Arguments, api: &impl Api) -> Result<Output, Failure> {
        fit(shape::CREATE, &object)?;
        let defaults_applied = apply_defaults(&mut object);
        let application: Object = Request::post(["clients"]).body(&object)?.send(api)?.json()?;
        let note = secret::note(&application);
        Ok(Output { application, defaults_applied, note })
    }
}

/// Fills in what Auth0 recommends and its API does not do by itself; gives what was filled in, by dotted path.
fn apply_defaults(body: &mut Object) -> Object {
    let mut applied = Object::new();
    // The API's own default is the behaviour of before OpenID Connect.
    fill(body, &mut applied, "oidc_conformant", json!(true));
    // The API's own default is HS256, which shares the client secret with everyone who verifies a token.
    match body.get_mut("jwt_configuration") {
        None => fill(
            body,
            &mut applied,
            "jwt_configuration",
            json!({ "alg": "RS256", "lifetime_in_seconds": 36000 }),
        ),
        Some(jwt) if jwt.get("alg").is_none() => {
            jwt["alg"] = "RS256".into();
            applied.insert("jwt_configuration.alg".into(), "RS256".into());
        }
        Some(_) => {}
    }
    // Browsers and devices cannot keep a secret.
    match body.get("app_type").and_then(Value::as_str) {
        Some("spa" | "native") => {
            fill(body, &mut applied, "token_endpoint_auth_method", "none".into())
        }
        Some(_) => {
            fill(body, &mut applied, "token_endpoint_auth_method", "client_secret_post".into())
        }
        None => {}
    }
    if any_non_verifiable(body.get("callbacks")) {
        fill(body, &mut applied, SKIP_PROMPT, json!(true));
    }
    applied
}

fn fill(body: &mut Object, applied: &mut Object, key: &str, value: Value) {
    if !body.contains_key(key) {
        body.insert(key.into(), value.clone());
        applied.insert(key.into(), value);
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    /// Calls the tool on a tenant that answers with a client and gives the body that was sent and the answer.
    fn create(arguments: Value) -> (Value, Value) {
        let script =
            Script::new().answer(201, json!({ "client_id": "abc", "client_secret": "[REDACTED]" }));
        let answer = crate::call("auth0_create_application", &arguments.to_string(), &script)
            .expect("an answer");
        assert_eq!(script.sent(), ["POST clients"]);
        (script.body(0), serde_json::from_str(&answer).expect("JSON"))
    }

    #[test]
    fn defaults_fill_gaps_and_are_listed() {
        let (body, answer) = create(json!({ "name": "n" }));
        let defaults = json!({ "oidc_conformant": true,
            "jwt_configuration": { "alg": "RS256", "lifetime_in_seconds": 36000 } });
        assert_eq!(answer["defaults_applied"], defaults);
        assert_eq!(answer["client_id"], "abc");
        assert!(answer["note"].as_str().expect("a note").contains("dashboard"));
        let mut expected = json!({ "name": "n" });
        expected
            .as_object_mut()
            .expect("an object")
            .extend(defaults.as_object().cloned().expect("an object"));
        assert_eq!(body, expected);
    }

    #[test]
    fn what_is_given_stays() {
        let given = json!({ "name": "n", "app_type": "spa", "oidc_conformant": false,
            "token_endpoint_auth_method": "client_secret_basic", "callbacks": ["https://a"],
            "refresh_token": null,
            "jwt_configuration": { "alg": "HS256" } });
        let (body, answer) = create(given.clone());
        assert_eq!(body, given);
        assert_eq!(answer["defaults_applied"], json!({}));
    }

    #[test]
    fn only_a_missing_algorithm_is_added() {
        let (body, answer) = create(
            json!({ "name": "n", "oidc_conformant": true, "jwt_configuration": { "lifetime_in_seconds": 60 } }),
        );
        assert_eq!(body["jwt_configuration"], json!({ "lifetime_in_seconds": 60, "alg": "RS256" }));
        assert_eq!(answer["defaults_applied"], json!({ "jwt_configuration.alg": "RS256" }));
    }

    #[test]
    fn the_auth_method_follows_the_app_type() {
        for (app_type, method) in [
            ("spa", "none"),
            ("native", "none"),
            ("regular_web", "client_secret_post"),
            ("non_interactive", "client_secret_post"),
        ] {
            let (body, _) = create(json!({ "name": "n", "app_type": app_type }));
            assert_eq!(body["token_endpoint_auth_method"], method, "{app_type}");
        }
    }

    #[test]
    fn the_prompt_is_skipped_for_local_callbacks() {
        let skip = |callback: &str| {
            create(json!({ "name": "n", "callbacks": [callback] })).0
                ["skip_non_verifiable_callback_uri_confirmation_prompt"]
                .clone()
        };
        assert_eq!(skip("http://localhost:3000"), true);
        assert_eq!(skip("https://example.com"), Value::Null);
    }

    #[test]
    fn what_auth0_would_refuse_is_not_sent() {
        let script = Script::new();
        let arguments = json!({ "name": "n", "mobile": { "ios": { "team": "t" } } });
        let failure = crate::call("auth0_create_application", &arguments.to_string(), &script);
        let said = "mobile.ios.team is unknown, known here: team_id, app_bundle_identifier";
        assert_eq!(failure, Err(Failure::InvalidArguments(said.into())));
        assert!(script.sent().is_empty());
    }

    #[test]
    fn what_the_tenant_refuses_is_passed_on() {
        let body = json!({ "statusCode": 403, "error": "Forbidden", "errorCode": "insufficient_scope",
            "message": "Insufficient scope, expected any of: create:clients" });
        let refused = crate::call(
            "auth0_create_application",
            r#"{"name":"n"}"#,
            &Script::new().answer(403, body),
        );
        let Err(Failure::Tenant(error)) = refused else { panic!("{refused:?}") };
        assert_eq!((error.status, error.code.as_deref()), (403, Some("insufficient_scope")));
    }
}
