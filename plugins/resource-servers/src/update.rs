//! `auth0_update_resource_server`: the given settings of one API and nothing else. `null` clears, where the API can
//! clear. The identifier cannot change.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Patch, Request, Tool,
    shape::fit,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{get::missing, settings::Scope, shape};

pub(crate) struct Update;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    /// Or identifier
    id: String,
    name: Option<String>,
    /// Replaces the list: one left out is deleted, so read it first
    scopes: Option<Vec<Scope>>,
    signing_alg: Option<String>,
    #[schemars(length(min = 16), extend("writeOnly" = true))]
    signing_secret: Option<String>,
    allow_offline_access: Option<bool>,
    token_lifetime: Option<i64>,
    token_lifetime_for_web: Option<i64>,
    token_dialect: Option<String>,
    skip_consent_for_verifiable_first_party_clients: Option<bool>,
    enforce_policies: Option<bool>,
    #[serde(default)]
    token_encryption: Patch<Object>,
    #[serde(default)]
    consent_policy: Patch<String>,
    #[serde(default)]
    authorization_details: Patch<Vec<Object>>,
    #[serde(default)]
    proof_of_possession: Patch<Object>,
    subject_type_authorization: Option<Object>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    resource_server: Object,
    /// Settings that the caller gave.
    changed: Vec<String>,
}

impl Tool for Update {
    type Arguments = Given<Arguments>;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_update_resource_server",
        title: "Update resource server",
        description: "Updates the given settings of an Auth0 API (resource server). null clears. Values and shapes: see \
            auth0_create_resource_server.",
        effect: Effect::Write { destructive: true, idempotent: true },
        endpoints: &[Endpoint::new(
            Method::Patch,
            "resource-servers/{id}",
            &["update:resource_servers"],
        )],
    };

    fn run(mut given: Self::Arguments, api: &impl Api) -> Result<Output, Failure> {
        let id = given.take_text("id")?;
        let body = given.object;
        if body.is_empty() {
            return Err(Failure::InvalidArguments(
                "nothing to change: give a setting beside id".into(),
            ));
        }
        fit(shape::UPDATE, &body)?;
        let response = Request::patch(["resource-servers", &id]).body(&body)?.send(api)?;
        let resource_server = response.found(|| missing(&id))?.json()?;
        Ok(Output { resource_server, changed: body.into_iter().map(|(name, _)| name).collect() })
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    fn update(arguments: Value, script: &Script) -> Result<Value, Failure> {
        crate::call("auth0_update_resource_server", &arguments.to_string(), script)
            .map(|answer| serde_json::from_str(&answer).expect("JSON"))
    }

    #[test]
    fn only_given_settings_are_sent_and_null_clears() {
        let change = json!({ "scopes": [], "token_encryption": null, "consent_policy": null,
            "authorization_details": null, "proof_of_possession": null, "name": "n" });
        let mut arguments = change.clone();
        arguments["id"] = "https://api.example.com/".into();
        let script = Script::new().answer(200, json!({ "id": "r1", "name": "n", "scopes": [] }));
        let answer = update(arguments, &script).expect("an answer");
        assert_eq!(script.sent(), ["PATCH resource-servers/https://api.example.com/"]);
        assert_eq!(script.body(0), change);
        let changed: Vec<&String> = change.as_object().expect("an object").keys().collect();
        assert_eq!(answer, json!({ "id": "r1", "name": "n", "scopes": [], "changed": changed }));
    }

    #[test]
    fn an_api_of_auth0_refuses() {
        let body = json!({ "statusCode": 400, "error": "Bad Request",
            "message": "System resource servers cannot be patched." });
        let failure = update(json!({ "id": "r1", "name": "n" }), &Script::new().answer(400, body));
        let Err(Failure::Tenant(error)) = failure else { panic!("{failure:?}") };
        assert_eq!(error.message, "System resource servers cannot be patched.");
    }

    #[test]
    fn a_missing_api_is_named() {
        let body = json!({ "statusCode": 404, "message": "The resource server does not exist" });
        let failure = update(json!({ "id": "r1", "name": "n" }), &Script::new().answer(404, body));
        let Err(Failure::Tenant(error)) = failure else { panic!("{failure:?}") };
        let message =
            "Resource server with id 'r1' not found. (The resource server does not exist)";
        assert_eq!((error.status, error.message.as_str()), (404, message));
    }

    #[test]
    fn what_auth0_would_refuse_is_not_sent() {
        let script = Script::new();
        let failure = update(json!({ "id": "r1", "signing_alg": "none" }), &script);
        let said = "signing_alg must be one of HS256, RS256, RS512, PS256";
        assert_eq!(failure, Err(Failure::InvalidArguments(said.into())));
        assert!(script.sent().is_empty());
    }

    #[test]
    fn nothing_to_change_sends_nothing() {
        let script = Script::new();
        let failure = update(json!({ "id": "r1" }), &script);
        let told = "nothing to change: give a setting beside id";
        assert_eq!(failure, Err(Failure::InvalidArguments(told.into())));
        assert!(script.sent().is_empty());
    }
}
