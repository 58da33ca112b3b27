//! The token endpoint and what the Management API says to tokens.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tenant::{Options, RateLimit};

use crate::session::{Session, read};

async fn ask(session: &Session, changes: &[(&str, &str)]) -> Response {
    let (id, secret) = session.tenant.client_credentials();
    let audience = session.url("/api/v2/");
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("audience", audience.as_str()),
    ];
    for (name, value) in changes {
        form.retain(|(present, _)| present != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    session.http.post(session.url("/oauth/token")).form(&form).send().await.unwrap()
}

#[tokio::test]
async fn client_credentials_give_a_token_that_works() {
    let session =
        Session::with(Options { token_lifetime: Duration::from_secs(123), ..Options::default() });
    let response = ask(&session, &[]).await;
    assert_eq!(response.headers()["x-ratelimit-limit"], "100");
    let (status, body) = read(response).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["expires_in"], 123);
    assert_eq!(body["token_type"], "Bearer");
    let token = body["access_token"].as_str().unwrap();
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["aud"], session.url("/api/v2/"));
    assert_eq!(payload["iss"], session.url("/"));
    assert_eq!(payload["azp"], session.tenant.client_credentials().0);
    let request = session.http.get(session.url("/api/v2/clients")).bearer_auth(token);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn json_and_basic_are_accepted_too() {
    let session = Session::seeded();
    let (id, secret) = session.tenant.client_credentials();
    let audience = session.url("/api/v2/");
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": id,
        "client_secret": secret,
        "audience": audience,
    });
    let url = session.url("/oauth/token");
    let response = session.http.post(&url).json(&body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let form = [("grant_type", "client_credentials"), ("audience", audience.as_str())];
    let request = session.http.post(&url).basic_auth(id, Some(secret)).form(&form);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn refusals_use_the_envelope_of_the_authentication_api() {
    let session = Session::seeded();
    let check = async |changes: &[(&str, &str)], status: u16, error: &str| {
        let (found, body) = read(ask(&session, changes).await).await;
        assert_eq!((found.as_u16(), &body["error"]), (status, &json!(error)), "{body}");
        assert!(body["error_description"].is_string());
    };
    check(&[("client_secret", "wrong")], 401, "invalid_client").await;
    check(&[("client_id", "nobody")], 401, "invalid_client").await;
    check(&[("grant_type", "")], 400, "invalid_request").await;
    check(&[("grant_type", "magic")], 403, "unsupported_grant_type").await;
    check(&[("audience", "https://elsewhere/")], 403, "access_denied").await;
}

#[tokio::test]
async fn the_management_api_tells_missing_malformed_and_dead_tokens_apart() {
    let session = Session::seeded();
    let url = session.url("/api/v2/clients");
    let (status, body) = read(session.http.get(&url).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(body["message"], "Missing authentication");

    let (status, body) = read(session.http.get(&url).bearer_auth("x").send().await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["errorCode"], "Bearer");

    let dead = session.tenant.issue_token(&["read:clients"], Duration::ZERO);
    let response = session.http.get(&url).bearer_auth(dead).send().await.unwrap();
    assert!(response.headers().contains_key("www-authenticate"));
    let (status, body) = read(response).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(body["attributes"], json!({ "error": "Invalid token" }));
}

#[tokio::test]
async fn a_rate_limit_refuses_and_refills() {
    // Refills slowly enough that three requests come before.
    let limit = RateLimit { burst: 2, per_second: 1 };
    let session = Session::with(Options { rate_limit: Some(limit), ..Options::default() });
    assert_eq!(session.get("/clients?per_page=1").await.0, StatusCode::OK);
    assert_eq!(session.get("/clients?per_page=1").await.0, StatusCode::OK);
    let response = session.send(reqwest::Method::GET, "/clients", None).await.unwrap();
    assert_eq!(response.headers()["x-ratelimit-remaining"], "0");
    let (status, body) = read(response).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(body["errorCode"], "too_many_requests");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(session.get("/clients?per_page=1").await.0, StatusCode::OK);
}
