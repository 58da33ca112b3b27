//! Sign-ins of the vault against the local tenant: renewed once, replaced, refused.

use tenant::{Fault, FaultKind, Options, Tenant};
use tokio::task::JoinSet;

use super::*;
use crate::{auth::vault::Kind, secret::Secret};

const PROFILE: &str = "acme";

fn profile() -> ProfileName {
    PROFILE.parse().unwrap()
}

/// A tenant and a vault, with a sign-in of an application whose secret is kept.
struct Bench {
    tenant: Tenant,
    vault: Vault,
}

impl Bench {
    async fn new() -> Self {
        let bench =
            Self { tenant: Tenant::start(Options::default()).unwrap(), vault: Vault::in_memory() };
        bench.sign_in(bench.session(true)).await;
        bench
    }

    /// A sign-in whose token was received an hour ago and expires in so many seconds from now.
    fn session(&self, keeps_secret: bool) -> Session {
        let (client_id, secret) = self.tenant.client_credentials();
        let client_secret = keeps_secret.then(|| Secret::new(secret.to_owned()));
        let token = self.tenant.issue_token(&self.tenant.all_scopes(), Duration::from_secs(3600));
        let now = SystemTime::now();
        Session {
            domain: Domain::parse(self.tenant.domain()).unwrap(),
            kind: Kind::ClientCredentials { client_id: client_id.to_owned(), client_secret },
            access_token: Secret::new(token),
            received_at: now,
            expires_at: Some(now + Duration::from_secs(3600)),
            scopes: None,
            account: None,
            signed_in_at: now,
        }
    }

    /// The same, so long after it was received that it is due or expired.
    fn aged(session: Session, age: u64) -> Session {
        let before = |at: SystemTime| at - Duration::from_secs(age);
        let expires_at = session.expires_at.map(before);
        Session { received_at: before(session.received_at), expires_at, ..session }
    }

    async fn sign_in(&self, session: Session) {
        self.vault.write(&profile(), &session).await.unwrap();
    }

    async fn open(&self) -> Result<SessionCredentials, SessionError> {
        let trust = Trust::only(self.tenant.ca_pem()).unwrap();
        SessionCredentials::open(self.vault.clone(), profile(), trust, Redactor::default()).await
    }

    fn token_requests(&self) -> usize {
        self.tenant.requests().iter().filter(|request| request.path == "/oauth/token").count()
    }
}

async fn ask(credentials: &SessionCredentials, callers: usize) -> Vec<Result<AccessToken, String>> {
    let mut calls = JoinSet::new();
    for _ in 0..callers {
        let credentials = credentials.clone();
        calls.spawn(
            async move { credentials.access_token().await.map_err(|error| error.to_string()) },
        );
    }
    calls.join_all().await
}

#[tokio::test]
async fn a_session_that_is_valid_sends_nothing() {
    let bench = Bench::new().await;
    let credentials = bench.open().await.unwrap();
    credentials.warm().await;
    assert!(ask(&credentials, 3).await.iter().all(Result::is_ok));
    assert!(credentials.scopes().unwrap().contains(&"read:clients".to_owned()));
    assert!(bench.tenant.requests().is_empty());
    let (client_id, secret) = bench.tenant.client_credentials();
    let text = format!("{credentials:?}");
    assert!(text.contains(client_id) && !text.contains(secret), "{text}");
}

#[tokio::test]
async fn a_hundred_calls_and_two_processes_make_one_renewal() {
    for age in [3500, 7200] {
        let bench = Bench::new().await;
        bench.sign_in(Bench::aged(bench.session(true), age)).await;
        // Two processes: what they share is the vault.
        let (one, two) = (bench.open().await.unwrap(), bench.open().await.unwrap());
        let (first, second) = tokio::join!(ask(&one, 100), ask(&two, 100));
        assert!(first.iter().chain(&second).all(Result::is_ok), "{first:?} {second:?}");
        assert_eq!(bench.token_requests(), 1, "aged {age} s");
        let kept = bench.vault.read(&profile()).await.unwrap().unwrap();
        assert!(!kept.token().unwrap().is_due(SystemTime::now()), "the new token is stored");
        assert!(one.access_token().await.unwrap().header() == second[0].as_ref().unwrap().header());
    }
}

#[tokio::test]
async fn a_rejected_token_is_replaced_unless_another_process_did_that() {
    let bench = Bench::new().await;
    let (one, two) = (bench.open().await.unwrap(), bench.open().await.unwrap());
    let (first, second) = (one.access_token().await.unwrap(), two.access_token().await.unwrap());
    assert!(one.rejected(&first) && two.rejected(&second));
    let (first, second) = (one.access_token().await.unwrap(), two.access_token().await.unwrap());
    assert_eq!((first.header(), bench.token_requests()), (second.header(), 1));
    let bench = Bench::new().await;
    bench.sign_in(bench.session(false)).await;
    let credentials = bench.open().await.unwrap();
    assert!(!credentials.rejected(&credentials.access_token().await.unwrap()));
}

#[tokio::test]
async fn a_cancelled_call_does_not_lose_the_renewal() {
    let bench = Bench::new().await;
    bench.sign_in(Bench::aged(bench.session(true), 7200)).await;
    bench.tenant.faults().push(Fault::new(FaultKind::Slow { milliseconds: 200 }).times(1));
    let credentials = bench.open().await.unwrap();
    let cut = tokio::time::timeout(Duration::from_millis(50), credentials.access_token()).await;
    assert!(cut.is_err());
    credentials.settled().await;
    let kept = bench.vault.read(&profile()).await.unwrap().unwrap();
    assert!(!kept.token().unwrap().is_due(SystemTime::now()));
    assert!(credentials.access_token().await.is_ok());
    assert_eq!(bench.token_requests(), 1);
}

#[tokio::test]
async fn a_renewal_that_fails_is_harmless_while_the_token_works() {
    let bench = Bench::new().await;
    let refused = |body: &str, status| FaultKind::Body {
        status,
        content_type: "application/json".into(),
        body: body.to_owned(),
    };
    for (kind, final_, says) in [
        (FaultKind::status(503), false, "status 503"),
        (FaultKind::Reset, false, "cannot be reached"),
        (
            refused(r#"{"error":"invalid_grant"}"#, 403),
            true,
            "does not renew the sign-in of profile `acme` (invalid_grant)",
        ),
        (refused("Unauthorized", 401), false, "status 401"),
    ] {
        bench.sign_in(Bench::aged(bench.session(true), 3500)).await;
        let due = bench.open().await.unwrap();
        bench.tenant.faults().push(Fault::new(kind));
        assert!(ask(&due, 3).await.iter().all(Result::is_ok), "{says}");
        bench.sign_in(Bench::aged(bench.session(true), 7200)).await;
        let expired = bench.open().await.unwrap();
        let error = expired.access_token().await.unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains("AUTH0_"), "{error}");
        bench.tenant.faults().clear();
        let again = expired.access_token().await;
        assert_eq!(again.is_err(), final_, "{again:?}");
        // Somebody signs in: calls work again in the same process.
        bench.sign_in(bench.session(true)).await;
        assert!(expired.access_token().await.is_ok() && due.access_token().await.is_ok());
    }
}

#[tokio::test]
async fn what_cannot_be_renewed_names_the_command() {
    let bench = Bench::new().await;
    bench.sign_in(Bench::aged(bench.session(false), 3500)).await;
    let credentials = bench.open().await.unwrap();
    assert!(credentials.access_token().await.is_ok());
    bench.sign_in(Bench::aged(bench.session(false), 7200)).await;
    let error = credentials.access_token().await.unwrap_err();
    assert!(error.asks_to_sign_in());
    let (client_id, _) = bench.tenant.client_credentials();
    let command = format!(
        "`auth0-mcp init --profile acme --auth0-domain {} --auth0-client-id {client_id}`",
        bench.tenant.domain()
    );
    assert!(error.to_string().contains(&command), "{error}");
    let error = bench.open().await.unwrap_err().to_string();
    assert!(error.contains("cannot be renewed") && error.contains(&command), "{error}");
}

#[tokio::test]
async fn signing_in_and_out_reaches_a_running_server() {
    let bench = Bench::new().await;
    let credentials = bench.open().await.unwrap();
    let first = credentials.access_token().await.unwrap();

    bench.sign_in(bench.session(true)).await;
    assert_ne!(credentials.access_token().await.unwrap().header(), first.header());

    bench.vault.erase(&profile()).await.unwrap();
    for _ in 0..2 {
        let error = credentials.access_token().await.unwrap_err();
        assert!(error.to_string().contains("run `auth0-mcp init --profile acme`"), "{error}");
        assert!(error.asks_to_sign_in());
    }

    let elsewhere = Domain::parse("other.eu.auth0.com").unwrap();
    bench.sign_in(Session { domain: elsewhere, ..bench.session(true) }).await;
    let error = credentials.access_token().await.unwrap_err().to_string();
    assert!(error.contains("now signed in to other.eu.auth0.com"), "{error}");
    assert!(error.contains("restart it"), "{error}");

    bench.sign_in(bench.session(true)).await;
    assert!(credentials.access_token().await.is_ok());
    assert!(bench.tenant.requests().is_empty());
}

#[tokio::test]
async fn a_renewal_notices_that_somebody_signed_out_without_a_stamp() {
    let bench = Bench::new().await;
    bench.sign_in(Bench::aged(bench.session(true), 3500)).await;
    let credentials = bench.open().await.unwrap();
    bench.vault.erase(&profile()).await.unwrap();
    // As if the folder with the stamps were gone: nothing seems to have changed.
    credentials.0.current.lock().unwrap().stamp = bench.vault.stamp(&profile());
    for _ in 0..2 {
        let error = credentials.access_token().await.unwrap_err().to_string();
        assert!(error.contains("signed out"), "{error}");
    }
    assert!(bench.tenant.requests().is_empty());
}

#[tokio::test]
async fn scopes_are_known_and_looked_up_again_when_they_lack() {
    let bench = Bench::new().await;
    let scoped = |scopes: &[&str]| Session {
        scopes: Some(scopes.iter().map(ToString::to_string).collect()),
        ..bench.session(true)
    };
    bench.sign_in(scoped(&["read:clients"])).await;
    let credentials = bench.open().await.unwrap();
    let needed = ["read:clients".to_owned(), "read:logs".to_owned()];
    assert_eq!(credentials.lacking(&needed).await, ["read:logs"]);
    bench.sign_in(scoped(&["read:logs", "read:clients"])).await;
    assert!(credentials.lacking(&needed).await.is_empty());
    bench.vault.erase(&profile()).await.unwrap();
    assert!(credentials.lacking(&["x".to_owned()]).await.is_empty(), "the token says why");
}

#[tokio::test]
async fn a_profile_is_found_or_its_absence_explained() {
    let vault = Vault::in_memory();
    let error = resolve(&vault, None).await.unwrap_err().to_string();
    assert!(error.contains("run `auth0-mcp init`"), "{error}");
    let open = |vault: &Vault, profile| {
        SessionCredentials::open(vault.clone(), profile, Trust::system(), Redactor::default())
    };
    let error = open(&vault, profile()).await.unwrap_err().to_string();
    assert!(error.contains("init --profile acme`") && !error.contains("there is"), "{error}");

    let bench = Bench::new().await;
    bench.vault.write(&"b".parse().unwrap(), &bench.session(true)).await.unwrap();
    assert_eq!(resolve(&bench.vault, None).await.unwrap(), profile());
    let error = open(&bench.vault, "c".parse().unwrap()).await.unwrap_err().to_string();
    assert!(error.contains("; there is `acme`, `b`"), "{error}");
    bench.vault.erase(&profile()).await.unwrap();
    let error = resolve(&bench.vault, None).await.unwrap_err().to_string();
    assert!(error.contains("--profile (`b`)"), "{error}");
}
