//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use auth0_mcp_plugin::testing::{all_listed_bytes, problems, rights};
use logs::manifest;

/// What the two tools may cost in `tools/list` without output schemas, in bytes. Those of all plugins together
/// may cost 23,000.
const BUDGET: usize = 1_995;

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
            "auth0_list_logs reads: GET logs (read:logs)",
            "auth0_get_log reads: GET logs/{id} (read:logs)",
        ]
    );
}
