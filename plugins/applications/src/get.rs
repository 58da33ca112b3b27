//! `auth0_get_application`: everything that the tenant stores of one application, secrets masked by the host.

use auth0_mcp_plugin::{Api, Definition, Effect, Endpoint, Failure, Method, Request, Tool, Whole};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) struct Get;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    client_id: String,
}

impl Tool for Get {
    type Arguments = Arguments;
    type Output = Whole;
    const DEFINITION: Definition = Definition {
        name: "auth0_get_application",
        title: "Get application",
        description: "Gets all settings of one Auth0 application, secrets masked.",
        effect: Effect::ReadOnly,
        endpoints: &[Endpoint::new(Method::Get, "clients/{client_id}", &["read:clients"])],
    };

    fn run(Arguments { client_id }: Arguments, api: &impl Api) -> Result<Whole, Failure> {
        Request::get(["clients", &client_id]).send(api)?.found(|| missing(&client_id))?.whole()
    }
}

/// What a 404 on an application means.
pub(crate) fn missing(client_id: &str) -> String {
    format!("Application with client_id '{client_id}' not found.")
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, TenantError, testing::Script};
    use serde_json::json;

    #[test]
    fn the_whole_object_comes_back() {
        let client = json!({ "client_id": "a/b", "refresh_token": { "rotation_type": "rotating" }, "unknown": [1] });
        let script = Script::new().answer(200, client.clone());
        let answer = crate::call("auth0_get_application", r#"{"client_id":"a/b"}"#, &script)
            .expect("an answer");
        assert_eq!(answer, client.to_string());
        assert_eq!(script.sent(), ["GET clients/a/b"]);
    }

    #[test]
    fn a_missing_application_is_named() {
        let body = json!({ "statusCode": 404, "error": "Not Found", "message": "The client does not exist",
            "errorCode": "inexistent_client" });
        let script = Script::new().answer(404, body);
        let failure = crate::call("auth0_get_application", r#"{"client_id":"x"}"#, &script)
            .expect_err("a failure");
        let message =
            "Application with client_id 'x' not found. (The client does not exist)".to_owned();
        let code = Some("inexistent_client".to_owned());
        assert_eq!(failure, Failure::Tenant(TenantError { status: 404, code, message }));
    }
}
