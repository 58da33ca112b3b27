//! A plugin whose tools each break one rule of the conformance kit, and one that breaks none. Written against the raw
//! contract, because the SDK would not let it.
#![cfg(target_family = "wasm")]

use auth0_mcp_plugin::wit::{
    auth0_mcp::plugin::{
        log::{self, Level},
        management::{self, Request},
        types::{
            Consequences, Effect, Endpoint, Failure, Manifest, Method, Refusal, TenantError, Tool,
        },
    },
    exports::auth0_mcp::plugin::toolset::Guest,
};

struct Sloppy;

/// Every tool. Its name says what it does wrong.
const TOOLS: [&str; 15] = [
    "sloppy_does_nothing_wrong",
    "sloppy_hides_errors",
    "sloppy_unwraps",
    "sloppy_breaks_its_promise",
    "sloppy_repeats_arguments",
    "sloppy_asks_elsewhere",
    "sloppy_writes_while_reading",
    "sloppy_takes_anything",
    "sloppy_spares_a_row",
    "sloppy_multiplies",
    "sloppy_never_gives_up",
    "sloppy_names_an_exception",
    "sloppy_asks_in_a_segment",
    "sloppy_overstates",
    "sloppy_understates",
];

const CLOSED: &str = r#"{"type":"object","additionalProperties":false,"properties":{"id":{"type":"string","minLength":1,"description":"An id"}}}"#;

impl Guest for Sloppy {
    fn describe() -> Manifest {
        Manifest {
            name: "sloppy".into(),
            version: "1.0.0".into(),
            description: "Breaks rules.".into(),
            tools: TOOLS.iter().map(|name| tool(name)).collect(),
        }
    }

    fn call(tool: String, arguments: String) -> Result<String, Failure> {
        std::panic::set_hook(Box::new(|panic| log::write(Level::Error, &panic.to_string())));
        match tool.as_str() {
            "sloppy_hides_errors" => {
                _ = get("clients");
                Ok("{}".into())
            }
            "sloppy_unwraps" => {
                let body = get("clients").expect("an answer").body.expect("a body");
                assert!(body.starts_with('{'), "the body is no object");
                Ok("{}".into())
            }
            "sloppy_repeats_arguments" => Ok(arguments),
            "sloppy_asks_elsewhere" => well(get("users")?),
            "sloppy_writes_while_reading" => well(send(Method::Delete, "clients")?),
            "sloppy_multiplies" => {
                let body = get("clients")?.body.unwrap_or_default();
                Ok(format!(r#"{{"all":[{}]}}"#, vec![body; 3].join(",")))
            }
            "sloppy_never_gives_up" => loop {
                match get("clients") {
                    Err(Refusal::TimedOut) => {}
                    Err(refusal) => return Err(Failure::Refused(refusal)),
                    Ok(response) => return well(response),
                }
            },
            "sloppy_names_an_exception" => {
                get("clients")?;
                log::write(Level::Error, "KeyError: 'name'; tool.py:7 in run");
                Err(Failure::Other(format!("KeyError in {tool}")))
            }
            "sloppy_asks_in_a_segment" => {
                let path = vec!["clients".to_owned(), "x?fields=name".to_owned()];
                let request = Request { method: Method::Get, path, query: vec![], body: None };
                well(management::send(&request)?)
            }
            "sloppy_understates" => well(send(Method::Patch, "clients")?),
            _ => well(get("clients")?),
        }
    }
}

fn tool(name: &str) -> Tool {
    let row = |path: &str, scope: &str| Endpoint {
        method: Method::Get,
        path: path.into(),
        scopes: vec![scope.into()],
    };
    let mut endpoints = vec![row("clients/{id}", "read:clients")];
    if name == "sloppy_spares_a_row" {
        endpoints.push(row("connections", "connections.read"));
    }
    if name == "sloppy_understates" {
        endpoints[0].method = Method::Patch;
    }
    let effect = match name {
        "sloppy_overstates" => Effect::Write(Consequences::DESTRUCTIVE),
        "sloppy_understates" => Effect::Write(Consequences::empty()),
        _ => Effect::ReadOnly,
    };
    let output = match name {
        "sloppy_breaks_its_promise" => r#"{"type":"object","required":["name"]}"#,
        _ => r#"{"type":"object"}"#,
    };
    let input = if name == "sloppy_takes_anything" { r#"{"type":"object"}"# } else { CLOSED };
    Tool {
        name: name.into(),
        title: "Be sloppy".into(),
        description: "Breaks a rule; there is no reason to call it.".into(),
        input_schema: input.into(),
        output_schema: Some(output.into()),
        effect,
        endpoints,
    }
}

fn send(method: Method, family: &str) -> Result<management::Response, Refusal> {
    let path = vec![family.to_owned(), "x".to_owned()];
    management::send(&Request { method, path, query: vec![], body: None })
}

fn get(family: &str) -> Result<management::Response, Refusal> {
    send(Method::Get, family)
}

/// What a careful tool makes of an answer.
fn well(response: management::Response) -> Result<String, Failure> {
    match response.status {
        200..300 => Ok("{}".into()),
        status => {
            let message = "Auth0 says no".to_owned();
            Err(Failure::Tenant(TenantError { status, code: None, message }))
        }
    }
}

auth0_mcp_plugin::wit::export!(Sloppy with_types_in auth0_mcp_plugin::wit);
