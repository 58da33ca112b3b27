//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use applications::manifest;
use auth0_mcp_plugin::testing::{all_listed_bytes, problems, rights};

/// What the four tools may cost in `tools/list` without output schemas, in bytes. Those of all plugins together
/// may cost 23,000.
const BUDGET: usize = 6_400;

#[test]
fn the_manifest_is_clean() {
    assert_eq!(problems(&manifest()), [""; 0]);
}

#[test]
fn the_tools_are_small() {
    let bytes = all_listed_bytes(&manifest());
    assert!(bytes <= BUDGET, "{bytes} bytes");
}

#[test]
fn effects_and_rows() {
    assert_eq!(
        rights(&manifest()),
        [
            "auth0_list_applications reads: GET clients (read:clients)",
            "auth0_get_application reads: GET clients/{client_id} (read:clients)",
            "auth0_create_application adds: POST clients (create:clients)",
            "auth0_update_application changes: PATCH clients/{client_id} (update:clients)",
        ]
    );
}

#[test]
fn a_create_knows_every_app_type() {
    let tool = &manifest().tools[2];
    let schema: serde_json::Value = serde_json::from_str(&tool.input_schema).expect("JSON");
    let types = schema["properties"]["app_type"]["enum"].as_array().expect("a list");
    assert_eq!(types.len(), 25);
    for name in ["regular_web", "office365", "sso_integration", "oag"] {
        assert!(types.contains(&name.into()), "{name}");
    }
}
