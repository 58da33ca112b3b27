//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use application_grants::manifest;
use auth0_mcp_plugin::{
    Manifest, Method,
    testing::{listed_bytes, problems},
    wit::auth0_mcp::plugin::types::{Consequences, Effect, Endpoint},
};

/// What auth0_create_application_grant may cost in `tools/list` without output schema, in bytes. All plugins together
/// may cost 22,000, without auth0_list_application_grants.
const BUDGET: usize = 795;

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
    let together: usize = tools.iter().take(1).map(|tool| listed_bytes(tool, false)).sum();
    println!("together: {together} bytes");
    assert!(together <= BUDGET, "{together} bytes");
}

#[test]
fn effects_and_rows() {
    let adds = Effect::Write(Consequences::empty());
    let expected = [
        ("create_application_grant", adds, Method::Post, "create"),
        ("list_application_grants", Effect::ReadOnly, Method::Get, "read"),
    ];
    let tools = manifest().tools;
    assert_eq!(tools.len(), expected.len());
    for (tool, (name, effect, method, verb)) in tools.iter().zip(expected) {
        assert_eq!((tool.name.as_str(), tool.effect), (format!("auth0_{name}").as_str(), effect));
        let scopes = vec![format!("{verb}:client_grants")];
        assert_eq!(
            tool.endpoints,
            [Endpoint { method, path: "client-grants".to_owned(), scopes }],
            "{name}"
        );
    }
}
