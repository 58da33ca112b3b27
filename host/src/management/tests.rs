//! The whole way of a request over a real socket, against the local tenant.

use std::time::Duration;

use auth0_mcp_sandbox::contract::{Endpoint, Method};
use tenant::{Fault, FaultKind, Options, Outcome, Tenant};
use tokio::task::JoinSet;

use super::*;
use crate::{
    auth::{Environment, Trust},
    secret::Secret,
};

const SOON: Duration = Duration::from_secs(20);

/// A tenant and the host's way to it.
struct Bench {
    tenant: Tenant,
    management: Arc<Management>,
}

impl Bench {
    /// Signed in with a token that somebody put into the environment.
    fn with_token() -> Self {
        Self::new(Trust::only, |tenant| {
            let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(3600));
            Environment { token: Some(Secret::new(token)), ..Environment::default() }
        })
    }

    /// Signed in with a client id and secret.
    fn with_client() -> Self {
        Self::new(Trust::only, |tenant| {
            let (id, secret) = tenant.client_credentials();
            let client_secret = Some(Secret::new(secret.to_owned()));
            Environment { client_id: Some(id.to_owned()), client_secret, ..Environment::default() }
        })
    }

    fn new(
        trust: impl FnOnce(&str) -> Result<Trust, crate::auth::TrustError>,
        environment: impl FnOnce(&Tenant) -> Environment,
    ) -> Self {
        let tenant = Tenant::start(Options::default()).unwrap();
        let environment =
            Environment { domain: Some(tenant.domain().to_owned()), ..environment(&tenant) };
        let redactor = Redactor::default();
        let trust = trust(tenant.ca_pem()).unwrap();
        let signed_in = environment.sign_in(trust, &redactor).unwrap().unwrap();
        Self { tenant, management: Arc::new(Management::new(signed_in, redactor)) }
    }

    /// As [`with_token`](Self::with_token), where something goes wrong.
    fn with_fault(kind: FaultKind, times: u32) -> Self {
        let bench = Self::with_token();
        bench.tenant.faults().push(Fault::new(kind).times(times));
        bench
    }

    async fn send(&self, request: Request) -> Result<Response, Refusal> {
        self.send_within(SOON, request).await
    }

    async fn send_within(&self, time: Duration, request: Request) -> Result<Response, Refusal> {
        self.management.send(&grant(), request, Instant::now() + time).await
    }

    /// Sends `count` requests at once; the number of good answers.
    async fn send_many(&self, count: usize) -> usize {
        let mut calls = JoinSet::new();
        for _ in 0..count {
            let management = Arc::clone(&self.management);
            calls.spawn(
                async move { management.send(&grant(), list(), Instant::now() + SOON).await },
            );
        }
        calls
            .join_all()
            .await
            .iter()
            .filter(|answer| answer.as_ref().is_ok_and(|a| a.status == 200))
            .count()
    }

    /// The requests that arrived, as `GET /api/v2/clients`.
    fn arrived(&self) -> Vec<String> {
        self.tenant.requests().iter().map(|r| format!("{} {}", r.method, r.path)).collect()
    }

    fn token_requests(&self) -> usize {
        self.arrived().iter().filter(|request| *request == "POST /oauth/token").count()
    }
}

fn grant() -> Grant {
    let row = |method, path: &str| Endpoint { method, path: path.into(), scopes: vec![] };
    let rows = [
        row(Method::Get, "clients"),
        row(Method::Post, "clients"),
        row(Method::Get, "clients/{id}"),
        row(Method::Get, "resource-servers/{id}"),
    ];
    Grant::new("auth0_test", &rows, false)
}

fn list() -> Request {
    path::tests::get(&["clients"], &[])
}

fn create(body: &str) -> Request {
    Request {
        method: Method::Post,
        path: vec!["clients".into()],
        query: vec![],
        body: Some(body.into()),
    }
}

/// The status and the text of whatever came back.
fn told(result: &Result<Response, Refusal>) -> (u16, String) {
    match result {
        Ok(response) => (response.status, response.body.clone().unwrap_or_default()),
        Err(
            Refusal::Unreachable(text) | Refusal::MalformedAnswer(text) | Refusal::NotGranted(text),
        ) => (0, text.clone()),
        Err(refusal) => (0, format!("{refusal:?}")),
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_written_and_its_answer_is_masked() {
    let bench = Bench::with_token();
    let body = "{ \"name\":\"Caf\u{e9}\",\t\"description\": \"b\" }";
    let (status, text) = told(&bench.send(create(body)).await);
    assert_eq!(status, 201, "{text}");
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&answer["name"], &answer["client_secret"]),
        (&"Caf\u{e9}".into(), &"[REDACTED]".into())
    );
    assert!(answer["refresh_token"].is_object() && !text.contains("PRIVATE KEY"), "{text}");

    let query = path::tests::get(
        &["resource-servers", "https://api.example.com/a b"],
        &[("x&y", "\u{e9}=1")],
    );
    assert_eq!(bench.send(query).await.unwrap().status, 404);
    let requests = bench.tenant.requests();
    let [post, get] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(
        (post.body.as_slice(), post.header("content-type")),
        (body.as_bytes(), Some("application/json"))
    );
    assert_eq!(
        get.path,
        "/api/v2/resource-servers/https%3A%2F%2Fapi.example.com%2Fa%20b?x%26y=%C3%A9%3D1"
    );
    assert_eq!((get.body.len(), get.header("content-type")), (0, None));
    assert!(get.header("user-agent").unwrap().starts_with("auth0-mcp/"));
    assert!(get.header("authorization").unwrap().starts_with("Bearer "));
    assert_eq!(bench.tenant.connections(), 1);
}

#[tokio::test]
async fn what_is_not_granted_or_not_sendable_never_leaves() {
    let bench = Bench::with_token();
    let delete = Request { method: Method::Delete, ..path::tests::get(&["clients", "x"], &[]) };
    assert!(told(&bench.send(delete).await).1.contains("auth0_test may not send DELETE clients/"));
    let masked = create(r#"{"callbacks":["https://a.example/?token=[REDACTED]"]}"#);
    for request in [path::tests::get(&["clients", ".."], &[]), create("{'no json'}"), masked] {
        assert!(matches!(bench.send(request).await, Err(Refusal::InvalidRequest(_))));
    }
    assert_eq!(bench.arrived(), [""; 0]);
}

#[tokio::test]
async fn a_short_rate_limit_is_waited_out_and_an_endless_one_is_said() {
    let limit = |reset_in| FaultKind::Status { status: 429, reset_in, retry_after: None };
    let bench = Bench::with_fault(limit(Some(1)), 1);
    assert_eq!(bench.send(create("{\"name\":\"x\"}")).await.unwrap().status, 201);
    assert_eq!(bench.arrived().len(), 2);

    let bench = Bench::with_fault(limit(Some(60)), 9);
    let refusal = bench.send(list()).await;
    assert!(matches!(refusal, Err(Refusal::RateLimited(58..=60))), "{refusal:?}");
    assert_eq!(bench.arrived().len(), 1);

    let bench = Bench::with_fault(limit(None), 9);
    let refusal = bench.send_within(Duration::from_millis(1500), list()).await;
    assert!(matches!(refusal, Err(Refusal::RateLimited(1..=3))), "{refusal:?}");
}

/// (fault, how often, what a GET gets, how many GETs, what a POST gets, how many POSTs)
#[tokio::test]
async fn faults() {
    let status = |status| FaultKind::Status { status, reset_in: None, retry_after: None };
    let unclear = "look before sending it again";
    for (kind, times, get, gets, post, posts) in [
        (status(503), 2, (200, ""), 3, (503, ""), 1),
        (status(503), 9, (503, ""), 3, (503, ""), 1),
        (status(500), 1, (500, ""), 1, (500, ""), 1),
        (status(403), 1, (403, ""), 1, (403, ""), 1),
        (FaultKind::Reset, 1, (200, ""), 2, (0, unclear), 1),
        (FaultKind::ResetMidBody, 9, (0, "the connection broke"), 3, (0, unclear), 1),
        (
            FaultKind::TruncatedJson { declared_in_full: true },
            9,
            (0, "the connection broke"),
            3,
            (0, unclear),
            1,
        ),
        (
            FaultKind::TruncatedJson { declared_in_full: false },
            1,
            (0, "ends too early"),
            1,
            (0, unclear),
            1,
        ),
        (FaultKind::Html { status: 200 }, 1, (0, "a page of HTML"), 1, (0, unclear), 1),
        (FaultKind::Html { status: 502 }, 9, (502, ""), 3, (502, ""), 1),
        (FaultKind::Huge { bytes: 9 << 20 }, 1, (0, "TooLarge(8388608)"), 1, (0, "TooLarge"), 1),
        (
            FaultKind::Redirect { to: "https://evil.example/?token=x".into() },
            1,
            (0, "redirects to the host evil.example;"),
            1,
            (0, unclear),
            1,
        ),
    ] {
        for (request, expected, count) in
            [(list(), get, gets), (create("{\"name\":\"x\"}"), post, posts)]
        {
            let method = request.method;
            let bench = Bench::with_fault(kind.clone(), times);
            let found = told(&bench.send(request).await);
            assert!(
                found.0 == expected.0 && found.1.contains(expected.1),
                "{method:?} {kind:?}: {found:?}"
            );
            assert_eq!(bench.arrived().len(), count, "{method:?} {kind:?}: {:?}", bench.arrived());
        }
    }
}

#[tokio::test]
async fn a_slow_answer_ends_at_the_deadline_and_so_does_its_request() {
    for kind in [FaultKind::Slow { milliseconds: 5000 }, FaultKind::Drip { milliseconds: 20 }] {
        let bench = Bench::with_fault(kind, 9);
        let started = Instant::now();
        let refusal = bench.send_within(Duration::from_millis(300), list()).await;
        assert!(matches!(refusal, Err(Refusal::TimedOut)), "{refusal:?}");
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        let aborted =
            || bench.tenant.requests().iter().all(|request| request.outcome == Outcome::Aborted);
        for _ in 0..100 {
            if aborted() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(aborted(), "{:?}", bench.tenant.requests());
    }
}

#[tokio::test]
async fn twenty_calls_share_one_token_and_one_renewal() {
    let bench = Bench::with_client();
    assert_eq!((bench.send_many(20).await, bench.token_requests()), (20, 1));
    assert!(bench.management.scopes().is_some() && bench.management.expires_at().is_some());
    bench.tenant.revoke_tokens();
    assert_eq!((bench.send_many(20).await, bench.token_requests()), (20, 2));
    // What the tenant rejects at once is not renewed again and again.
    bench.tenant.revoke_tokens();
    assert!(matches!(bench.send(list()).await, Err(Refusal::SessionExpired)));
    assert_eq!(bench.token_requests(), 2);
}

#[tokio::test]
async fn credentials_that_do_not_work_are_explained() {
    let bench = Bench::with_token();
    bench.tenant.revoke_tokens();
    assert!(matches!(bench.send(list()).await, Err(Refusal::SessionExpired)));
    assert_eq!(bench.arrived().len(), 1);

    let bench = Bench::new(Trust::only, |tenant| Environment {
        client_id: Some(tenant.client_credentials().0.to_owned()),
        client_secret: Some(Secret::new("wrong-s3cr3t".into())),
        ..Environment::default()
    });
    let (_, text) = told(&bench.send(list()).await);
    assert!(
        text.contains("check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET") && !text.contains("s3cr3t"),
        "{text}"
    );
    assert_eq!(bench.arrived(), ["POST /oauth/token"]);
}

#[tokio::test]
async fn only_trusted_certificates_are_believed_and_a_file_adds_one() {
    let other = Tenant::start(Options::default()).unwrap();
    let token = |tenant: &Tenant| {
        let token = tenant.issue_token(&tenant.all_scopes(), SOON);
        Environment { token: Some(Secret::new(token)), ..Environment::default() }
    };
    let bench = Bench::new(|_| Trust::only(other.ca_pem()), token);
    let (_, text) = told(&bench.send(list()).await);
    assert!(text.contains("not trusted") && text.contains("SSL_CERT_FILE"), "{text}");
    assert_eq!(bench.arrived(), [""; 0]);

    let file = std::env::temp_dir().join(format!("auth0-mcp-test-{}.pem", fastrand::u64(..)));
    let with_file = |ca: &str| {
        std::fs::write(&file, ca).unwrap();
        Trust::system().with_file(&file)
    };
    let bench = Bench::new(with_file, token);
    std::fs::remove_file(&file).unwrap();
    bench.management.warm().await;
    assert_eq!(bench.send(list()).await.unwrap().status, 200);
}

#[tokio::test]
async fn nobody_listening_is_said_by_name() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let environment = Environment {
        domain: Some(closed.to_string()),
        token: Some(Secret::new("opaque-token".into())),
        ..Environment::default()
    };
    let signed_in = environment.sign_in(Trust::system(), &Redactor::default()).unwrap().unwrap();
    let management = Management::new(signed_in, Redactor::default());
    let refusal = management.send(&grant(), create("{}"), Instant::now() + SOON).await;
    let (_, text) = told(&refusal);
    let refused = crate::auth::cause::Cause::Refused;
    assert_eq!(text, format!("{closed} cannot be reached: {refused}"));
}

#[tokio::test]
async fn no_more_than_the_limit_run_at_once() {
    let bench = Bench::with_fault(FaultKind::Slow { milliseconds: 200 }, 999);
    let started = Instant::now();
    assert_eq!(bench.send_many(client::CONCURRENT + 1).await, client::CONCURRENT + 1);
    assert!(started.elapsed() >= Duration::from_millis(400), "{:?}", started.elapsed());
}
