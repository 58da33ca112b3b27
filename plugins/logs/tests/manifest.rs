//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::{
    Manifest, Method,
    testing::problems,
    wit::auth0_mcp::plugin::types::{Effect, Endpoint},
};
use logs::manifest;

/// What the two descriptions and input schemas may cost in `tools/list`, in bytes.
const BUDGET: usize = 2_200;

#[test]
fn the_manifest_is_clean() {
    assert_eq!(problems(&manifest()), Vec::<String>::new());
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows what each tool costs")]
fn the_tools_are_small() {
    let Manifest { tools, .. } = manifest();
    let mut whole = 0;
    for tool in &tools {
        let (description, input) = (tool.description.len(), tool.input_schema.len());
        let output = tool.output_schema.as_deref().unwrap_or_default().len();
        println!("{}: description {description}, input {input}, output {output} bytes", tool.name);
        whole += description + input;
    }
    println!("descriptions and input schemas together: {whole} bytes");
    assert!(whole <= BUDGET, "{whole} bytes");
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
