//! `auth0_create_resource_server`: a new API. What is not given is left to the tenant, whose defaults are sound
//! (RS256, tokens of a day).

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Patch, Request, Tool,
    shape::fit,
};
use schemars::JsonSchema;

use crate::{
    settings::{ConsentPolicy, Scope, SigningAlgorithm, TokenDialect},
    shape,
};

pub(crate) struct Create;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    name: String,
    /// Audience, such as https://api.example.com; final
    identifier: String,
    scopes: Option<Vec<Scope>>,
    signing_alg: Option<SigningAlgorithm>,
    /// For HS256
    #[schemars(length(min = 16), extend("writeOnly" = true))]
    signing_secret: Option<String>,
    allow_offline_access: Option<bool>,
    /// Seconds, to 2592000
    token_lifetime: Option<i64>,
    token_lifetime_for_web: Option<i64>,
    /// *_authz adds permissions
    token_dialect: Option<TokenDialect>,
    skip_consent_for_verifiable_first_party_clients: Option<bool>,
    /// RBAC
    enforce_policies: Option<bool>,
    /// {format: compact-nested-jwe, encryption_key: {alg: RSA-OAEP-256|RSA-OAEP-384|RSA-OAEP-512, pem, name?, kid?}}
    token_encryption: Option<Object>,
    consent_policy: Option<ConsentPolicy>,
    /// [{type}]
    #[serde(default)]
    authorization_details: Patch<Vec<Object>>,
    /// {mechanism: mtls|dpop, required: boolean, required_for?: public_clients|all_clients}
    proof_of_possession: Option<Object>,
    /// {user: {policy: allow_all|deny_all|require_client_grant}, client: {policy: deny_all|require_client_grant}}
    subject_type_authorization: Option<Object>,
}

impl Tool for Create {
    type Arguments = Given<Arguments>;
    type Output = Object;
    const DEFINITION: Definition = Definition {
        name: "auth0_create_resource_server",
        title: "Create resource server",
        description: "Creates an Auth0 API (resource server). auth0_create_application_grant lets an application \
            call it without a user.",
        effect: Effect::Write { destructive: false, idempotent: false },
        endpoints: &[Endpoint::new(Method::Post, "resource-servers", &["create:resource_servers"])],
    };

    fn run(given: Self::Arguments, api: &impl Api) -> Result<Object, Failure> {
        fit(shape::CREATE, &given.object)?;
        let identifier = given.text("identifier").unwrap_or_default();
        let taken = || format!("Resource server with identifier '{identifier}' already exists.");
        Request::post(["resource-servers"])
            .body(&given.object)?
            .send(api)?
            .explain(409, taken)?
            .json()
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    fn create(arguments: &Value, script: &Script) -> Result<String, Failure> {
        crate::call("auth0_create_resource_server", &arguments.to_string(), script)
    }

    #[test]
    fn what_is_given_is_sent_and_nothing_else() {
        let given = json!({ "name": "Posts", "identifier": "https://api.example.com/",
            "scopes": [{ "value": "read:posts", "description": "Can read posts" }], "signing_alg": "HS256",
            "signing_secret": "0123456789abcdef", "token_lifetime": 0, "token_lifetime_for_web": 7200,
            "authorization_details": null, "consent_policy": "transactional-authorization-with-mfa",
            "subject_type_authorization": { "user": { "policy": "allow_all" } } });
        let created = json!({ "id": "66323a001417972c4a002dae", "signing_secret": "[REDACTED]" });
        let script = Script::new().answer(201, created.clone());
        assert_eq!(create(&given, &script), Ok(created.to_string()));
        assert_eq!(script.sent(), ["POST resource-servers"]);
        assert_eq!(script.body(0), given);
    }

    #[test]
    fn a_taken_identifier_is_named() {
        let body = json!({ "statusCode": 409, "error": "Conflict",
            "message": "A resource server with the same identifier already exists." });
        let given = json!({ "name": "n", "identifier": "urn:x" });
        let Err(Failure::Tenant(error)) = create(&given, &Script::new().answer(409, body)) else {
            panic!("no error");
        };
        assert_eq!(error.status, 409);
        assert_eq!(
            error.message,
            "Resource server with identifier 'urn:x' already exists. (A resource server with the same identifier \
             already exists.)"
        );
    }

    #[test]
    fn what_auth0_would_refuse_is_not_sent() {
        let script = Script::new();
        let given = json!({ "name": "n", "identifier": "urn:x", "scopes": [{ "value": "" }] });
        let said = "scopes[0].value must be text of 1 to 280 characters";
        assert_eq!(create(&given, &script), Err(Failure::InvalidArguments(said.into())));
        assert!(script.sent().is_empty());
    }

    #[test]
    fn what_the_tenant_refuses_is_passed_on() {
        let message = "Please upgrade your subscription to use consent_policy, token_encryption.";
        let body = json!({ "statusCode": 403, "error": "Forbidden", "message": message,
            "errorCode": "feature_not_enabled" });
        let given = json!({ "name": "n", "identifier": "urn:x" });
        let Err(Failure::Tenant(error)) = create(&given, &Script::new().answer(403, body)) else {
            panic!("no error");
        };
        assert_eq!(
            (error.code.as_deref(), error.message.as_str()),
            (Some("feature_not_enabled"), message)
        );
    }
}
