//! Which callback URLs of an application let others receive its users' codes and tokens.

use auth0_mcp_plugin::{Api, Definition, Effect, Endpoint, Failure, Method, Request, Tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// At most so many findings in one answer: it is read by a model.
const MOST: usize = 50;

/// What the tool takes. The doc comments are the descriptions in its input schema.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// As auth0_list_applications gives it
    #[schemars(length(min = 1, max = 64))]
    client_id: String,
    /// Accept callbacks on a developer's own machine
    #[serde(default)]
    allow_localhost: bool,
}

/// What the tool answers.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Report {
    client_id: String,
    name: String,
    /// Callback URLs that were looked at.
    checked: usize,
    /// Risky ones among them.
    found: usize,
    /// The first of those.
    findings: Vec<Finding>,
}

/// One risky callback URL.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Finding {
    callback: String,
    problem: &'static str,
}

/// What is read of Auth0's answer.
#[derive(Deserialize)]
struct Application {
    client_id: String,
    name: String,
    #[serde(default)]
    callbacks: Option<Vec<String>>,
}

/// The tool.
pub struct CheckCallbacks;

impl Tool for CheckCallbacks {
    type Arguments = Arguments;
    type Output = Report;
    const DEFINITION: Definition = Definition {
        name: "hello_rust_check_callbacks",
        title: "Check callbacks",
        description: "Finds risky callback URLs of one Auth0 application: wildcards, plain http, localhost. Use auth0_list_applications to find its client_id.",
        effect: Effect::ReadOnly,
        // The only request that a call can send.
        endpoints: &[Endpoint::new(Method::Get, "clients/{client_id}", &["read:clients"])],
    };

    fn run(arguments: Arguments, api: &impl Api) -> Result<Report, Failure> {
        let Arguments { client_id, allow_localhost } = arguments;
        if client_id.contains(' ') {
            let text = "client_id must not contain spaces: use the id, not the name";
            return Err(Failure::InvalidArguments(text.to_owned()));
        }
        // `json` gives a typed failure where Auth0 answers an error status or something unexpected.
        let application: Application = Request::get(["clients", &client_id])
            .query("fields", "client_id,name,callbacks")
            .send(api)?
            .json()?;
        let callbacks = application.callbacks.unwrap_or_default();
        let checked = callbacks.len();
        let risky = |callback: String| {
            problem(&callback, allow_localhost).map(|problem| Finding { callback, problem })
        };
        let mut findings: Vec<Finding> = callbacks.into_iter().filter_map(risky).collect();
        let found = findings.len();
        findings.truncate(MOST);
        let Application { client_id, name, .. } = application;
        Ok(Report { client_id, name, checked, found, findings })
    }
}

/// What is wrong with a callback URL, if anything.
fn problem(callback: &str, allow_localhost: bool) -> Option<&'static str> {
    if callback.contains('*') {
        return Some("a wildcard also matches pages of others");
    }
    let plain = callback.strip_prefix("http://");
    let rest = plain.or_else(|| callback.strip_prefix("https://"))?;
    let is_local = ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| {
        rest.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    match (is_local, plain.is_some()) {
        (true, _) if allow_localhost => None,
        (true, _) => Some("it is a developer's own machine"),
        (false, true) => Some("http is not encrypted"),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::testing::Script;
    use serde_json::{Value, json};

    use super::*;
    use crate::call;

    fn check(arguments: Value, tenant: &Script) -> Result<Value, Failure> {
        let answer = call(CheckCallbacks::DEFINITION.name, &arguments.to_string(), tenant)?;
        Ok(serde_json::from_str(&answer).expect("an answer is JSON"))
    }

    #[test]
    fn risky_callbacks_are_found() {
        let tenant = Script::new().answer(
            200,
            json!({ "client_id": "abc", "name": "Shop", "callbacks": [
                "https://shop.example/callback", "https://*.shop.example/", "http://shop.example/", "http://localhost:3000"
            ]}),
        );
        let answer = check(json!({ "client_id": "abc" }), &tenant).expect("an answer");
        assert_eq!(tenant.sent(), ["GET clients/abc?fields=client_id,name,callbacks"]);
        assert_eq!((&answer["checked"], &answer["found"]), (&json!(4), &json!(3)));
        assert_eq!(answer["findings"][0]["callback"], "https://*.shop.example/");
    }

    #[test]
    fn localhost_is_for_the_caller_to_allow() {
        for (callback, by_default, allowed) in [
            ("http://localhost/", true, false),
            ("https://localhost:8443", true, false),
            ("http://127.0.0.1", true, false),
            ("http://localhost.example/", true, true),
            ("https://localhost.example/", false, false),
            ("com.example.shop://callback", false, false),
        ] {
            assert_eq!(problem(callback, false).is_some(), by_default, "{callback}");
            assert_eq!(problem(callback, true).is_some(), allowed, "{callback}");
        }
    }

    #[test]
    fn an_error_of_auth0_is_passed_on() {
        let tenant = Script::new().answer(
            404,
            json!({ "statusCode": 404, "error": "Not Found", "message": "The client does not exist", "errorCode": "inexistent_client" }),
        );
        let failure = check(json!({ "client_id": "gone" }), &tenant).expect_err("a failure");
        assert!(matches!(failure, Failure::Tenant(error) if error.status == 404));
    }
}
