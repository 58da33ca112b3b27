//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use actions::manifest;
use auth0_mcp_plugin::testing::{all_listed_bytes, problems, rights};

/// What the five tools may cost in `tools/list` without output schemas, in bytes. Those of all plugins together
/// may cost 23,000.
const BUDGET: usize = 3_920;

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
            "auth0_list_actions reads: GET actions/actions (read:actions)",
            "auth0_get_action reads: GET actions/actions/{id} (read:actions)",
            "auth0_create_action adds: GET actions/triggers (read:actions), POST actions/actions (create:actions)",
            "auth0_update_action changes: PATCH actions/actions/{id} (update:actions)",
            "auth0_deploy_action acts: GET actions/actions/{id} (read:actions), \
             POST actions/actions/{id}/deploy (create:actions)",
        ]
    );
}

#[test]
fn secret_values_are_write_only() {
    for tool in &manifest().tools[2..4] {
        let schema: serde_json::Value = serde_json::from_str(&tool.input_schema).expect("JSON");
        let value = &schema["properties"]["secrets"]["items"]["properties"]["value"];
        assert_eq!(value["writeOnly"], true, "{}", tool.name);
    }
}
