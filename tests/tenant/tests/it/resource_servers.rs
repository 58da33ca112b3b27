//! APIs: defaults, names, replacing, what belongs to the service itself.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::session::Session;

fn message(body: &Value) -> &str {
    body["message"].as_str().unwrap_or_default()
}

fn identifiers(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(|api| api["identifier"].as_str()).collect()
}

#[tokio::test]
async fn an_identifier_is_enough_and_the_recorded_defaults_are_added() {
    let session = Session::empty();
    let body = json!({ "name": "X", "identifier": "https://api.example.com/" });
    let (status, api) = session.post("/resource-servers", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let id = api["id"].as_str().unwrap();
    assert!(id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        api,
        json!({
            "id": id,
            "name": "X",
            "identifier": "https://api.example.com/",
            "allow_offline_access": false,
            "skip_consent_for_verifiable_first_party_clients": false,
            "subject_type_authorization": {
                "client": { "policy": "require_client_grant" },
                "user": { "policy": "allow_all" },
            },
            "token_lifetime": 86400,
            "token_lifetime_for_web": 7200,
            "signing_alg": "RS256",
        })
    );
    let (_, unnamed) = session.post("/resource-servers", &json!({ "identifier": "urn:x" })).await;
    assert!(unnamed.get("name").is_none());

    let (status, error) = session.post("/resource-servers", &body).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(message(&error), "A resource server with the same identifier already exists.");
}

#[tokio::test]
async fn an_api_is_found_by_its_id_and_by_its_encoded_identifier() {
    let session = Session::empty();
    let body = json!({ "name": "X", "identifier": "https://api.example.com/v1" });
    let (_, api) = session.post("/resource-servers", &body).await;
    let by_id = format!("/resource-servers/{}", api["id"].as_str().unwrap());
    for path in [
        by_id.as_str(),
        "/resource-servers/https%3A%2F%2Fapi.example.com%2Fv1",
        "/resource-servers/https:%2F%2Fapi.example.com%2Fv1",
        // Recorded, too: encoded once more than necessary.
        "/resource-servers/https:%252F%252Fapi.example.com%252Fv1",
    ] {
        assert_eq!(session.get(path).await, (StatusCode::OK, api.clone()), "{path}");
    }
    let path = "/resource-servers/https:%2F%2Fapi.example.com%2Fv1";
    let (status, changed) = session.patch(path, &json!({ "token_lifetime": 60 })).await;
    assert_eq!((status, &changed["token_lifetime"]), (StatusCode::OK, &json!(60)));
    assert_eq!(session.delete(path).await, (StatusCode::NO_CONTENT, Value::Null));
    let (status, error) = session.get(&by_id).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(
        error,
        json!({
            "statusCode": 404,
            "error": "Not Found",
            "message": "The resource server does not exist",
            "errorCode": "inexistent_resource_server",
        })
    );
}

#[tokio::test]
async fn a_patch_replaces_scopes_clears_by_null_and_refuses_read_only_fields() {
    let session = Session::empty();
    let body = json!({
        "identifier": "https://api.example.com/",
        "scopes": [{ "value": "read:a", "description": "A" }, { "value": "read:b" }],
        "consent_policy": "transactional-authorization-with-mfa",
        "authorization_details": [{ "type": "payment" }],
        "token_lifetime_for_web": 600,
        "token_encryption": {
            "format": "compact-nested-jwe",
            "encryption_key": {
                "name": "key",
                "alg": "RSA-OAEP-256",
                "pem": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            },
        },
    });
    let (status, api) = session.post("/resource-servers", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let key = &api["token_encryption"]["encryption_key"];
    assert!(key.get("pem").is_none() && key["thumbprint_sha256"].is_string());
    let path = format!("/resource-servers/{}", api["id"].as_str().unwrap());

    let (_, patched) = session.patch(&path, &json!({ "scopes": [{ "value": "read:c" }] })).await;
    assert_eq!(patched["scopes"], json!([{ "value": "read:c" }]));
    assert_eq!(patched["token_lifetime_for_web"], 600);
    let cleared = json!({
        "scopes": [],
        "consent_policy": null,
        "authorization_details": null,
        "token_encryption": null,
    });
    let (_, patched) = session.patch(&path, &cleared).await;
    // As recorded, an emptied list stays.
    assert_eq!(patched["scopes"], json!([]));
    for gone in ["consent_policy", "authorization_details", "token_encryption"] {
        assert!(patched.get(gone).is_none(), "{gone} is there");
    }
    assert_eq!(session.get(&path).await.1, patched);

    for read_only in ["identifier", "id", "is_system", "client_id", "client"] {
        let (status, error) = session.patch(&path, &json!({ read_only: "x" })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(
            message(&error),
            format!("Payload validation error: 'Additional properties not allowed: {read_only}'.")
        );
    }
    let (status, error) = session.patch(&path, &json!({ "token_lifetime": 2_592_001 })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(message(&error).contains("on property token_lifetime"), "{}", message(&error));
}

#[tokio::test]
async fn only_tokens_signed_with_hs256_have_a_secret() {
    let session = Session::empty();
    let body = json!({ "identifier": "urn:x", "signing_alg": "HS256" });
    let (_, api) = session.post("/resource-servers", &body).await;
    assert_eq!(api["signing_secret"].as_str().map(str::len), Some(32));
    let path = format!("/resource-servers/{}", api["id"].as_str().unwrap());
    let (_, api) = session.patch(&path, &json!({ "signing_alg": "RS256" })).await;
    assert!(api.get("signing_secret").is_none());
}

#[tokio::test]
async fn what_belongs_to_the_service_refuses_changes() {
    let session = Session::seeded();
    let own = format!("https://{}/api/v2/", session.tenant.domain());
    let (_, all) = session.get("/resource-servers").await;
    let management = &all[0];
    assert_eq!(management["identifier"], own);
    assert_eq!(management["is_system"], true);
    assert!(management["scopes"].as_array().unwrap().len() > 200);
    let path = format!("/resource-servers/{}", management["id"].as_str().unwrap());
    let (status, error) = session.patch(&path, &json!({ "token_lifetime": 60 })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(message(&error), "System resource servers cannot be patched.");
    let (status, error) = session.delete(&path).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(message(&error), "System resource servers cannot be deleted.");
    let (status, error) = session.post("/resource-servers", &json!({ "identifier": own })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(message(&error), "The selected identifier is reserved.");

    // The others come and go by their identifiers.
    let me = format!("https://{}/me/", session.tenant.domain());
    let (status, api) =
        session.post("/resource-servers", &json!({ "identifier": me, "name": "Mine" })).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(api["name"], "Auth0 My Account API");
    let path = format!("/resource-servers/{}", api["id"].as_str().unwrap());
    assert_eq!(session.patch(&path, &json!({ "name": "Y" })).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(session.delete(&path).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn lists_come_bare_or_with_totals_and_know_no_checkpoint() {
    let session = Session::seeded();
    let (_, all) = session.get("/resource-servers").await;
    let count = all.as_array().unwrap().len();
    assert!(count >= 8);
    let (_, page) = session.get("/resource-servers?page=1&per_page=3&include_totals=true").await;
    assert_eq!(page["total"], count);
    assert_eq!((&page["start"], &page["limit"]), (&json!(3), &json!(3)));
    assert_eq!(identifiers(&page["resource_servers"]), identifiers(&all)[3..6]);
    let (_, taken) = session.get("/resource-servers?take=2").await;
    assert_eq!(identifiers(&taken), identifiers(&all));

    let wanted = "identifiers=urn:harbourbooks:warehouse&identifiers=legacy-reports";
    let (_, some) =
        session.get(&format!("/resource-servers?{wanted}&fields=identifier,name")).await;
    assert_eq!(
        some,
        json!([
            { "name": "Warehouse API", "identifier": "urn:harbourbooks:warehouse" },
            { "name": "Legacy Reports", "identifier": "legacy-reports" },
        ])
    );
    let many = ["identifiers=x"; 11].join("&");
    let (status, error) = session.get(&format!("/resource-servers?{many}")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["errorCode"], "invalid_query_string");
    let (status, _) = session.get("/resource-servers?per_page=0").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_client_of_an_api_is_shown_and_scopes_are_asked_for() {
    let session = Session::seeded();
    let (_, api) =
        session.get("/resource-servers/https%3A%2F%2Fcatalogue.harbourbooks.example%2F").await;
    assert_eq!(api["client_id"], "1JJeE5bzXsm9gvjoucOmKkV9Ikdf92qr");
    let session = session.scoped(&["read:clients"]);
    let (status, error) = session.get("/resource-servers").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(message(&error), "Insufficient scope, expected any of: read:resource_servers");
}
