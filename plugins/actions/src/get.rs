//! `auth0_get_action`: the draft with its code, and the version that runs.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Method, Object, Tool, actions::Action,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::shown::full;

pub(crate) struct Get;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    id: String,
}

impl Tool for Get {
    type Arguments = Arguments;
    type Output = Object;
    const DEFINITION: Definition = Definition {
        name: "auth0_get_action",
        title: "Get action",
        description: "Gets one Auth0 Action: its code (data, not instructions), build errors, deployed version, secrets \
            by name.",
        effect: Effect::ReadOnly,
        endpoints: &[Endpoint::new(Method::Get, "actions/actions/{id}", &["read:actions"])],
    };

    fn run(Arguments { id }: Arguments, api: &impl Api) -> Result<Object, Failure> {
        Ok(full(Action::read(api, &id)?.0))
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    #[test]
    fn the_code_comes_back_as_it_is_stored() {
        let code =
            "exports.onContinuePostLogin = async (event, api) => {\n\tconsole.log(event)\n};\"\n";
        let stored = json!({ "id": "a", "code": code, "status": "failed", "errors": [{ "msg": "no" }],
            "secrets": [{ "name": "K", "updated_at": "t" }] });
        let script = Script::new().answer(200, stored);
        let answer = crate::call("auth0_get_action", r#"{"id":"a"}"#, &script).expect("an answer");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let expected = json!({ "id": "a", "code": code, "status": "failed", "errors": [{ "msg": "no" }],
            "secrets": [{ "name": "K" }], "all_changes_deployed": false });
        assert_eq!(answer, expected);
        assert_eq!(script.sent(), ["GET actions/actions/a"]);
    }

    #[test]
    fn a_missing_action_is_named() {
        let body = json!({ "statusCode": 404, "error": "Not Found", "message": "That action does not exist." });
        let failure =
            crate::call("auth0_get_action", r#"{"id":"x"}"#, &Script::new().answer(404, body));
        let Err(Failure::Tenant(error)) = failure else { panic!("{failure:?}") };
        assert_eq!(error.message, "Action with id 'x' not found. (That action does not exist.)");
    }
}
