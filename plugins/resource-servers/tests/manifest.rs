//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::{
    Manifest, Method,
    testing::{listed_bytes, problems},
    wit::auth0_mcp::plugin::types::{Consequences, Effect, Endpoint},
};
use resource_servers::manifest;
use serde_json::Value;

/// What the four tools may cost in `tools/list` without output schemas, in bytes. All plugins together may cost 22,000.
const BUDGET: usize = 4_620;

#[test]
fn the_manifest_is_clean() {
    assert_eq!(problems(&manifest()), Vec::<String>::new());
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows what each tool costs")]
fn the_tools_are_small() {
    let Manifest { tools, .. } = manifest();
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
    let (all, one) = ("resource-servers", "resource-servers/{id}");
    let expected = [
        ("list_resource_servers", Effect::ReadOnly, Method::Get, all, "read"),
        ("get_resource_server", Effect::ReadOnly, Method::Get, one, "read"),
        ("create_resource_server", adds, Method::Post, all, "create"),
        ("update_resource_server", changes, Method::Patch, one, "update"),
    ];
    let tools = manifest().tools;
    assert_eq!(tools.len(), expected.len());
    for (tool, (name, effect, method, path, verb)) in tools.iter().zip(expected) {
        assert_eq!((tool.name.as_str(), tool.effect), (format!("auth0_{name}").as_str(), effect));
        let scopes = vec![format!("{verb}:resource_servers")];
        assert_eq!(tool.endpoints, [Endpoint { method, path: path.to_owned(), scopes }], "{name}");
    }
}

#[test]
fn a_secret_is_marked_as_one() {
    for tool in &manifest().tools[2..] {
        let schema: Value = serde_json::from_str(&tool.input_schema).expect("JSON");
        let secret = &schema["properties"]["signing_secret"];
        assert_eq!((&secret["writeOnly"], &secret["minLength"]), (&true.into(), &16.into()));
    }
}
