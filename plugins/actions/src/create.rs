//! `auth0_create_action`: a new draft, with the version and runtime that the tenant calls current where the caller
//! gave none. The answer lists what was filled in.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Request, Tool, actions,
    masked,
    shape::{
        FILLED, Field,
        Rule::{self, Closed, List, Text},
        fit, may, must,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{
    settings::{Dependency, NewSecret, NewTrigger},
    shown::written,
};

/// What is not true of a draft yet.
pub(crate) const NOT_LIVE: &str = "This is a draft: auth0_deploy_action makes it live.";

pub(crate) struct Create;

/// What the input schema leaves open.
const CREATE: &[Field] = &[
    may("name", FILLED),
    may("code", FILLED),
    may("secrets", List(&Closed(&[must("name", SECRET_NAME), must("value", SECRET_VALUE)]))),
];
/// Limits of secrets: <https://auth0.com/docs/customize/actions/limitations>.
pub(crate) const SECRET_NAME: Rule = Text(1, 128);
pub(crate) const SECRET_VALUE: Rule = Text(1, 4096);

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    name: String,
    #[schemars(length(min = 1))]
    supported_triggers: Vec<NewTrigger>,
    /// JavaScript: exports.onExecutePostLogin = async (event, api) => {};
    code: String,
    /// Default: the tenant's, such as node22
    runtime: Option<String>,
    /// npm packages
    dependencies: Option<Vec<Dependency>>,
    /// In code: event.secrets.NAME
    secrets: Option<Vec<NewSecret>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    action: Object,
    /// Settings that the caller did not give.
    defaults_applied: Object,
    note: &'static str,
}

impl Tool for Create {
    type Arguments = Given<Arguments>;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_create_action",
        title: "Create action",
        description: "Creates the draft of an Auth0 Action, code that runs at a trigger. It is not live until \
            auth0_deploy_action and bound to the trigger.",
        effect: Effect::Write { destructive: false, idempotent: false },
        endpoints: &[
            Endpoint::new(Method::Get, "actions/triggers", &["read:actions"]),
            Endpoint::new(Method::Post, "actions/actions", &["create:actions"]),
        ],
    };

    fn run(Given { mut object, .. }: Self::Arguments, api: &impl Api) -> Result<Output, Failure> {
        fit(CREATE, &object)?;
        // Before the tenant is asked for anything.
        object.iter().try_for_each(|(key, value)| masked::refuse(key, value))?;
        let defaults_applied = apply_defaults(&mut object, api);
        let request = Request::post(["actions", "actions"]).body(&object)?;
        let action = written(request.send(api)?.json()?);
        Ok(Output { action, defaults_applied, note: NOT_LIVE })
    }
}

/// Fills in what the tenant calls current; gives what was filled in, by dotted path. A tenant that does not say (no
/// scope for it, an unknown trigger) decides by itself.
fn apply_defaults(body: &mut Object, api: &impl Api) -> Object {
    let mut applied = Object::new();
    for index in 0..body.get("supported_triggers").and_then(Value::as_array).map_or(0, Vec::len) {
        let trigger = &body["supported_triggers"][index];
        let version = trigger["version"].as_str();
        if version.is_some() && body.contains_key("runtime") {
            continue;
        }
        let id = trigger["id"].as_str().unwrap_or_default();
        let Ok(found) = actions::trigger(api, id, version) else { return applied };
        if let (None, Some(version)) = (version, found.version) {
            body["supported_triggers"][index]["version"] = version.clone().into();
            applied.insert(format!("supported_triggers.{index}.version"), version.into());
        }
        if let (false, Some(runtime)) = (body.contains_key("runtime"), found.runtime) {
            body.insert("runtime".into(), runtime.clone().into());
            applied.insert("runtime".into(), runtime.into());
        }
    }
    applied
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, Refusal, testing::Script};
    use serde_json::{Value, json};

    fn triggers() -> Value {
        json!({ "triggers": [
            { "id": "post-login", "version": "v2", "status": "DEPRECATED", "default_runtime": "node16" },
            { "id": "post-login", "version": "v3", "status": "CURRENT", "default_runtime": "node22" },
        ] })
    }

    fn created() -> Value {
        json!({ "id": "a", "name": "n", "status": "pending", "code": "x", "all_changes_deployed": false,
            "secrets": [{ "name": "K", "updated_at": "t" }] })
    }

    fn create(arguments: &Value, script: &Script) -> Value {
        let answer =
            crate::call("auth0_create_action", &arguments.to_string(), script).expect("an answer");
        serde_json::from_str(&answer).expect("JSON")
    }

    #[test]
    fn the_tenant_names_version_and_runtime() {
        let script = Script::new().answer(200, triggers()).answer(201, created());
        let code = "exports.onExecutePostLogin = async (event, api) => {\n\t// \"é\" \\n\n};\r\n";
        let arguments =
            json!({ "name": "n", "supported_triggers": [{ "id": "post-login" }], "code": code });
        let answer = create(&arguments, &script);
        assert_eq!(script.sent(), ["GET actions/triggers", "POST actions/actions"]);
        let body = json!({ "name": "n", "supported_triggers": [{ "id": "post-login", "version": "v3" }],
            "code": code, "runtime": "node22" });
        assert_eq!(script.body(1), body);
        let applied = json!({ "supported_triggers.0.version": "v3", "runtime": "node22" });
        assert_eq!(answer["defaults_applied"], applied);
        assert_eq!((&answer["status"], answer.get("code")), (&json!("pending"), None));
    }

    #[test]
    fn what_is_given_stays_and_costs_no_request() {
        let arguments = json!({ "name": "n", "supported_triggers": [{ "id": "post-login", "version": "v2" }],
            "code": "x", "runtime": "node18", "dependencies": [{ "name": "auth0", "version": "4.0.0",
            "registry_url": "https://npm.example.com" }], "secrets": [{ "name": "K", "value": "s3cr3t" }] });
        let script = Script::new().answer(201, created());
        let answer = create(&arguments, &script);
        assert_eq!(script.body(0), arguments);
        assert_eq!(answer["secrets"], json!([{ "name": "K" }]));
        assert!(!answer.to_string().contains("s3cr3t"), "{answer}");
    }

    #[test]
    fn a_tenant_that_does_not_say_decides_by_itself() {
        for script in [
            Script::new().refuse(Refusal::InsufficientScope(vec!["read:actions".into()])),
            Script::new().answer(403, json!({ "message": "Insufficient scope" })),
            Script::new().answer(200, triggers()),
        ] {
            let arguments =
                json!({ "name": "n", "supported_triggers": [{ "id": "mcp-tool" }], "code": "x" });
            let script = script.answer(201, created());
            assert_eq!(create(&arguments, &script)["defaults_applied"], json!({}));
            assert_eq!(script.body(1), arguments);
        }
    }

    #[test]
    fn what_auth0_would_refuse_is_not_sent() {
        let arguments = json!({ "name": "", "supported_triggers": [{ "id": "post-login" }], "code": "",
            "secrets": [{ "name": "n".repeat(129), "value": "" }] });
        let script = Script::new();
        let failure = crate::call("auth0_create_action", &arguments.to_string(), &script);
        let Err(Failure::InvalidArguments(text)) = failure else { panic!("{failure:?}") };
        assert_eq!(
            text,
            "name must be text of at least 1 characters; code must be text of at least 1 characters; \
             secrets[0].name must be text of 1 to 128 characters; secrets[0].value must be text of 1 to 4096 characters"
        );
        assert!(script.sent().is_empty());
    }

    #[test]
    fn a_masked_value_is_not_stored() {
        let arguments = json!({ "name": "n", "supported_triggers": [{ "id": "post-login" }], "code": "x",
            "secrets": [{ "name": "K", "value": "[REDACTED]" }] });
        let script = Script::new();
        let failure = crate::call("auth0_create_action", &arguments.to_string(), &script);
        let Err(Failure::InvalidArguments(text)) = failure else { panic!("{failure:?}") };
        assert!(text.starts_with("secrets[0].value"), "{text}");
        assert!(script.sent().is_empty());
    }
}
