//! The manifest as the host reads it: closed, portable, named and rated as promised, and small.

use application_grants::manifest;
use auth0_mcp_plugin::testing::{all_listed_bytes, problems, rights};

/// What the two tools may cost in `tools/list` without output schemas, in bytes. Those of all plugins together
/// may cost 23,000.
const BUDGET: usize = 1_540;

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
            "auth0_create_application_grant adds: POST client-grants (create:client_grants)",
            "auth0_list_application_grants reads: GET client-grants (read:client_grants)",
        ]
    );
}
