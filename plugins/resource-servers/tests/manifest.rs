//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::testing::{all_listed_bytes, problems, rights};
use resource_servers::manifest;
use serde_json::Value;

/// What the four tools may cost in `tools/list` without output schemas, in bytes. Those of all plugins together
/// may cost 23,000.
const BUDGET: usize = 4_620;

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
            "auth0_list_resource_servers reads: GET resource-servers (read:resource_servers)",
            "auth0_get_resource_server reads: GET resource-servers/{id} (read:resource_servers)",
            "auth0_create_resource_server adds: POST resource-servers (create:resource_servers)",
            "auth0_update_resource_server changes: PATCH resource-servers/{id} (update:resource_servers)",
        ]
    );
}

#[test]
fn a_secret_is_marked_as_one() {
    for tool in &manifest().tools[2..] {
        let schema: Value = serde_json::from_str(&tool.input_schema).expect("JSON");
        let secret = &schema["properties"]["signing_secret"];
        assert_eq!((&secret["writeOnly"], &secret["minLength"]), (&true.into(), &16.into()));
    }
}
