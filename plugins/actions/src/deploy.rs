//! `auth0_deploy_action`: makes the draft what runs, and answers when it is. The work is in the SDK.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Method, Tool,
    actions::{Progress, deploy},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) struct Deploy;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    id: String,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    id: String,
    name: String,
    /// The version that runs now.
    version: u64,
    deployed: bool,
    /// False: nothing had changed since the last deployment.
    changed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl Tool for Deploy {
    type Arguments = Arguments;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_deploy_action",
        title: "Deploy action",
        description: "Deploys an Auth0 Action's draft: waits for its build and makes it what runs, at once.",
        effect: Effect::Write { destructive: true, idempotent: false },
        endpoints: &[
            Endpoint::new(Method::Get, "actions/actions/{id}", &["read:actions"]),
            Endpoint::new(Method::Post, "actions/actions/{id}/deploy", &["create:actions"]),
        ],
    };

    fn run(Arguments { id }: Arguments, api: &impl Api) -> Result<Output, Failure> {
        let done = deploy(&id, &mut Progress::new(api))?;
        let note = done.note.or_else(|| {
            (!done.changed).then(|| {
                "Nothing has changed since this version was deployed; nothing was done.".to_owned()
            })
        });
        Ok(Output {
            name: done.action.name().to_owned(),
            version: done.action.number(),
            deployed: true,
            changed: done.changed,
            note,
            id,
        })
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    fn action(status: &str, live: u64, deployed: bool) -> Value {
        json!({ "id": "a", "name": "Greet", "status": status, "all_changes_deployed": deployed,
            "deployed_version": { "id": format!("v{live}"), "number": live } })
    }

    fn deploy(script: &Script) -> Result<Value, Failure> {
        let answer = crate::call("auth0_deploy_action", r#"{"id":"a"}"#, script)?;
        Ok(serde_json::from_str(&answer).expect("JSON"))
    }

    #[test]
    fn the_answer_names_the_version_that_runs() {
        let script = Script::new()
            .answer(200, action("building", 1, false))
            .answer(200, action("built", 1, false))
            .answer(200, json!({ "id": "v2", "number": 2, "deployed": false }))
            .answer(200, action("built", 2, true));
        let expected =
            json!({ "id": "a", "name": "Greet", "version": 2, "deployed": true, "changed": true });
        assert_eq!(deploy(&script).expect("an answer"), expected);
        let get = "GET actions/actions/a";
        assert_eq!(script.sent(), [get, get, "POST actions/actions/a/deploy", get]);
        assert_eq!(script.body(2), Value::Null);
    }

    #[test]
    fn the_same_again_does_nothing() {
        let script = Script::new().answer(200, action("built", 2, true));
        let answer = deploy(&script).expect("an answer");
        assert_eq!((&answer["changed"], &answer["version"]), (&json!(false), &json!(2)));
        assert!(answer["note"].as_str().is_some_and(|note| note.contains("nothing was done")));
    }

    #[test]
    fn an_unfinished_build_is_no_answer() {
        let script = Script::new().answer(200, action("building", 1, false)).within(100);
        let Err(Failure::Other(text)) = deploy(&script) else { panic!("an answer") };
        assert!(text.contains("still running"), "{text}");
    }
}
