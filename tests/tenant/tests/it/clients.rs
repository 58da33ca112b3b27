//! Applications: what is answered, refused, defaulted, merged and hidden.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::session::Session;

fn message(body: &Value) -> &str {
    body["message"].as_str().unwrap_or_default()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(|client| client["name"].as_str()).collect()
}

#[tokio::test]
async fn a_name_is_enough_and_the_recorded_defaults_are_added() {
    let session = Session::empty();
    let (status, client) = session.post("/clients", &json!({ "name": "X" })).await;
    assert_eq!(status, StatusCode::CREATED);
    let id = client["client_id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    assert_eq!(client["client_secret"].as_str().map(str::len), Some(64));
    assert_eq!(client["encrypted"], true);
    assert!(client["signing_keys"][0]["key"].as_str().unwrap().contains("PRIVATE KEY"));
    for absent in ["app_type", "token_endpoint_auth_method", "callbacks", "description"] {
        assert!(client.get(absent).is_none(), "{absent} is there");
    }
    assert_eq!(
        client["jwt_configuration"],
        json!({ "lifetime_in_seconds": 36000, "secret_encoded": false })
    );
    assert_eq!(client["refresh_token"]["token_lifetime"], 2_592_000);

    let (status, read) = session.get(&format!("/clients/{id}")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(read["signing_keys"][0].get("key").is_none());
    assert!(read.get("encrypted").is_none());
    assert_eq!(read["client_secret"], client["client_secret"]);
}

#[tokio::test]
async fn unknown_missing_and_mistyped_fields_are_named() {
    let session = Session::empty();
    let check = async |body: Value, expected: &str| {
        let (status, error) = session.post("/clients", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(error["errorCode"], "invalid_body");
        assert_eq!(error["error"], "Bad Request");
        assert!(message(&error).starts_with(expected), "{}", message(&error));
    };
    check(
        json!({ "name": "X", "one": 1, "two": 2 }),
        "Payload validation error: 'Additional properties not allowed: two,one'.",
    )
    .await;
    check(json!({}), "Payload validation error: 'Missing required property: name'.").await;
    check(
        json!({ "name": 7 }),
        "Payload validation error: 'Expected type string but found type integer' on property name (",
    )
    .await;
    check(
        json!({ "name": "X", "app_type": "toaster" }),
        "Payload validation error: 'No enum match for: toaster' on property app_type",
    )
    .await;
    check(
        json!({ "name": "X", "refresh_token": { "rotation_type": "rotating" } }),
        "Payload validation error: 'Missing required property: expiration_type' on property refresh_token",
    )
    .await;
    check(
        json!({ "name": "<b>" }),
        "Payload validation error: 'String '<b>' does not match pattern. Must match ^[^<>]+$' on property name",
    )
    .await;
}

#[tokio::test]
async fn a_patch_merges_clears_and_refuses_read_only_fields() {
    let session = Session::empty();
    let body = json!({
        "name": "X",
        "client_metadata": { "a": "1", "b": "2" },
        "organization_usage": "allow",
        "jwt_configuration": { "alg": "RS256", "lifetime_in_seconds": 60 },
    });
    let (_, client) = session.post("/clients", &body).await;
    let path = format!("/clients/{}", client["client_id"].as_str().unwrap());
    let patch = json!({
        "client_metadata": { "a": null, "c": "3" },
        "organization_usage": null,
        "jwt_configuration": { "lifetime_in_seconds": 90 },
    });
    let (status, patched) = session.patch(&path, &patch).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(patched["client_metadata"], json!({ "b": "2", "c": "3" }));
    assert!(patched.get("organization_usage").is_none());
    assert_eq!(
        patched["jwt_configuration"],
        json!({ "alg": "RS256", "lifetime_in_seconds": 90, "secret_encoded": false })
    );
    assert_eq!(session.get(&path).await.1, patched);

    let (status, error) = session.patch(&path, &json!({ "client_id": "other" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        message(&error),
        "Payload validation error: 'Additional properties not allowed: client_id'."
    );
    let (_, error) = session.patch(&path, &json!({})).await;
    assert_eq!(
        message(&error),
        "Payload validation error: 'Too few properties defined (0), minimum 1'."
    );
}

#[tokio::test]
async fn a_missing_client_has_its_own_error_code() {
    let session = Session::empty();
    let (status, error) = session.get("/clients/nobody").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(
        error,
        json!({
            "statusCode": 404,
            "error": "Not Found",
            "message": "The client does not exist",
            "errorCode": "inexistent_client",
        })
    );
    let (status, error) = session.get("/toasters").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(error, json!({ "statusCode": 404, "error": "Not Found", "message": "Not Found" }));
}

#[tokio::test]
async fn lists_come_bare_with_totals_or_by_checkpoint() {
    let session = Session::seeded();
    let (_, all) = session.get("/clients").await;
    let count = all.as_array().unwrap().len();
    assert!(count > 30);

    let (_, page) = session.get("/clients?page=1&per_page=10&include_totals=true").await;
    assert_eq!(page["total"], count);
    assert_eq!(page["start"], 10);
    assert_eq!(page["limit"], 10);
    assert_eq!(names(&page["clients"]), names(&all)[10..20]);

    let mut collected = Vec::new();
    let mut next = String::new();
    loop {
        let (status, page) = session.get(&format!("/clients?take=7{next}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.get("total").is_none());
        collected.extend(names(&page["clients"]).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(from) => next = format!("&from={from}"),
            None => break,
        }
    }
    assert_eq!(collected, names(&all));

    let (status, error) = session.get("/clients?per_page=101").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["errorCode"], "invalid_query_string");
    assert!(message(&error).starts_with(
        "Query validation error: 'Value 101 is greater than maximum 100' on property per_page"
    ));
}

#[tokio::test]
async fn lists_filter_and_choose_fields() {
    let session = Session::seeded();
    let (_, global) = session.get("/clients?is_global=true").await;
    assert_eq!(names(&global), ["All Applications"]);
    let (_, third) = session.get("/clients?is_first_party=false&fields=name,client_id").await;
    for client in third.as_array().unwrap() {
        assert!(client["client_id"].as_str().unwrap().starts_with("tpc_"));
        let mut keys: Vec<&String> = client.as_object().unwrap().keys().collect();
        keys.sort();
        assert_eq!(keys, ["client_id", "name", "tenant"]);
    }
    let (_, native) = session.get("/clients?app_type=native,spa&is_global=false").await;
    assert!(native.as_array().unwrap().len() > 5);
    let (_, without) = session.get("/clients?fields=client_secret&include_fields=false").await;
    assert!(without.as_array().unwrap().iter().all(|client| client.get("client_secret").is_none()));
}

#[tokio::test]
async fn scopes_decide_what_is_seen_and_done() {
    let session = Session::seeded().scoped(&["read:clients"]);
    let (_, all) = session.get("/clients").await;
    let first = &all[1];
    assert!(first.get("grant_types").is_some());
    for hidden in ["client_secret", "signing_keys", "client_authentication_methods"] {
        assert!(first.get(hidden).is_none(), "{hidden} is visible");
    }
    let (status, error) = session.post("/clients", &json!({ "name": "X" })).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(error["errorCode"], "insufficient_scope");
    assert_eq!(message(&error), "Insufficient scope, expected any of: create:clients");

    let session = session.scoped(&["read:client_summary"]);
    let (_, all) = session.get("/clients").await;
    let keys: Vec<&String> = all[1].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["client_id", "name", "description", "app_type"]);

    let id = all[1]["client_id"].as_str().unwrap().to_owned();
    let session = session.scoped(&["update:clients"]);
    let (status, _) = session.patch(&format!("/clients/{id}"), &json!({ "name": "Y" })).await;
    assert_eq!(status, StatusCode::OK);
    let secret = json!({ "client_secret": "0123456789abcdef0123456789abcdef" });
    let (status, error) = session.patch(&format!("/clients/{id}"), &secret).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(message(&error), "Insufficient scope, expected any of: update:client_keys");
}

#[tokio::test]
async fn a_rotated_secret_is_new_and_a_deleted_client_is_gone() {
    let session = Session::empty();
    let (_, client) = session.post("/clients", &json!({ "name": "X" })).await;
    let path = format!("/clients/{}", client["client_id"].as_str().unwrap());
    let (status, rotated) = session.post(&format!("{path}/rotate-secret"), &json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(rotated["client_secret"], client["client_secret"]);
    assert_eq!(rotated["name"], "X");
    let (status, body) = session.delete(&path).await;
    assert_eq!((status, body), (StatusCode::NO_CONTENT, Value::Null));
    assert_eq!(session.get(&path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn credentials_are_created_read_changed_and_removed() {
    let session = Session::empty();
    let (_, client) = session.post("/clients", &json!({ "name": "X" })).await;
    let path = format!("/clients/{}/credentials", client["client_id"].as_str().unwrap());
    let body = json!({
        "credential_type": "public_key",
        "name": "key",
        "pem": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    });
    let (status, created) = session.post(&path, &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let one = format!("{path}/{}", created["id"].as_str().unwrap());
    let (status, changed) =
        session.patch(&one, &json!({ "expires_at": "2030-05-16T11:07:30+02:00" })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(changed["expires_at"], "2030-05-16T09:07:30.000Z");
    let (_, list) = session.get(&path).await;
    assert_eq!(list, json!([changed]));
    assert_eq!(session.delete(&one).await.0, StatusCode::NO_CONTENT);
    assert_eq!(session.get(&one).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_metadata_document_is_previewed_and_registered_once() {
    let session = Session::seeded();
    let body = json!({ "external_client_id": "https://reading-list.example/client.json" });
    let (status, preview) = session.post("/clients/cimd/preview", &body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(preview["mapped_fields"]["name"], "Reading List");
    let (status, first) = session.post("/clients/cimd/register", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, second) = session.post("/clients/cimd/register", &body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(first["client_id"], second["client_id"]);
    let (_, client) =
        session.get(&format!("/clients/{}", first["client_id"].as_str().unwrap())).await;
    assert_eq!(client["external_metadata_type"], "cimd");
}

#[tokio::test]
async fn connections_need_scopes_of_both_families() {
    let session = Session::seeded();
    let (_, all) = session.get("/clients?fields=client_id,name").await;
    let clients = all.as_array().unwrap();
    let shop = clients.iter().find(|client| client["name"] == "Storefront").unwrap();
    let path = format!("/clients/{}/connections", shop["client_id"].as_str().unwrap());
    let (status, list) = session.get(&path).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(list["connections"].as_array().unwrap().len(), 2);
    let (_, page) = session.get(&format!("{path}?take=1")).await;
    assert!(page["next"].is_string());
    let session = session.scoped(&["read:clients"]);
    let (status, error) = session.get(&path).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(message(&error), "Insufficient scope, expected any of: read:connections");
}
