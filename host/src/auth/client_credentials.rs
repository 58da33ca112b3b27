//! A client id and secret exchanged for access tokens (RFC 6749, section 4.4).
//!
//! Decisions are made on the `error` field of an answer, not on its status, because Auth0 varies the
//! statuses. The description beside it is never repeated: it may hold what was sent.

use std::time::{Duration, SystemTime};

use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use serde::Deserialize;

use super::{
    AccessToken, CredentialError, Credentials, Domain, Https, Pending, cause::Cause,
    renewal::Renewal,
};
use crate::secret::{Redactor, Secret};

/// How often the token endpoint is asked in all before giving up on a failure that may pass.
const ATTEMPTS: u32 = 3;

/// The wait before the second attempt; doubled before the third. The endpoint's `x-ratelimit-reset` is not
/// used: it lies an hour ahead while many calls remain.
const BACKOFF: Duration = Duration::from_millis(300);

/// An answer longer than this is not a token.
const LONGEST_ANSWER: usize = 64 * 1024;

/// How long one exchange may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A machine-to-machine application of the tenant.
#[derive(Debug)]
pub struct ClientCredentials {
    domain: Domain,
    client_id: String,
    client_secret: Secret,
    https: Https,
    redactor: Redactor,
    renewal: Renewal,
}

impl ClientCredentials {
    /// Takes the application's id and secret; nothing is sent before the first call. Tokens are registered
    /// with the redactor as they come.
    #[must_use]
    pub fn new(
        domain: Domain,
        client_id: String,
        client_secret: Secret,
        https: Https,
        redactor: Redactor,
    ) -> Self {
        redactor.pin(&client_secret);
        Self { domain, client_id, client_secret, https, redactor, renewal: Renewal::default() }
    }

    async fn exchange(&self) -> Result<AccessToken, CredentialError> {
        let mut wait = BACKOFF;
        for _ in 1..ATTEMPTS {
            match self.attempt().await {
                Err(error) if may_pass(&error) => tracing::debug!("trying again: {error}"),
                settled => return settled,
            }
            tokio::time::sleep(wait.mul_f64(1.0 + fastrand::f64() / 2.0)).await;
            wait *= 2;
        }
        self.attempt().await
    }

    async fn attempt(&self) -> Result<AccessToken, CredentialError> {
        let domain = &self.domain;
        let audience = domain.audience();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose()),
            ("audience", &audience),
        ];
        let request = self.https.client().await?.post(format!("https://{domain}/oauth/token"));
        let sent = request.form(&form).timeout(TIMEOUT).send().await;
        let unreachable = |error| CredentialError::Unreachable {
            domain: domain.clone(),
            cause: Cause::of(&error),
        };
        let mut response = sent.map_err(unreachable)?;
        let body = bounded(&mut response).await.map_err(unreachable)?;
        tracing::debug!(status = response.status().as_u16(), "POST oauth/token");
        self.read(response.status(), retry_after(&response), &body)
    }

    fn read(
        &self,
        status: StatusCode,
        retry_after: Option<u32>,
        body: &[u8],
    ) -> Result<AccessToken, CredentialError> {
        if !status.is_success() {
            return Err(refusal(&self.domain, status, retry_after, body));
        }
        let malformed = |reason| CredentialError::Malformed { domain: self.domain.clone(), reason };
        let answer: Answer =
            serde_json::from_slice(body).map_err(|_| malformed("not the JSON of RFC 6749"))?;
        let secret = Secret::new(answer.access_token);
        self.redactor.add(&secret);
        if !answer.token_type.eq_ignore_ascii_case("bearer") {
            return Err(malformed("its token_type is not Bearer"));
        }
        let lifetime = answer.expires_in.map(Duration::from_secs);
        AccessToken::issued(&secret, lifetime, answer.scope.as_deref(), SystemTime::now())
            .map_err(|_| malformed("its access_token cannot be sent"))
    }
}

impl Credentials for ClientCredentials {
    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn access_token(&self) -> Pending<'_, Result<AccessToken, CredentialError>> {
        Box::pin(self.renewal.token(|| self.exchange()))
    }

    fn rejected(&self, token: &AccessToken) -> bool {
        self.renewal.reject(token)
    }

    fn scopes(&self) -> Option<Vec<String>> {
        self.renewal.held()?.scopes().map(<[_]>::to_vec)
    }

    fn expires_at(&self) -> Option<SystemTime> {
        self.renewal.held()?.expires_at()
    }
}

/// RFC 6749, section 5.1.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: String,
    expires_in: Option<u64>,
    scope: Option<String>,
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The body, or its beginning if it is longer than any answer of this endpoint.
async fn bounded(response: &mut Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            break;
        }
    }
    Ok(body)
}

fn retry_after(response: &Response) -> Option<u32> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// What an error answer means. Only a code that looks like one is repeated.
fn refusal(
    domain: &Domain,
    status: StatusCode,
    retry_after: Option<u32>,
    body: &[u8],
) -> CredentialError {
    let is_code = |code: &String| {
        (1..=60).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    let code =
        serde_json::from_slice(body).ok().map(|refusal: Refusal| refusal.error).filter(is_code);
    let domain = domain.clone();
    match (code.as_deref(), status) {
        (Some("invalid_client"), _) | (None, StatusCode::UNAUTHORIZED) => {
            CredentialError::InvalidClient(domain)
        }
        (Some(code @ ("access_denied" | "unauthorized_client")), _) => {
            CredentialError::NotAuthorized { domain, code: code.into() }
        }
        (_, StatusCode::TOO_MANY_REQUESTS) => {
            CredentialError::RateLimited { domain, seconds: retry_after.unwrap_or(5).max(1) }
        }
        (code, _) => {
            let code = code.unwrap_or("no error code").to_owned();
            CredentialError::Refused { domain, status: status.as_u16(), code }
        }
    }
}

/// Whether asking again soon may help. Asking for a token changes nothing at the tenant.
fn may_pass(error: &CredentialError) -> bool {
    match error {
        CredentialError::Unreachable { cause, .. } => cause.may_pass(),
        CredentialError::RateLimited { seconds, .. } => *seconds <= 5,
        CredentialError::Refused { status, .. } => *status >= 500,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Trust;

    fn credentials(redactor: &Redactor) -> ClientCredentials {
        let domain = Domain::parse("x.eu.auth0.com").unwrap();
        let https = Https::new(Trust::system(), &domain);
        ClientCredentials::new(
            domain,
            "id".into(),
            Secret::new("client-s3cr3t".into()),
            https,
            redactor.clone(),
        )
    }

    #[test]
    fn a_token_is_read_and_registered() {
        let redactor = Redactor::default();
        let credentials = credentials(&redactor);
        let body = br#"{"access_token":"opaque-s3cr3t","expires_in":86400,"token_type":"bearer","scope":"a b"}"#;
        let token = credentials.read(StatusCode::OK, None, body).unwrap();
        assert_eq!(token.scopes().unwrap(), ["a", "b"]);
        assert!(token.expires_at().unwrap() > SystemTime::now() + Duration::from_secs(86_000));
        assert_eq!(redactor.redact("opaque-s3cr3t client-s3cr3t"), "[REDACTED] [REDACTED]");
        assert!(!format!("{credentials:?}").contains("s3cr3t"));
    }

    #[test]
    fn errors_say_what_to_do_and_repeat_nothing() {
        let credentials = credentials(&Redactor::default());
        for (status, body, says) in [
            (
                401,
                r#"{"error":"invalid_client","error_description":"s3cr3t"}"#,
                "check AUTH0_CLIENT_ID",
            ),
            (401, "Unauthorized s3cr3t", "check AUTH0_CLIENT_ID"),
            (
                403,
                r#"{"error":"access_denied","error_description":"s3cr3t"}"#,
                "authorize it in the Auth0 Dashboard",
            ),
            (400, r#"{"error":"unauthorized_client"}"#, "(unauthorized_client)"),
            (429, r#"{"error":"too_many_requests"}"#, "try again in 7 s"),
            (400, r#"{"error":"invalid_request"}"#, "(status 400, invalid_request)"),
            (400, r#"{"error":"S3cr3t s3cr3t"}"#, "(status 400, no error code)"),
            (503, "<html>s3cr3t", "(status 503, no error code)"),
            (200, r#"{"access_token":"x"}"#, "not the JSON"),
            (200, "<html>s3cr3t", "not the JSON"),
            (200, r#"{"access_token":"s3cr3t\n","token_type":"Bearer"}"#, "cannot be sent"),
            (200, r#"{"access_token":"s3cr3t","token_type":"mac"}"#, "not Bearer"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let error = credentials.read(status, Some(7), body.as_bytes()).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(says) && !text.contains("s3cr3t"), "{text}");
            assert_eq!(may_pass(&error), status == 503, "{error}");
        }
    }
}
