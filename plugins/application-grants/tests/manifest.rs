//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use application_grants::manifest;
use auth0_mcp_plugin::{
    Manifest, Method,
    testing::problems,
    wit::auth0_mcp::plugin::types::{Consequences, Effect, Endpoint},
};

/// What the two descriptions and input schemas may cost in `tools/list`, in bytes.
const BUDGET: usize = 1_400;

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
