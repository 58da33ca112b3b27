//! Forms, flows and the vault: what is answered, refused, cleared and hidden.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::session::Session;

fn message(body: &Value) -> &str {
    body["message"].as_str().unwrap_or_default()
}

/// A body that can be sent again: what was answered without what only the service may set.
fn writable(mut object: Value) -> Value {
    for key in ["id", "created_at", "updated_at"] {
        object.as_object_mut().unwrap().shift_remove(key);
    }
    object
}

#[tokio::test]
async fn a_form_is_created_changed_cleared_and_deleted() {
    let session = Session::empty();
    let body = json!({ "name": "Consent", "languages": { "primary": "en" }, "messages": {}, "nodes": [], "style": { "css": "a{}" } });
    let (status, form) = session.post("/forms", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let id = form["id"].as_str().unwrap();
    assert!(id.starts_with("ap_") && id.len() == 25);
    let keys: Vec<&String> = form.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "name", "languages", "style", "created_at", "updated_at"]);
    let path = format!("/forms/{id}");
    assert_eq!(session.get(&path).await, (StatusCode::OK, form));
    let (status, form) = session
        .patch(&path, &json!({ "style": {}, "languages": null, "ending": { "resume_flow": true } }))
        .await;
    assert_eq!(status, StatusCode::OK);
    let keys: Vec<&String> = form.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "name", "ending", "created_at", "updated_at"]);
    assert_eq!(session.delete(&path).await, (StatusCode::NO_CONTENT, Value::Null));
    let missing = json!({ "statusCode": 404, "error": "Not Found", "message": "Form not found" });
    for answer in [
        session.get(&path).await,
        session.patch(&path, &json!({ "name": "X" })).await,
        session.delete(&path).await,
    ] {
        assert_eq!(answer, (StatusCode::NOT_FOUND, missing.clone()));
    }
}

#[tokio::test]
async fn forms_are_checked_down_to_their_components() {
    let session = Session::empty();
    let check = async |body: Value, expected: &str| {
        let (status, error) = session.post("/forms", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{error}");
        assert_eq!(error["errorCode"], "invalid_body");
        assert!(message(&error).contains(expected), "{}", message(&error));
    };
    check(json!({}), "Payload validation error: 'Missing required property: name'.").await;
    check(json!({ "name": "X", "status": "live" }), "'Additional properties not allowed: status'")
        .await;
    check(json!({ "name": "X".repeat(151) }), "String is too long (151 chars), maximum 150").await;
    check(json!({ "name": null }), "Expected type string but found type null").await;
    check(
        json!({ "name": "X", "nodes": [{ "id": "a", "type": "LOOP" }] }),
        "'None of the valid schemas were met' on property nodes.0",
    )
    .await;
    let step = |component: Value| json!({ "name": "X", "nodes": [{ "id": "a", "type": "STEP", "config": { "components": [component] } }] });
    check(
        step(json!({ "id": "b", "category": "BLOCK", "type": "NEXT_BUTTON", "config": {} })),
        "Missing required property: text",
    )
    .await;
    check(
        step(json!({ "id": "b", "category": "FIELD", "type": "GUESS" })),
        "None of the valid schemas were met",
    )
    .await;
    check(
        json!({ "name": "X", "ending": { "redirection": { "delay": 11, "target": "/" } } }),
        "Value 11 is greater than maximum 10",
    )
    .await;
    check(
        json!({ "name": "X", "start": { "coordinates": { "x": 1_000_000, "y": 0 } } }),
        "greater than maximum 999999",
    )
    .await;
}

#[tokio::test]
async fn lists_are_summaries_bare_or_with_totals() {
    let session = Session::seeded();
    let (_, list) = session.get("/forms").await;
    let keys = |item: &Value| item.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&list[1]), ["id", "name", "flow_count", "created_at", "updated_at"]);
    assert_eq!(
        (&list[0]["name"], &list[1]["name"]),
        (&json!("Parental consent"), &json!("Reader onboarding"))
    );
    assert_eq!((&list[0]["flow_count"], &list[1]["flow_count"]), (&json!(0), &json!(1)));
    let (_, page) = session.get("/forms?page=1&per_page=1&include_totals=true").await;
    assert_eq!((&page["limit"], &page["start"], &page["total"]), (&json!(1), &json!(1), &json!(2)));
    assert_eq!(page["forms"][0]["name"], "Reader onboarding");
    let path = format!("/forms/{}", list[1]["id"].as_str().unwrap());
    assert!(session.get(&path).await.1.get("flow_count").is_none());
    assert_eq!(session.get(&format!("{path}?hydrate=flow_count")).await.1["flow_count"], 1);
    for query in ["per_page=0", "per_page=101", "page=1001", "hydrate=everything"] {
        let (status, error) = session.get(&format!("/forms?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(error["errorCode"], "invalid_query_string");
    }
}

#[tokio::test]
async fn what_the_seed_holds_could_have_been_written() {
    let session = Session::seeded();
    for family in ["forms", "flows"] {
        let (_, list) = session.get(&format!("/{family}")).await;
        assert!(!list.as_array().unwrap().is_empty());
        for summary in list.as_array().unwrap() {
            let path = format!("/{family}/{}", summary["id"].as_str().unwrap());
            let whole = writable(session.get(&path).await.1);
            let (status, written) = session.post(&format!("/{family}"), &whole).await;
            assert_eq!(status, StatusCode::CREATED, "{written}");
            assert_eq!(writable(written), whole);
        }
    }
    // An action of the seed renders one of its forms.
    let (_, actions) = session.get("/actions/actions").await;
    let (_, forms) = session.get("/forms").await;
    let rendered = |form: &&Value| {
        actions
            .to_string()
            .contains(&format!("api.prompt.render('{}')", form["id"].as_str().unwrap()))
    };
    assert!(forms.as_array().unwrap().iter().any(|form| rendered(&form)));
}

#[tokio::test]
async fn a_flow_is_created_changed_and_deleted() {
    let session = Session::seeded();
    let (_, list) = session.get("/flows?include_totals=true&hydrate=form_count").await;
    assert_eq!(list["flows"][0]["form_count"], 1);
    let (status, flow) = session.post("/flows", &json!({ "name": "Empty", "actions": [] })).await;
    assert_eq!(status, StatusCode::CREATED);
    let keys: Vec<&String> = flow.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "name", "created_at", "updated_at"]);
    let path = format!("/flows/{}", flow["id"].as_str().unwrap());
    let action =
        json!({ "id": "a", "type": "FLOW", "action": "RETURN_JSON", "params": { "payload": {} } });
    let (status, changed) = session.patch(&path, &json!({ "actions": [action] })).await;
    assert_eq!((status, &changed["actions"]), (StatusCode::OK, &json!([action])));
    let (_, cleared) = session.patch(&path, &json!({ "actions": null })).await;
    assert!(cleared.get("actions").is_none());
    let wrong =
        json!({ "actions": [{ "id": "a", "type": "FLOW", "action": "FLY", "params": {} }] });
    assert_eq!(session.patch(&path, &wrong).await.0, StatusCode::BAD_REQUEST);
    let execution = json!({ "id": "ae_1", "status": "COMPLETED" });
    session.tenant.load(&format!("{}/executions", &path[1..]), execution.clone());
    assert_eq!(session.get(&format!("{path}/executions")).await.1, json!([execution]));
    assert_eq!(session.get(&format!("{path}/executions/ae_1")).await.1, execution);
    assert_eq!(session.delete(&format!("{path}/executions/ae_1")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(session.delete(&path).await.0, StatusCode::NO_CONTENT);
    let (status, error) = session.get(&path).await;
    assert_eq!((status, message(&error)), (StatusCode::NOT_FOUND, "Flow not found"));
}

#[tokio::test]
async fn the_vault_never_answers_a_setup() {
    let session = Session::empty();
    let body = json!({ "app_id": "HTTP", "name": "Catalogue" });
    let (status, bare) = session.post("/flows/vault/connections", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!((&bare["ready"], &bare["refreshed_at"]), (&json!(false), &Value::Null));
    assert_eq!(bare["fingerprint"].as_str().map(str::len), Some(32));
    let path = format!("/flows/vault/connections/{}", bare["id"].as_str().unwrap());
    assert!(session.get(&path).await.1.get("refreshed_at").is_none());
    let setup = json!({ "setup": { "type": "BEARER", "token": "my-secret-token" } });
    let (status, ready) = session.patch(&path, &setup).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&ready["ready"], &ready["account_name"]),
        (&json!(true), &json!("Bearer my-***ken"))
    );
    assert_ne!(ready["fingerprint"], bare["fingerprint"]);
    let (_, list) = session.get("/flows/vault/connections?include_totals=true").await;
    assert_eq!((&list["total"], list["connections"][0].get("setup")), (&json!(1), None));
    let id = bare["id"].as_str().unwrap();
    assert_eq!(session.tenant.stored("flows/vault/setups", id).unwrap()["setup"], setup["setup"]);
    let unknown = json!({ "app_id": "TOASTER", "name": "X" });
    assert_eq!(session.post("/flows/vault/connections", &unknown).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(session.delete(&path).await.0, StatusCode::NO_CONTENT);
    let (status, error) = session.delete(&path).await;
    assert_eq!((status, message(&error)), (StatusCode::NOT_FOUND, "Connection not found"));
}
