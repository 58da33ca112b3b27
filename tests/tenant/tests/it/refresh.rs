//! Renewal: rotation, reuse, leeway, expiry, revocation, and renewals that come at once.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tenant::{DEVICE_CLIENT_ID, Fault, FaultKind};

use crate::{
    oauth::{claims, post, quick, refresh, sign_in, try_token, with},
    session::Session,
};

const SCOPES: &str = "read:clients read:logs offline_access";

async fn first_token(session: &Session) -> String {
    text(&sign_in(session, SCOPES).await)
}

fn text(body: &Value) -> String {
    body["refresh_token"].as_str().unwrap().to_owned()
}

async fn assert_refused(session: &Session, token: &str) {
    let (status, body) = refresh(session, token).await;
    assert_eq!((status.as_u16(), &body["error"]), (403, &json!("invalid_grant")), "{body}");
    assert_eq!(body["error_description"], "Unknown or invalid refresh token.");
}

#[tokio::test]
async fn a_renewal_gives_a_new_pair_with_the_same_scopes() {
    let session = with(|options| options.token_lifetime = Duration::from_secs(60));
    let old = first_token(&session).await;
    let (status, body) = refresh(&session, &old).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(text(&body), old);
    assert_eq!((&body["scope"], &body["expires_in"]), (&json!(SCOPES), &json!(60)));
    assert_eq!(claims(&body["access_token"])["aud"], session.url("/api/v2/"));
    assert_eq!(try_token(&session, &session.tenant, &body["access_token"]).await, 200);
    assert!(session.tenant.is_refresh_token_valid(&text(&body)));
    assert!(!session.tenant.is_refresh_token_valid(&old));
}

#[tokio::test]
async fn a_token_that_is_used_twice_ends_its_family_and_no_other() {
    let session = quick();
    let other = first_token(&session).await;
    let first = first_token(&session).await;
    let second = text(&refresh(&session, &first).await.1);
    let third = text(&refresh(&session, &second).await.1);
    assert_refused(&session, &first).await;
    assert_refused(&session, &third).await;
    assert_eq!(refresh(&session, &other).await.0, StatusCode::OK);
}

#[tokio::test]
async fn leeway_lets_a_client_ask_again() {
    let session = with(|options| options.refresh_leeway = Duration::from_secs(10));
    let first = first_token(&session).await;
    let lost = text(&refresh(&session, &first).await.1);
    session.tenant.advance(Duration::from_secs(9));
    let again = text(&refresh(&session, &first).await.1);
    assert_ne!(lost, again);
    session.tenant.advance(Duration::from_secs(1));
    assert_refused(&session, &first).await;
    assert_refused(&session, &again).await;
}

#[tokio::test]
async fn without_rotation_the_token_stays() {
    let session = with(|options| options.rotate_refresh_tokens = false);
    let token = first_token(&session).await;
    for _ in 0..3 {
        let (status, body) = refresh(&session, &token).await;
        assert_eq!((status, &body["refresh_token"]), (StatusCode::OK, &Value::Null));
    }
}

#[tokio::test]
async fn rotation_does_not_prolong_a_sign_in() {
    let session = with(|options| options.refresh_lifetime = Duration::from_secs(100));
    let mut token = first_token(&session).await;
    for _ in 0..3 {
        session.tenant.advance(Duration::from_secs(33));
        token = text(&refresh(&session, &token).await.1);
    }
    session.tenant.advance(Duration::from_secs(1));
    assert_refused(&session, &token).await;
}

#[tokio::test]
async fn a_renewal_may_ask_for_less_never_for_more() {
    let session = quick();
    let token = first_token(&session).await;
    let ask = async |scope: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
            ("client_id", DEVICE_CLIENT_ID),
            ("scope", scope),
        ];
        post(&session, "/oauth/token", &form).await
    };
    assert_eq!(ask("read:clients update:clients").await.1["error"], "invalid_scope");
    // The refusal has not used the token up.
    assert_eq!(ask("read:logs").await.1["scope"], "read:logs");
}

#[tokio::test]
async fn revocation_ends_the_family_and_tells_nothing() {
    let session = quick();
    let body = sign_in(&session, SCOPES).await;
    let first = text(&body);
    let second = text(&refresh(&session, &first).await.1);
    session
        .tenant
        .put_client(json!({ "client_id": "other", "token_endpoint_auth_method": "none" }))
        .unwrap();
    let revoke = async |client: &str, token: &str| {
        let form = [("client_id", client), ("token", token)];
        let response = session.http.post(session.url("/oauth/revoke")).form(&form);
        let response = response.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.text().await.unwrap(), "");
    };
    revoke(DEVICE_CLIENT_ID, "v1.unknown").await;
    revoke("other", &second).await;
    assert!(session.tenant.is_refresh_token_valid(&second));
    revoke(DEVICE_CLIENT_ID, &first).await;
    assert!(!session.tenant.is_refresh_token_valid(&second));
    revoke(DEVICE_CLIENT_ID, &first).await;
    assert_refused(&session, &second).await;
    // Access tokens cannot be revoked: they live until they end.
    revoke(DEVICE_CLIENT_ID, body["access_token"].as_str().unwrap()).await;
    assert_eq!(try_token(&session, &session.tenant, &body["access_token"]).await, 200);
}

#[tokio::test]
async fn renewals_under_way_at_once_are_counted() {
    let session = quick();
    let token = first_token(&session).await;
    session.tenant.clear_requests();
    let slow = FaultKind::slow(Duration::from_millis(300));
    session.tenant.faults().push(Fault::new(slow).of_grant("refresh_token"));
    let (one, two) = tokio::join!(refresh(&session, &token), refresh(&session, &token));
    assert_eq!([one.0, two.0].iter().filter(|status| **status == StatusCode::OK).count(), 1);
    let counts = session.tenant.token_counts()["refresh_token"];
    assert_eq!((counts.requests, counts.granted, counts.at_once), (2, 1, 2));
}
