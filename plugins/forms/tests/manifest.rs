//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::{
    Manifest,
    testing::{listed_bytes, problems},
    wit::auth0_mcp::plugin::types::{Consequences, Effect},
};

/// What the five tools may cost in `tools/list` without output schemas, in bytes. All plugins together may cost 22,000.
const BUDGET: usize = 4_200;

#[test]
fn the_manifest_is_clean() {
    assert_eq!(problems(&forms::manifest()), Vec::<String>::new());
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows what each tool costs")]
fn the_tools_are_small() {
    let Manifest { tools, .. } = forms::manifest();
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
        ("auth0_list_forms", Effect::ReadOnly, "Get forms read:forms"),
        ("auth0_get_form", Effect::ReadOnly, "Get forms/{id} read:forms"),
        ("auth0_create_form", adds, "Post forms create:forms"),
        ("auth0_update_form", changes, "Patch forms/{id} update:forms"),
        (
            "auth0_publish_form",
            changes,
            "Get forms/{id} read:forms, Get actions/actions read:actions, Get actions/actions/{id} read:actions, \
             Post actions/actions create:actions, Patch actions/actions/{id} update:actions, \
             Post actions/actions/{id}/deploy create:actions, Get actions/triggers read:actions, \
             Get actions/triggers/{trigger_id}/bindings read:actions, \
             Patch actions/triggers/{trigger_id}/bindings update:actions",
        ),
    ];
    let tools = forms::manifest().tools;
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
