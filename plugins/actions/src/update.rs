//! `auth0_update_action`: the given fields of one draft and nothing else. What runs does not change until it is
//! deployed.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Request, Tool,
    actions::missing, masked,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    create::NOT_LIVE,
    settings::{Dependency, Secret, Trigger},
    shown::written,
};

pub(crate) struct Update;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    #[schemars(length(min = 1))]
    id: String,
    #[schemars(length(min = 1))]
    name: Option<String>,
    #[schemars(length(min = 1))]
    supported_triggers: Option<Vec<Trigger>>,
    #[schemars(length(min = 1))]
    code: Option<String>,
    runtime: Option<String>,
    /// Replaces the stored list
    dependencies: Option<Vec<Dependency>>,
    /// Replaces the stored list: a secret not named is deleted
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
        description: "Updates the given settings of an Auth0 Action's draft; all others stay, but a list replaces the \
            stored list, so read it first with auth0_get_action. What runs changes with auth0_deploy_action.",
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
        body.iter().try_for_each(|(key, value)| masked::refuse(key, value))?;
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
    fn nothing_to_change_and_masked_values_send_nothing() {
        for (arguments, says) in [
            (json!({ "id": "a" }), "nothing to change"),
            (json!({ "id": "a", "code": "key = '[REDACTED]'" }), "code holds [REDACTED]"),
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
