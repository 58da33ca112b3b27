//! `auth0_create_resource_server`: a new API. What is not given is left to the tenant, whose defaults are sound
//! (RS256, tokens of a day).

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Patch, Request, Tool,
};
use schemars::JsonSchema;

use crate::settings::{
    AuthorizationDetails, ConsentPolicy, ProofOfPossession, Scope, SigningAlgorithm,
    SubjectTypeAuthorization, TokenDialect, TokenEncryption,
};

pub(crate) struct Create;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    #[schemars(length(max = 200), regex(pattern = "^[^<>]+$"))]
    name: String,
    /// Audience, such as https://api.example.com; final
    #[schemars(length(min = 1, max = 600))]
    identifier: String,
    scopes: Option<Vec<Scope>>,
    signing_alg: Option<SigningAlgorithm>,
    /// For HS256
    #[schemars(length(min = 16), extend("writeOnly" = true))]
    signing_secret: Option<String>,
    allow_offline_access: Option<bool>,
    /// Seconds
    #[schemars(range(max = 2_592_000))]
    token_lifetime: Option<u32>,
    #[schemars(range(max = 2_592_000))]
    token_lifetime_for_web: Option<u32>,
    /// *_authz adds permissions
    token_dialect: Option<TokenDialect>,
    skip_consent_for_verifiable_first_party_clients: Option<bool>,
    /// RBAC
    enforce_policies: Option<bool>,
    token_encryption: Option<TokenEncryption>,
    consent_policy: Option<ConsentPolicy>,
    #[serde(default)]
    authorization_details: Patch<Vec<AuthorizationDetails>>,
    proof_of_possession: Option<ProofOfPossession>,
    subject_type_authorization: Option<SubjectTypeAuthorization>,
}

impl Tool for Create {
    type Arguments = Given<Arguments>;
    type Output = Object;
    const DEFINITION: Definition = Definition {
        name: "auth0_create_resource_server",
        title: "Create resource server",
        description: "Creates an Auth0 API (resource server). To let an application call it without a user, follow with \
            auth0_create_application_grant; to change an existing API use auth0_update_resource_server.",
        effect: Effect::Write { destructive: false, idempotent: false },
        endpoints: &[Endpoint::new(Method::Post, "resource-servers", &["create:resource_servers"])],
    };

    fn run(given: Self::Arguments, api: &impl Api) -> Result<Object, Failure> {
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
