//! `auth0_get_resource_server`: everything that the tenant stores of one API, secrets masked by the host.

use auth0_mcp_plugin::{Api, Definition, Effect, Endpoint, Failure, Method, Request, Tool, Whole};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) struct Get;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// Or identifier
    id: String,
}

impl Tool for Get {
    type Arguments = Arguments;
    type Output = Whole;
    const DEFINITION: Definition = Definition {
        name: "auth0_get_resource_server",
        title: "Get resource server",
        description: "Gets all settings and scopes of one Auth0 API (resource server).",
        effect: Effect::ReadOnly,
        endpoints: &[Endpoint::new(
            Method::Get,
            "resource-servers/{id}",
            &["read:resource_servers"],
        )],
    };

    fn run(Arguments { id }: Arguments, api: &impl Api) -> Result<Whole, Failure> {
        Request::get(["resource-servers", &id]).send(api)?.found(|| missing(&id))?.whole()
    }
}

/// What a 404 on an API means.
pub(crate) fn missing(id: &str) -> String {
    format!("Resource server with id '{id}' not found.")
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, TenantError, testing::Script};
    use serde_json::json;

    #[test]
    fn an_identifier_is_one_segment() {
        let server = json!({ "id": "66323a001417972c4a002dae", "identifier": "https://api.example.com/v1/?x=%2F",
            "scopes": [{ "value": "read:posts" }], "unknown": { "kept": true } });
        let script = Script::new().answer(200, server.clone());
        let arguments = json!({ "id": "https://api.example.com/v1/?x=%2F" }).to_string();
        let answer =
            crate::call("auth0_get_resource_server", &arguments, &script).expect("an answer");
        assert_eq!(answer, server.to_string());
        assert_eq!(script.path(0), ["resource-servers", "https://api.example.com/v1/?x=%2F"]);
    }

    #[test]
    fn a_missing_api_is_named() {
        let body = json!({ "statusCode": 404, "error": "Not Found",
            "message": "The resource server does not exist", "errorCode": "inexistent_resource_server" });
        let script = Script::new().answer(404, body);
        let failure =
            crate::call("auth0_get_resource_server", r#"{"id":"x"}"#, &script).expect_err("none");
        let message = "Resource server with id 'x' not found. (The resource server does not exist)"
            .to_owned();
        let code = Some("inexistent_resource_server".to_owned());
        assert_eq!(failure, Failure::Tenant(TenantError { status: 404, code, message }));
    }
}
