//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::testing::{all_listed_bytes, problems, rights};
use forms::manifest;

/// What the five tools may cost in `tools/list` without output schemas, in bytes. Those of all plugins together
/// may cost 23,000.
const BUDGET: usize = 4_200;

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
            "auth0_list_forms reads: GET forms (read:forms)",
            "auth0_get_form reads: GET forms/{id} (read:forms)",
            "auth0_create_form adds: POST forms (create:forms)",
            "auth0_update_form changes: PATCH forms/{id} (update:forms)",
            "auth0_publish_form changes: GET forms/{id} (read:forms), GET actions/actions (read:actions), \
             GET actions/actions/{id} (read:actions), POST actions/actions (create:actions), \
             PATCH actions/actions/{id} (update:actions), POST actions/actions/{id}/deploy (create:actions), \
             GET actions/triggers (read:actions), GET actions/triggers/{trigger_id}/bindings (read:actions), \
             PATCH actions/triggers/{trigger_id}/bindings (update:actions)",
        ]
    );
}
