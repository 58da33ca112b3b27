//! `auth0_create_application_grant`: lets one application use one API with some of its scopes.
//!
//! The API takes no scopes as "no scopes", so an empty list is let through. `default_for` is not offered: it grants to
//! all third-party applications at once, and replaces the `client_id` that this tool asks for.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Request, Tool,
    shape::{
        FILLED, Field,
        Rule::{List, Text},
        fit, may,
    },
};
use schemars::JsonSchema;

use crate::settings::{OrganizationUsage, SubjectType};

pub(crate) struct Create;

/// What the input schema leaves open.
const OPEN: &[Field] =
    &[may("client_id", FILLED), may("audience", FILLED), may("scope", List(&Text(1, 280)))];

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    client_id: String,
    /// Identifier of the API
    audience: String,
    scope: Vec<String>,
    /// client: machine to machine
    subject_type: Option<SubjectType>,
    organization_usage: Option<OrganizationUsage>,
    allow_any_organization: Option<bool>,
}

impl Tool for Create {
    type Arguments = Given<Arguments>;
    type Output = Object;
    const DEFINITION: Definition = Definition {
        name: "auth0_create_application_grant",
        title: "Create application grant",
        description: "Grants an Auth0 application access to an API with the given scopes (client grant), for \
            tokens without a user.",
        effect: Effect::Write { destructive: false, idempotent: false },
        endpoints: &[Endpoint::new(Method::Post, "client-grants", &["create:client_grants"])],
    };

    fn run(given: Self::Arguments, api: &impl Api) -> Result<Object, Failure> {
        fit(OPEN, &given.object)?;
        let named = |key| given.text(key).unwrap_or_default();
        let (client_id, audience) = (named("client_id"), named("audience"));
        let taken = || format!("Application '{client_id}' already has a grant for '{audience}'.");
        let missing = || format!("There is no application '{client_id}' or no API '{audience}'.");
        let response = Request::post(["client-grants"]).body(&given.object)?.send(api)?;
        response.explain(409, taken)?.explain(404, missing)?.json()
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, TenantError, testing::Script};
    use serde_json::{Value, json};

    fn create(arguments: &Value, script: &Script) -> Result<String, Failure> {
        crate::call("auth0_create_application_grant", &arguments.to_string(), script)
    }

    #[track_caller]
    fn refused(status: u16, message: &str) -> TenantError {
        let given = json!({ "client_id": "abc", "audience": "urn:x", "scope": ["read:a"] });
        let body = json!({ "statusCode": status, "message": message });
        match create(&given, &Script::new().answer(status, body)) {
            Err(Failure::Tenant(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_given_is_sent_and_nothing_else() {
        let given = json!({ "client_id": "abc", "audience": "https://api.example.com/", "scope": [],
            "allow_any_organization": true, "organization_usage": "allow", "subject_type": "client" });
        let created = json!({ "id": "cgr_OEaZkTULi4SQkqv0", "client_id": "abc", "scope": [] });
        let script = Script::new().answer(201, created.clone());
        assert_eq!(create(&given, &script), Ok(created.to_string()));
        assert_eq!(script.sent(), ["POST client-grants"]);
        assert_eq!(script.body(0), given);
    }

    #[test]
    fn empty_names_are_not_sent() {
        let given = json!({ "client_id": "", "audience": "", "scope": ["read:a", ""] });
        let script = Script::new();
        let Err(Failure::InvalidArguments(text)) = create(&given, &script) else { panic!("sent") };
        assert_eq!(
            text,
            "client_id must be text of at least 1 characters; audience must be text of at least 1 characters; \
             scope[1] must be text of 1 to 280 characters"
        );
        assert!(script.sent().is_empty());
    }

    #[test]
    fn refusals_say_what_they_mean_here() {
        let text = "A resource server with the same identifier already exists.";
        assert_eq!(
            refused(409, text).message,
            format!("Application 'abc' already has a grant for 'urn:x'. ({text})")
        );
        assert_eq!(
            refused(404, "Client not found").message,
            "There is no application 'abc' or no API 'urn:x'. (Client not found)"
        );
        let text = "Client of type express_configuration cannot be used";
        assert_eq!(refused(400, text).message, text);
    }
}
