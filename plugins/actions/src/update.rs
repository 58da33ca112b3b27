//! `auth0_update_action`: the given fields of one draft and nothing else. What runs does not change until it is
//! deployed.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Request, Tool,
    actions::missing,
    shape::{
        FILLED, Field,
        Rule::{Closed, Filled, List},
        TEXT, fit, may, must,
    },
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    create::{NOT_LIVE, SECRET_NAME, SECRET_VALUE},
    settings::{ChangedDependency, Secret, Trigger},
    shown::written,
};

pub(crate) struct Update;

/// What the input schema leaves open.
const UPDATE: &[Field] = &[
    may("name", FILLED),
    may("supported_triggers", Filled(&Closed(&[must("id", TEXT), must("version", TEXT)]))),
    may("code", FILLED),
    may(
        "dependencies",
        List(&Closed(&[must("name", TEXT), must("version", TEXT), may("registry_url", TEXT)])),
    ),
    may("secrets", List(&Closed(&[must("name", SECRET_NAME), may("value", SECRET_VALUE)]))),
];

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    id: String,
    name: Option<String>,
    supported_triggers: Option<Vec<Trigger>>,
    code: Option<String>,
    runtime: Option<String>,
    dependencies: Option<Vec<ChangedDependency>>,
    /// One not named is deleted
    secrets: Option<Vec<Secret>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    action: Object,
    /// Fields that the caller gave.
    changed: Vec<String>,
    note: &'static str,
}

impl Tool for Update {
    type Arguments = Given<Arguments>;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_update_action",
        title: "Update action",
        description: "Updates the given settings of an Auth0 Action's draft. A list replaces the stored one. What runs \
            changes with auth0_deploy_action.",
        effect: Effect::Write { destructive: true, idempotent: true },
        endpoints: &[Endpoint::new(Method::Patch, "actions/actions/{id}", &["update:actions"])],
    };

    fn run(mut given: Self::Arguments, api: &impl Api) -> Result<Output, Failure> {
        let id = given.take_text("id")?;
        let body = given.object;
        if body.is_empty() {
            return Err(Failure::InvalidArguments(
                "nothing to change: give a setting beside id".into(),
            ));
        }
        fit(UPDATE, &body)?;
        let response = Request::patch(["actions", "actions", &id]).body(&body)?.send(api)?;
        let action = written(response.found(|| missing(&id))?.json()?);
        Ok(Output { action, changed: body.keys().cloned().collect(), note: NOT_LIVE })
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    #[test]
    fn only_given_fields_are_sent() {
        let change = json!({ "code": "exports.x = 1;\n", "dependencies": [],
            "secrets": [{ "name": "KEEP" }, { "name": "NEW", "value": "s3cr3t" }] });
        let mut arguments = change.clone();
        arguments["id"] = "a".into();
        let script = Script::new()
            .answer(200, json!({ "id": "a", "status": "pending", "code": "exports.x = 1;\n" }));
        let answer =
            crate::call("auth0_update_action", &arguments.to_string(), &script).expect("an answer");
        assert_eq!(script.sent(), ["PATCH actions/actions/a"]);
        assert_eq!(script.body(0), change);
        assert!(!answer.contains("s3cr3t"), "{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["changed"], json!(["code", "dependencies", "secrets"]));
        assert_eq!(answer.get("code"), None);
    }

    #[test]
    fn what_must_not_be_stored_sends_nothing() {
        for (arguments, says) in [
            (json!({ "id": "a" }), "nothing to change"),
            (json!({ "id": "a", "code": "key = '[REDACTED]'" }), "code holds [REDACTED]"),
            (json!({ "id": "a", "code": "" }), "code must be text of at least 1 characters"),
            (
                json!({ "id": "a", "supported_triggers": [] }),
                "supported_triggers must not be empty",
            ),
            (
                json!({ "id": "a", "supported_triggers": [{ "id": "post-login" }], "dependencies": [{ "name": "n" }] }),
                "supported_triggers[0].version is required; dependencies[0].version is required",
            ),
            (json!({ "id": "a", "secrets": [{ "value": "v" }] }), "secrets[0].name is required"),
            (
                json!({ "id": "a", "secrets": [{ "name": "K" }, { "name": "L", "value": "" }] }),
                "secrets[1].value must be text of 1 to 4096 characters",
            ),
            (
                json!({ "id": "a", "secrets": [{ "name": "n".repeat(129), "value": "v".repeat(4097) }] }),
                "secrets[0].name must be text of 1 to 128 characters; secrets[0].value must be text of 1 to 4096",
            ),
        ] {
            let script = Script::new();
            let failure = crate::call("auth0_update_action", &arguments.to_string(), &script);
            let Err(Failure::InvalidArguments(text)) = failure else { panic!("{failure:?}") };
            assert!(text.starts_with(says), "{text}");
            assert!(script.sent().is_empty());
        }
    }

    #[test]
    fn a_missing_action_is_named() {
        let script = Script::new().answer(404, json!({ "message": "That action does not exist." }));
        let failure = crate::call("auth0_update_action", r#"{"id":"x","name":"n"}"#, &script);
        let Err(Failure::Tenant(error)) = failure else { panic!("{failure:?}") };
        assert!(error.message.starts_with("Action with id 'x' not found."), "{}", error.message);
    }
}
