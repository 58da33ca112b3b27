//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::{
    Manifest, Method,
    testing::problems,
    wit::auth0_mcp::plugin::types::{Consequences, Effect, Endpoint},
};

/// What the four input schemas may cost in `tools/list`, in bytes.
const BUDGET: usize = 8_650;

#[test]
fn the_manifest_is_clean() {
    assert_eq!(problems(&applications::manifest()), Vec::<String>::new());
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows what each tool costs")]
fn the_tools_are_small() {
    let Manifest { tools, .. } = applications::manifest();
    for tool in &tools {
        let output = tool.output_schema.as_deref().unwrap_or_default().len();
        println!(
            "{}: description {}, input schema {}, output schema {output} bytes",
            tool.name,
            tool.description.len(),
            tool.input_schema.len()
        );
    }
    let whole: usize = tools.iter().map(|tool| tool.input_schema.len()).sum();
    println!("input schemas together: {whole} bytes");
    assert!(whole <= BUDGET, "{whole} bytes");
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
fn writers_know_every_app_type() {
    for tool in &applications::manifest().tools[2..] {
        let schema: serde_json::Value = serde_json::from_str(&tool.input_schema).expect("JSON");
        let types = schema["properties"]["app_type"]["enum"].as_array().expect("a list");
        assert_eq!(types.len(), 25, "{}", tool.name);
        for name in ["regular_web", "office365", "sso_integration", "oag"] {
            assert!(types.contains(&name.into()), "{}: {name}", tool.name);
        }
    }
}
