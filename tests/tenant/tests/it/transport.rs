//! Connections, protocols, certificates and the record of what arrived.

use std::time::Duration;

use reqwest::StatusCode;
use tenant::{Fault, FaultKind, Options, Outcome};

use crate::session::{Session, client};

#[tokio::test]
async fn a_connection_is_kept() {
    let session = Session::seeded();
    for _ in 0..3 {
        session.get("/clients?per_page=1").await;
    }
    let requests = session.tenant.requests();
    let versions: Vec<&str> = requests.iter().map(|request| request.version.as_str()).collect();
    assert_eq!(versions, ["HTTP/1.1"; 3]);
    assert_eq!(session.tenant.connections(), 1);
}

#[tokio::test]
async fn names_below_the_test_domain_are_certified() {
    let session = Session::seeded();
    let port: u16 = session.tenant.domain().rsplit(':').next().unwrap().parse().unwrap();
    let address = ([127, 0, 0, 1], port).into();
    let named = client(&session.tenant, |builder| builder.resolve("shop.auth0.test", address));
    let url = format!("https://shop.auth0.test:{port}/api/v2/clients");
    assert_eq!(named.get(url).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn requests_are_recorded_as_they_came() {
    let session = Session::seeded();
    let body = serde_json::json!({ "name": "X" });
    session.send(reqwest::Method::POST, "/clients?a=%2F%20b", Some(&body)).await.unwrap();
    let requests = session.tenant.requests();
    let request = requests.last().unwrap();
    assert_eq!(request.method, "POST");
    assert_eq!(request.path, "/api/v2/clients?a=%2F%20b");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.body, br#"{"name":"X"}"#);
    assert_eq!(request.outcome, Outcome::Answered(201));
}

#[tokio::test]
async fn a_client_that_leaves_is_seen_to_leave() {
    for http1 in [true, false] {
        let session = Session::seeded();
        let slow = FaultKind::slow(Duration::from_secs(30));
        session.tenant.faults().push(Fault::new(slow));
        let impatient =
            client(&session.tenant, |builder| if http1 { builder.http1_only() } else { builder });
        let leaves = tokio::spawn(impatient.get(session.url("/api/v2/clients")).send());
        let outcomes = || -> Vec<Outcome> {
            session.tenant.requests().iter().map(|request| request.outcome).collect()
        };
        wait_until(|| !outcomes().is_empty()).await;
        leaves.abort();
        wait_until(|| outcomes() == [Outcome::Aborted]).await;
    }
}

async fn wait_until(done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within 5 s");
}

#[tokio::test]
async fn a_dropped_tenant_no_longer_answers() {
    let session = Session::seeded();
    let url = session.url("/api/v2/clients");
    drop(session.tenant);
    assert!(session.http.get(url).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn control_takes_faults_and_shows_requests() {
    let session = Session::with(Options { control: true, ..Options::default() });
    let fault = serde_json::json!({
        "method": "GET",
        "path": "/api/v2/clients",
        "times": 1,
        "kind": { "type": "status", "status": 503 },
    });
    let faults = session.url("/_tenant/faults");
    let added = session.http.post(&faults).json(&fault).send().await.unwrap();
    assert_eq!(added.status(), StatusCode::CREATED);
    assert_eq!(session.get("/clients").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(session.get("/clients").await.0, StatusCode::OK);
    let shown = session.http.get(session.url("/_tenant/requests")).send().await.unwrap();
    let shown: serde_json::Value = shown.json().await.unwrap();
    assert_eq!(shown["requests"][0]["outcome"]["answered"], 503);
    let closed = Session::seeded();
    assert_eq!(
        closed.http.get(closed.url("/_tenant/faults")).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}
