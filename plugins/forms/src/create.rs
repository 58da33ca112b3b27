//! `auth0_create_form`: a new form, checked whole before it is sent.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Request, Tool,
};
use schemars::JsonSchema;

use crate::arguments::{Style, check};

pub(crate) struct Create;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    #[schemars(length(min = 1, max = 150))]
    name: String,
    /// {primary, default}
    languages: Option<Object>,
    /// {next_node: node id or $ending, hidden_fields: [{key*,value}], coordinates}
    start: Option<Object>,
    /// {id*,type*:STEP|FLOW|ROUTER,alias,coordinates:{x*,y*},config}; *: required. config of FLOW: {flow_id*,next_node}.
    /// ROUTER: {rules:[{id*,condition*,alias,next_node}],fallback}. STEP:
    /// {components:[{id*,category*,type*,config,label,hint,required,sensitive}],next_node}, the last four not for BLOCK.
    /// BLOCK types: DIVIDER HTML IMAGE JUMP_BUTTON{text*,next_node*} NEXT_BUTTON{text*} PREVIOUS_BUTTON{text*}
    /// RESEND_BUTTON RICH_TEXT{content}. FIELD: BOOLEAN CARDS CHOICE{multiple,options:[{value,label}]} CUSTOM DATE
    /// DROPDOWN EMAIL FILE LEGAL{text} NUMBER PASSWORD PAYMENT SOCIAL TEL TEXT{multiline,max_length} URL. WIDGET:
    /// AUTH0_VERIFIABLE_CREDENTIALS GMAPS_ADDRESS RECAPTCHA
    nodes: Option<Vec<Object>>,
    /// {resume_flow: true lets the login go on, redirection: {target*,delay:0-10}, after_submit: {flow_id}, coordinates}
    ending: Option<Object>,
    style: Option<Style>,
    /// {errors, custom}: texts by key
    messages: Option<Object>,
    /// Objects by language
    translations: Option<Object>,
}

impl Tool for Create {
    type Arguments = Given<Arguments>;
    type Output = Object;
    const DEFINITION: Definition = Definition {
        name: "auth0_create_form",
        title: "Create form",
        description: "Creates an Auth0 form: a graph from start over nodes to $ending, joined by next_node. No user sees \
            it before auth0_publish_form.",
        effect: Effect::Write { destructive: false, idempotent: false },
        endpoints: &[Endpoint::new(Method::Post, "forms", &["create:forms"])],
    };

    fn run(Given { object, .. }: Self::Arguments, api: &impl Api) -> Result<Object, Failure> {
        check(&object, false)?;
        Request::post(["forms"]).body(&object)?.send(api)?.json()
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    /// A form of a real tenant.
    fn blank() -> Value {
        json!({ "name": "Blank-form", "languages": { "primary": "en" }, "nodes": [{ "id": "step_ggeX", "type": "STEP",
            "coordinates": { "x": 500, "y": 0 }, "alias": "New step", "config": { "components": [{ "id": "full_name",
            "category": "FIELD", "type": "TEXT", "label": "Your Name", "required": true, "sensitive": false,
            "config": { "multiline": false, "min_length": 1, "max_length": 50 } }, { "id": "next_button_3FbA",
            "category": "BLOCK", "type": "NEXT_BUTTON", "config": { "text": "Continue" } }], "next_node": "$ending" } }],
            "start": { "next_node": "step_ggeX", "coordinates": { "x": 0, "y": 0 } },
            "ending": { "resume_flow": true, "coordinates": { "x": 1250, "y": 0 } } })
    }

    #[test]
    fn a_form_is_sent_as_it_was_given() {
        let script = Script::new().answer(201, json!({ "id": "ap_1", "name": "Blank-form" }));
        let answer =
            crate::call("auth0_create_form", &blank().to_string(), &script).expect("an answer");
        assert_eq!(answer, r#"{"id":"ap_1","name":"Blank-form"}"#);
        assert_eq!((script.sent(), script.body(0)), (vec!["POST forms".to_owned()], blank()));
    }

    #[test]
    fn what_auth0_would_refuse_is_not_sent() {
        let mut dangling = blank();
        dangling["nodes"][0]["config"]["next_node"] = "gone".into();
        let mut masked = blank();
        masked["nodes"][0]["config"]["components"][0]["label"] = "[REDACTED]".into();
        for (arguments, says) in [
            (json!({}), "name is required"),
            (json!({ "name": null }), "name must be text of 1 to 150 characters"),
            (json!({ "name": "n", "nodes": null }), "nodes must be a list"),
            (json!({ "name": "n", "tags": [] }), "tags is unknown"),
            (
                json!({ "name": "n", "style": { "css": "" } }),
                "style.css must be text of 1 to 5000 characters",
            ),
            (dangling, "nodes[0].config.next_node points at 'gone', and there is no such node"),
            (masked, "nodes[0].config.components[0].label holds [REDACTED]"),
        ] {
            let script = Script::new();
            let failure = crate::call("auth0_create_form", &arguments.to_string(), &script);
            let Err(Failure::InvalidArguments(text)) = failure else { panic!("{failure:?}") };
            assert!(text.starts_with(says), "{text}");
            assert!(script.sent().is_empty());
        }
    }
}
