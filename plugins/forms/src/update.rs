//! `auth0_update_form`: the given settings of one form and nothing else, checked whole before they are sent.
//!
//! The input schema leaves nested settings open: a model that changes a form has just read it, and the shape is the same.
//! The check in the plugin is as strict as for a new form, and names the place.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Patch, Request, Tool,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    arguments::{Style, check},
    get::missing,
};

pub(crate) struct Update;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    id: String,
    name: Option<String>,
    #[serde(default)]
    languages: Patch<Object>,
    #[serde(default)]
    start: Patch<Object>,
    #[serde(default)]
    nodes: Patch<Vec<Object>>,
    #[serde(default)]
    ending: Patch<Object>,
    #[serde(default)]
    style: Patch<Style>,
    #[serde(default)]
    messages: Patch<Object>,
    #[serde(default)]
    translations: Patch<Object>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    form: Object,
    /// Fields that the caller gave.
    changed: Vec<String>,
}

impl Tool for Update {
    type Arguments = Given<Arguments>;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_update_form",
        title: "Update form",
        description: "Updates the given settings of an Auth0 form. Each has the shape that auth0_get_form shows and \
            replaces what is stored; null clears. A published form changes at once.",
        effect: Effect::Write { destructive: true, idempotent: true },
        endpoints: &[Endpoint::new(Method::Patch, "forms/{id}", &["update:forms"])],
    };

    fn run(mut given: Self::Arguments, api: &impl Api) -> Result<Output, Failure> {
        let id = given.take_text("id")?;
        let body = given.object;
        if body.is_empty() {
            return Err(Failure::InvalidArguments(
                "nothing to change: give a setting beside id".into(),
            ));
        }
        check(&body, true)?;
        let response = Request::patch(["forms", &id]).body(&body)?.send(api)?;
        let form = response.found(|| missing(&id))?.json()?;
        Ok(Output { form, changed: body.keys().cloned().collect() })
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::json;

    #[test]
    fn only_given_settings_are_sent_and_null_clears() {
        let change = json!({ "messages": null, "languages": null, "translations": null, "nodes": null, "start": null,
            "ending": null, "style": {} });
        let mut arguments = change.clone();
        arguments["id"] = "ap_1".into();
        let script = Script::new().answer(200, json!({ "id": "ap_1" }));
        let answer =
            crate::call("auth0_update_form", &arguments.to_string(), &script).expect("an answer");
        assert_eq!((script.sent(), script.body(0)), (vec!["PATCH forms/ap_1".to_owned()], change));
        assert!(answer.starts_with(r#"{"id":"ap_1","changed":["messages","#), "{answer}");
    }

    #[test]
    fn the_open_part_of_the_schema_is_checked_here() {
        let step = json!({ "id": "a", "type": "STEP", "config": { "components": [
            { "id": "b", "category": "FIELD", "type": "NEXT_BUTTON", "config": { "text": "t", "size": 1 } }] } });
        for (change, says) in [
            (json!({}), "nothing to change"),
            (json!({ "name": null }), "name must be text"),
            (
                json!({ "start": { "nextNode": "a" } }),
                "start.nextNode is unknown, known here: hidden_fields, next_node",
            ),
            (json!({ "ending": { "resume_flow": false } }), "ending.resume_flow must be true"),
            (
                json!({ "nodes": [step] }),
                "nodes[0].config.components[0].category must be one of BLOCK; \
                 nodes[0].config.components[0].config.size is unknown, known here: text",
            ),
        ] {
            let mut arguments = change;
            arguments["id"] = "ap_1".into();
            let script = Script::new();
            let failure = crate::call("auth0_update_form", &arguments.to_string(), &script);
            let Err(Failure::InvalidArguments(text)) = failure else { panic!("{failure:?}") };
            assert!(text.starts_with(says), "{text}");
            assert!(script.sent().is_empty());
        }
    }
}
