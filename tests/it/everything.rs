//! Every tool with arguments that work against the seeded tenant, and what each does with each fault.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tenant::{Fault, FaultKind};

use crate::session::{Builder, Session, tenant};

/// One working call of each tool, in the order of `tools/list`.
pub fn calls(session: &mut Session) -> Vec<(&'static str, Value)> {
    let mut first = |tool: &str, arguments: Value, list: &str, id: &str| {
        session.call(tool, arguments).ok()[list][0][id].clone()
    };
    let client = first(
        "auth0_list_applications",
        json!({"name": "storefront"}),
        "applications",
        "client_id",
    );
    let api =
        first("auth0_list_resource_servers", json!({"name": "orders"}), "resource_servers", "id");
    let action = first("auth0_list_actions", json!({"deployed": true}), "actions", "id");
    let log = first("auth0_list_logs", json!({"per_page": 1}), "logs", "log_id");
    let form = first("auth0_list_forms", json!({}), "forms", "id");
    let code = "exports.onExecutePostLogin = async (event, api) => {};";
    let trigger = json!([{"id": "post-login", "version": "v3"}]);
    vec![
        ("auth0_list_applications", json!({"per_page": 2})),
        ("auth0_get_application", json!({"client_id": client})),
        ("auth0_create_application", json!({"name": "Everything"})),
        ("auth0_update_application", json!({"client_id": client, "description": "Changed"})),
        ("auth0_list_resource_servers", json!({"per_page": 2})),
        ("auth0_get_resource_server", json!({"id": api})),
        (
            "auth0_create_resource_server",
            json!({"name": "Everything", "identifier": "https://everything.example"}),
        ),
        ("auth0_update_resource_server", json!({"id": api, "token_lifetime": 3600})),
        ("auth0_list_actions", json!({"per_page": 2})),
        ("auth0_get_action", json!({"id": action})),
        (
            "auth0_create_action",
            json!({"name": "Everything", "supported_triggers": trigger, "code": code}),
        ),
        ("auth0_update_action", json!({"id": action, "code": format!("{code}\n")})),
        ("auth0_deploy_action", json!({"id": action})),
        ("auth0_list_logs", json!({"per_page": 2})),
        ("auth0_get_log", json!({"id": log})),
        ("auth0_list_forms", json!({"per_page": 2})),
        ("auth0_get_form", json!({"id": form})),
        ("auth0_create_form", json!({"name": "Everything"})),
        ("auth0_update_form", json!({"id": form, "name": "Changed"})),
        ("auth0_publish_form", json!({"id": form})),
        (
            "auth0_create_application_grant",
            json!({"client_id": client, "audience": "https://everything.example", "scope": []}),
        ),
        ("auth0_list_application_grants", json!({"per_page": 2})),
    ]
}

#[test]
fn every_tool_works_and_its_answer_fits_its_output_schema() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let schemas = session.tools();
    let calls = calls(&mut session);
    assert_eq!(calls.len(), schemas.len(), "a tool without a call here");
    for ((tool, arguments), definition) in calls.into_iter().zip(&schemas) {
        assert_eq!(tool, definition["name"]);
        let answer = session.call(tool, arguments).ok();
        let validator = jsonschema::validator_for(&definition["outputSchema"]).unwrap();
        assert!(validator.is_valid(&answer), "{tool}: {answer}");
    }
}

/// Faults that end a call at once: no retry hides them.
fn faults() -> Vec<(FaultKind, &'static [&'static str])> {
    let limited = FaultKind::Status { status: 429, reset_in: Some(300), retry_after: None };
    vec![
        (FaultKind::status(400), &["400"]),
        (FaultKind::status(401), &["sign in again"]),
        (FaultKind::status(403), &["403", ":"]),
        (FaultKind::status(404), &["404"]),
        (FaultKind::status(409), &["409"]),
        (limited, &["rate limit"]),
        (FaultKind::status(500), &["500"]),
        (FaultKind::Redirect { to: "https://elsewhere.example/".into() }, &["redirect"]),
        (FaultKind::Html { status: 200 }, &["HTML"]),
        (FaultKind::TruncatedJson { declared_in_full: false }, &["JSON"]),
    ]
}

#[test]
fn every_tool_explains_every_fault_and_sends_a_write_once() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let calls = calls(&mut session);
    for (tool, arguments) in &calls {
        for (kind, words) in faults() {
            tenant.clear_requests();
            tenant.faults().push(Fault::new(kind.clone()));
            let began = Instant::now();
            let called = session.call(tool, arguments.clone());
            tenant.faults().clear();
            let label = format!("{tool} with {kind:?}: {}", called.text);
            assert!(called.is_error, "{label}");
            assert!(words.iter().any(|word| called.text.contains(word)), "{label}");
            assert!(began.elapsed() < Duration::from_secs(5), "{label}");
            let writes = tenant.requests().iter().filter(|request| request.method != "GET").count();
            assert!(writes <= 1, "{label}: {writes} writes");
        }
    }
    for (tool, arguments) in calls.into_iter().filter(|(tool, _)| tool.contains("_get_")) {
        session.call(tool, arguments).ok();
    }
}
