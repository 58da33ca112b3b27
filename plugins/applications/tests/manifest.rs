//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::{
    Manifest, Method,
    testing::{listed_bytes, problems},
    wit::auth0_mcp::plugin::types::{Consequences, Effect, Endpoint},
};

/// What the four tools may cost in `tools/list` without output schemas, in bytes. All plugins together may cost 22,000.
const BUDGET: usize = 6_400;

#[test]
fn the_manifest_is_clean() {
    assert_eq!(problems(&applications::manifest()), Vec::<String>::new());
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows what each tool costs")]
fn the_tools_are_small() {
    let Manifest { tools, .. } = applications::manifest();
    for tool in &tools {
        let (short, whole) = (listed_bytes(tool, false), listed_bytes(tool, true));
        println!("{}: {short} bytes, {whole} with its output schema", tool.name);
    }
    let together: usize = tools.iter().map(|tool| listed_bytes(tool, false)).sum();
    println!("together: {together} bytes");
    assert!(together <= BUDGET, "{together} bytes");
}

#[test]
fn effects_and_rows() {
    let adds = Effect::Write(Consequences::empty());
    let changes = Effect::Write(Consequences::DESTRUCTIVE | Consequences::IDEMPOTENT);
    let expected = [
        ("auth0_list_applications", Effect::ReadOnly, Method::Get, "clients", "read:clients"),
        (
            "auth0_get_application",
            Effect::ReadOnly,
            Method::Get,
            "clients/{client_id}",
            "read:clients",
        ),
        ("auth0_create_application", adds, Method::Post, "clients", "create:clients"),
        (
            "auth0_update_application",
            changes,
            Method::Patch,
            "clients/{client_id}",
            "update:clients",
        ),
    ];
    let tools = applications::manifest().tools;
    assert_eq!(tools.len(), expected.len());
    for (tool, (name, effect, method, path, scope)) in tools.iter().zip(expected) {
        assert_eq!((tool.name.as_str(), tool.effect), (name, effect));
        let row = Endpoint { method, path: path.to_owned(), scopes: vec![scope.to_owned()] };
        assert_eq!(tool.endpoints, [row], "{name}");
    }
}

#[test]
fn a_create_knows_every_app_type() {
    let tool = &applications::manifest().tools[2];
    let schema: serde_json::Value = serde_json::from_str(&tool.input_schema).expect("JSON");
    let types = schema["properties"]["app_type"]["enum"].as_array().expect("a list");
    assert_eq!(types.len(), 25);
    for name in ["regular_web", "office365", "sso_integration", "oag"] {
        assert!(types.contains(&name.into()), "{name}");
    }
}
