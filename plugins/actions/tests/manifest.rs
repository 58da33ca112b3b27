//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::{
    Manifest,
    testing::{listed_bytes, problems},
    wit::auth0_mcp::plugin::types::{Consequences, Effect},
};

/// What the five tools may cost in `tools/list` without output schemas, in bytes. All plugins together may cost 22,000.
const BUDGET: usize = 3_920;

#[test]
fn the_manifest_is_clean() {
    assert_eq!(problems(&actions::manifest()), Vec::<String>::new());
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows what each tool costs")]
fn the_tools_are_small() {
    let Manifest { tools, .. } = actions::manifest();
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
    let deploys = Effect::Write(Consequences::DESTRUCTIVE);
    let expected = [
        ("auth0_list_actions", Effect::ReadOnly, "Get actions/actions read:actions"),
        ("auth0_get_action", Effect::ReadOnly, "Get actions/actions/{id} read:actions"),
        (
            "auth0_create_action",
            adds,
            "Get actions/triggers read:actions, Post actions/actions create:actions",
        ),
        ("auth0_update_action", changes, "Patch actions/actions/{id} update:actions"),
        (
            "auth0_deploy_action",
            deploys,
            "Get actions/actions/{id} read:actions, Post actions/actions/{id}/deploy create:actions",
        ),
    ];
    let tools = actions::manifest().tools;
    assert_eq!(tools.len(), expected.len());
    for (tool, (name, effect, rows)) in tools.iter().zip(expected) {
        assert_eq!((tool.name.as_str(), tool.effect), (name, effect));
        let said: Vec<String> = tool
            .endpoints
            .iter()
            .map(|row| {
                let method = format!("{:?}", row.method);
                format!(
                    "{} {} {}",
                    method.trim_start_matches("Method::"),
                    row.path,
                    row.scopes.join(" ")
                )
            })
            .collect();
        assert_eq!(said.join(", "), rows, "{name}");
    }
}

#[test]
fn secret_values_are_write_only() {
    for tool in &actions::manifest().tools[2..4] {
        let schema: serde_json::Value = serde_json::from_str(&tool.input_schema).expect("JSON");
        let value = &schema["properties"]["secrets"]["items"]["properties"]["value"];
        assert_eq!(value["writeOnly"], true, "{}", tool.name);
    }
}
