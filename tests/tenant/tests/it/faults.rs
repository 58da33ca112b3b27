//! Every fault, seen from the client's side of the socket.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use tenant::{Fault, FaultKind};

use crate::session::{Session, client, read};

/// A seeded tenant that has one fault.
fn faulty(kind: FaultKind) -> Session {
    let session = Session::seeded();
    session.tenant.faults().push(Fault::new(kind));
    session
}

/// The same over HTTP/1.1, where a connection carries one request at a time.
fn faulty_http1(kind: FaultKind) -> Session {
    let mut session = faulty(kind);
    session.http = client(&session.tenant, |builder| builder.http1_only());
    session
}

#[tokio::test]
async fn statuses_come_in_their_true_envelope() {
    for status in [400, 401, 403, 404, 409, 429, 500, 502, 503, 504] {
        let session = faulty(FaultKind::status(status));
        let (found, body) = session.get("/clients").await;
        assert_eq!(found.as_u16(), status);
        assert_eq!(body["statusCode"], status);
        assert!(body["error"].is_string() && body["message"].is_string());
        let token = session.http.post(session.url("/oauth/token")).send().await.unwrap();
        let (found, body) = read(token).await;
        assert_eq!(found.as_u16(), status);
        assert!(body["error"].is_string() && body["error_description"].is_string());
    }
}

#[tokio::test]
async fn a_rate_limit_names_its_end_in_the_headers_asked_for() {
    let kind = FaultKind::Status { status: 429, reset_in: Some(7), retry_after: Some(3) };
    let session = faulty(kind);
    let response = session.send(Method::GET, "/clients", None).await.unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let reset: u64 = response.headers()["x-ratelimit-reset"].to_str().unwrap().parse().unwrap();
    assert!((now + 5..=now + 8).contains(&reset));
    assert_eq!(response.headers()["x-ratelimit-remaining"], "0");
    assert_eq!(response.headers()["retry-after"], "3");
}

#[tokio::test]
async fn redirects_html_and_any_body_are_sent_as_told() {
    let session = faulty(FaultKind::Redirect { to: "https://evil.example/".to_owned() });
    let response = session.send(Method::GET, "/clients", None).await.unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(response.headers()["location"], "https://evil.example/");

    let session = faulty(FaultKind::Html { status: 502 });
    let response = session.send(Method::GET, "/clients", None).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));

    let kind = FaultKind::Body {
        status: 200,
        content_type: "text/plain".to_owned(),
        body: "hello".to_owned(),
    };
    let response = faulty(kind);
    let response = response.send(Method::GET, "/clients", None).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(response.text().await.unwrap(), "hello");
}

#[tokio::test]
async fn a_reset_ends_the_connection_before_or_within_the_answer() {
    for session in [faulty(FaultKind::Reset), faulty_http1(FaultKind::Reset)] {
        assert!(session.send(Method::GET, "/clients", None).await.is_err());
    }
    for session in [faulty(FaultKind::ResetMidBody), faulty_http1(FaultKind::ResetMidBody)] {
        let response = session.send(Method::GET, "/clients", None).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let version = response.version();
        assert!(response.text().await.is_err(), "{version:?}");
    }
}

#[tokio::test]
async fn a_truncated_body_is_noticed_by_the_transport_or_by_the_parser() {
    let declared = || FaultKind::TruncatedJson { declared_in_full: true };
    for session in [faulty(declared()), faulty_http1(declared())] {
        let response = session.send(Method::GET, "/clients", None).await.unwrap();
        assert!(response.text().await.is_err());
    }
    let session = faulty_http1(FaultKind::TruncatedJson { declared_in_full: false });
    let response = session.send(Method::GET, "/clients", None).await.unwrap();
    let text = response.text().await.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
}

#[tokio::test]
async fn slow_drip_and_huge_take_time_or_room() {
    let session = faulty(FaultKind::slow(Duration::from_millis(300)));
    let begun = Instant::now();
    assert_eq!(session.get("/clients").await.0, StatusCode::OK);
    assert!(begun.elapsed() >= Duration::from_millis(300));

    let session = faulty(FaultKind::Drip { milliseconds: 1 });
    let begun = Instant::now();
    let (status, body) = session.get("/clients?per_page=1&fields=name").await;
    assert_eq!((status, body.as_array().map(Vec::len)), (StatusCode::OK, Some(1)));
    assert!(begun.elapsed() >= Duration::from_millis(40));

    let session = faulty(FaultKind::Huge { bytes: 3_000_000 });
    let response = session.send(Method::GET, "/clients", None).await.unwrap();
    assert_eq!(response.bytes().await.unwrap().len(), 3_000_000);
}

#[tokio::test]
async fn faults_pass_count_and_end() {
    let session = Session::seeded();
    let fault = Fault::new(FaultKind::status(500)).on("GET", "/api/v2/clients").after(1).times(1);
    session.tenant.faults().push(fault);
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(session.get("/clients?per_page=1").await.0.as_u16());
    }
    assert_eq!(seen, [200, 500, 200]);
}
