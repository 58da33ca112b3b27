//! Client grants: who may ask for what, and which organizations take part.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::session::Session;

const ORDERS: &str = "https://orders.harbourbooks.example/";
const SERVICE: &str = "A819bvTpf9dqcUgxM9ZZ810pkf6Xlx8R";
const WITH_ORGANIZATIONS: &str = "cgr_x8MbGs2FvUk6ZeT1";

fn message(body: &Value) -> &str {
    body["message"].as_str().unwrap_or_default()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(|grant| grant["id"].as_str()).collect()
}

/// An empty tenant with one client and one API.
async fn prepared() -> (Session, String) {
    let session = Session::empty();
    let (_, client) = session.post("/clients", &json!({ "name": "X" })).await;
    session.post("/resource-servers", &json!({ "identifier": ORDERS })).await;
    (session, client["client_id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_grant_is_created_changed_and_removed() {
    let (session, client) = prepared().await;
    let body = json!({
        "client_id": client,
        "audience": ORDERS,
        "scope": ["read:orders"],
        "allow_any_organization": true,
        "organization_usage": "allow",
    });
    let (status, grant) = session.post("/client-grants", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let id = grant["id"].as_str().unwrap();
    assert!(id.starts_with("cgr_") && id.len() == 20);
    assert_eq!(grant["subject_type"], "client");
    assert_eq!(grant["organization_usage"], "allow");
    let path = format!("/client-grants/{id}");

    let (status, changed) = session.patch(&path, &json!({ "scope": ["create:orders"] })).await;
    assert_eq!((status, &changed["scope"]), (StatusCode::OK, &json!(["create:orders"])));
    let (_, all) = session.patch(&path, &json!({ "allow_all_scopes": true })).await;
    assert!(all.get("scope").is_none());
    let back = json!({ "allow_all_scopes": false, "scope": [], "organization_usage": null });
    let (_, back) = session.patch(&path, &back).await;
    assert_eq!(back["scope"], json!([]));
    assert!(back.get("organization_usage").is_none());
    assert_eq!(session.get(&path).await, (StatusCode::OK, back));

    let (status, error) = session.patch(&path, &json!({ "audience": "urn:y" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        message(&error),
        "Payload validation error: 'Additional properties not allowed: audience'."
    );
    assert_eq!(session.delete(&path).await, (StatusCode::NO_CONTENT, Value::Null));
    let (status, error) = session.get(&path).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(
        error,
        json!({
            "statusCode": 404,
            "error": "Not Found",
            "message": "The grant does not exist.",
            "errorCode": "inexistent_client_grant",
        })
    );
}

#[tokio::test]
async fn both_parties_must_exist_and_be_joined_only_once() {
    let (session, client) = prepared().await;
    let create = async |body: Value| session.post("/client-grants", &body).await;
    let (status, error) = create(json!({ "client_id": "nobody", "audience": ORDERS })).await;
    assert_eq!((status, message(&error)), (StatusCode::NOT_FOUND, "Client not found"));
    let (status, error) = create(json!({ "client_id": client, "audience": "urn:none" })).await;
    assert_eq!((status, message(&error)), (StatusCode::NOT_FOUND, "Resource server not found"));
    let (status, error) = create(json!({ "client_id": client })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(message(&error), "Payload validation error: 'Missing required property: audience'.");
    let body = json!({ "client_id": client, "audience": ORDERS });
    assert_eq!(create(body.clone()).await.0, StatusCode::CREATED);
    assert_eq!(create(body).await.0, StatusCode::CONFLICT);
    let user = json!({ "client_id": client, "audience": ORDERS, "subject_type": "user" });
    assert_eq!(create(user).await.0, StatusCode::CREATED);

    let express = json!({ "name": "E", "app_type": "express_configuration" });
    let (_, express) = session.post("/clients", &express).await;
    let (status, error) =
        create(json!({ "client_id": express["client_id"], "audience": ORDERS })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(message(&error), "Client of type express_configuration cannot be used");
    assert_eq!(error["errorCode"], "validation_error");
}

#[tokio::test]
async fn a_grant_goes_with_its_client_and_with_its_api() {
    let (session, client) = prepared().await;
    let body = json!({ "client_id": client, "audience": ORDERS });
    session.post("/client-grants", &body).await;
    session.delete(&format!("/clients/{client}")).await;
    assert_eq!(session.get("/client-grants").await.1, json!([]));

    let session = Session::seeded();
    let path = format!("/client-grants?audience={ORDERS}");
    assert!(session.get(&path).await.1.as_array().unwrap().len() > 2);
    session.delete("/resource-servers/https:%2F%2Forders.harbourbooks.example%2F").await;
    assert_eq!(session.get(&path).await.1, json!([]));
}

#[tokio::test]
async fn lists_filter_and_know_both_dialects() {
    let session = Session::seeded();
    let (_, all) = session.get("/client-grants").await;
    let all = ids(&all).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert!(all.len() > 12);
    let (_, page) = session.get("/client-grants?page=1&per_page=5&include_totals=true").await;
    assert_eq!(page["total"], all.len());
    assert_eq!(ids(&page["client_grants"]), all[5..10]);
    let (_, first) = session.get("/client-grants?take=5&include_totals=true").await;
    assert!(first.get("total").is_none());
    let next = first["next"].as_str().unwrap();
    let (_, second) = session.get(&format!("/client-grants?take=5&from={next}")).await;
    assert_eq!(ids(&second["client_grants"]), all[5..10]);

    let count = async |filter: &str| {
        let (_, found) = session.get(&format!("/client-grants?{filter}")).await;
        found.as_array().unwrap().len()
    };
    assert_eq!(count(&format!("client_id={SERVICE}")).await, 2);
    assert_eq!(count(&format!("client_id={SERVICE}&audience={ORDERS}")).await, 1);
    assert_eq!(count("allow_any_organization=true").await, 1);
    assert_eq!(count("default_for=third_party_clients").await, 1);
    assert_eq!(count("subject_type=user").await + count("subject_type=client").await, all.len());
    let (status, _) = session.get("/client-grants?subject_type=robot").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn organizations_of_a_grant_have_a_list_and_a_scope_of_their_own() {
    let session = Session::seeded();
    let path = format!("/client-grants/{WITH_ORGANIZATIONS}/organizations");
    let (_, list) = session.get(&path).await;
    assert_eq!(list[0]["name"], "lighthouse-press");
    let (_, page) = session.get(&format!("{path}?include_totals=true&take=1")).await;
    assert_eq!(page["organizations"].as_array().unwrap().len(), 1);
    assert!(page["next"].is_string());
    let id = list[1]["id"].as_str().unwrap();
    let (_, clients) =
        session.get(&format!("/clients?q=client_grant.organization_id:{id}&fields=name")).await;
    assert_eq!(clients[0]["name"], "Publisher Portal");
    let missing = session.get("/client-grants/cgr_none/organizations").await;
    assert_eq!(missing.0, StatusCode::NOT_FOUND);

    let session = session.scoped(&["read:client_grants"]);
    let (status, error) = session.get(&path).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(
        message(&error),
        "Insufficient scope, expected any of: read:organization_client_grants"
    );
    assert_eq!(session.get("/client-grants").await.0, StatusCode::OK);
}
