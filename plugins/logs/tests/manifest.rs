//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::{
    Manifest, Method,
    testing::{listed_bytes, problems},
    wit::auth0_mcp::plugin::types::{Effect, Endpoint},
};
use logs::manifest;

/// What the two tools may cost in `tools/list` without output schemas, in bytes. All plugins together may cost 22,000.
const BUDGET: usize = 1_995;

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
    let tools = manifest().tools;
    let rows = [("auth0_list_logs", "logs"), ("auth0_get_log", "logs/{id}")];
    assert_eq!(tools.len(), rows.len());
    for (tool, (name, path)) in tools.iter().zip(rows) {
        assert_eq!((tool.name.as_str(), tool.effect), (name, Effect::ReadOnly));
        let (method, path, scopes) = (Method::Get, path.to_owned(), vec!["read:logs".to_owned()]);
        assert_eq!(tool.endpoints, [Endpoint { method, path, scopes }], "{name}");
    }
}
