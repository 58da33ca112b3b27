//! The one client of OAuth endpoints, shared by every grant: client credentials, refresh token, device code.
//!
//! Decisions are made on the `error` field of an answer (RFC 6749, section 5.2), not on its status, because Auth0
//! varies the statuses. The description beside it is never repeated: it may hold what was sent. Answers are
//! bounded, and every token in them is registered with the redactor before anything else is done with it.

use std::time::{Duration, SystemTime};

use reqwest::{Response, header::RETRY_AFTER};
use serde::Deserialize;

use super::{AccessToken, Domain, Https, TrustError, cause::Cause, token::NotAToken};
use crate::secret::{Redactor, Secret};

/// How often an endpoint is asked in all before giving up on a failure that may pass.
const ATTEMPTS: u32 = 3;

/// The wait before the second attempt; doubled before the third. The endpoint's `x-ratelimit-reset` is not
/// used: it lies an hour ahead while many calls remain.
const BACKOFF: Duration = Duration::from_millis(300);

/// The longest `Retry-After`, in seconds, that is waited for instead of giving up.
const LONGEST_WAIT: u32 = 5;

/// An answer of more bytes is none of OAuth.
const LONGEST_ANSWER: usize = 64 * 1024;

/// How long one exchange may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An authorization server: the tenant itself, or the one for device flow. Clones share the connection.
#[derive(Clone, Debug)]
pub struct AuthorizationServer {
    domain: Domain,
    https: Https,
    redactor: Redactor,
}

/// What a grant gives (RFC 6749, section 5.1). Prints no token.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access_token: Secret,
    /// How long it is valid, from [`received_at`](Self::received_at) on; None where the server does not say.
    pub lifetime: Option<Duration>,
    /// The `scope` of the answer; None where the server does not say.
    pub scope: Option<String>,
    /// The refresh token that goes with it, or replaces the one that was used.
    pub refresh_token: Option<Secret>,
    /// Who signed in, as a JWT (OpenID Connect), if it was asked for.
    pub id_token: Option<Secret>,
    /// When the answer came.
    pub received_at: SystemTime,
}

impl Tokens {
    /// The access token, ready to be sent.
    ///
    /// # Errors
    /// [`NotAToken`] if it cannot stand in a header. [`AuthorizationServer`] gives no such token.
    pub fn access_token(&self) -> Result<AccessToken, NotAToken> {
        let scope = self.scope.as_deref();
        AccessToken::issued(&self.access_token, self.lifetime, scope, self.received_at)
    }
}

/// Why an endpoint of OAuth gave nothing. Holds nothing of the answer but its `error` code.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OAuthError {
    /// The endpoint said no, or not yet: `authorization_pending` and `slow_down` are such answers too.
    #[error("{domain} refused (status {status}, {})", code.as_deref().unwrap_or("no error code"))]
    Refused {
        /// The authorization server.
        domain: Domain,
        /// HTTP status.
        status: u16,
        /// The `error` field, if it looks like a code: lower-case letters and underscores.
        code: Option<String>,
        /// `Retry-After`, in seconds.
        retry_after: Option<u32>,
    },
    /// No answer.
    #[error("{domain} cannot be reached: {cause}")]
    Unreachable {
        /// The authorization server.
        domain: Domain,
        /// What broke.
        cause: Cause,
    },
    /// The answer is not what OAuth says.
    #[error("{domain} gave an answer that cannot be used ({reason})")]
    Malformed {
        /// The authorization server.
        domain: Domain,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// This machine's certificates cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl OAuthError {
    /// The `error` field of the answer, if there was one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    /// How long the endpoint asks to be left alone.
    pub(super) fn retry_after(&self) -> Duration {
        match self {
            Self::Refused { retry_after: Some(seconds), .. } => {
                Duration::from_secs((*seconds).into())
            }
            _ => Duration::ZERO,
        }
    }

    /// Whether asking again soon may help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { cause, .. } => cause.may_pass(),
            Self::Refused { status: 429, code, retry_after, .. } => {
                code.as_deref() != Some("slow_down")
                    && retry_after.is_none_or(|seconds| seconds <= LONGEST_WAIT)
            }
            Self::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

impl AuthorizationServer {
    /// A client of this server. `https` must have been made for its domain.
    #[must_use]
    pub fn new(domain: Domain, https: Https, redactor: Redactor) -> Self {
        Self { domain, https, redactor }
    }

    /// The server's host.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The register of secrets, for what an endpoint gives besides tokens.
    pub(super) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Asks for tokens; again, twice at most, after a failure that may pass.
    ///
    /// # Errors
    /// The last [`OAuthError`].
    pub async fn tokens(&self, form: &[(&str, &str)]) -> Result<Tokens, OAuthError> {
        let mut backoff = BACKOFF;
        for _ in 1..ATTEMPTS {
            let asked_to_wait = match self.tokens_once(form).await {
                Err(error) if error.may_pass() => {
                    tracing::debug!("trying again: {error}");
                    error.retry_after()
                }
                settled => return settled,
            };
            let wait = backoff.mul_f64(1.0 + fastrand::f64() / 2.0).max(asked_to_wait);
            tokio::time::sleep(wait).await;
            backoff *= 2;
        }
        self.tokens_once(form).await
    }

    /// Asks for tokens once: polling for a device code has waits of its own.
    ///
    /// # Errors
    /// [`OAuthError`], also for `authorization_pending` and its like.
    pub async fn tokens_once(&self, form: &[(&str, &str)]) -> Result<Tokens, OAuthError> {
        let body = self.post("/oauth/token", form).await?;
        self.read(&body)
    }

    /// Ends a refresh token (RFC 7009). One that is unknown or ended already is a success, as the RFC wants it.
    ///
    /// # Errors
    /// [`OAuthError`]
    pub async fn revoke(&self, client_id: &str, refresh_token: &Secret) -> Result<(), OAuthError> {
        let form = [("client_id", client_id), ("token", refresh_token.expose())];
        self.post("/oauth/revoke", &form).await.map(drop)
    }

    /// Posts a form to an endpoint such as `/oauth/device/code` and gives the body of a success, whatever it is.
    ///
    /// # Errors
    /// [`OAuthError`] for any other status than 2xx, or no answer.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Secret, OAuthError> {
        let domain = &self.domain;
        let request = self.https.client().await?.post(format!("https://{domain}{path}"));
        let sent = request.form(form).timeout(TIMEOUT).send().await;
        let unreachable =
            |error| OAuthError::Unreachable { domain: domain.clone(), cause: Cause::of(&error) };
        let mut response = sent.map_err(unreachable)?;
        let body = bounded(&mut response).await.map_err(unreachable)?;
        let status = response.status();
        tracing::debug!(status = status.as_u16(), "POST {path}");
        if !status.is_success() {
            return Err(self.refused(status.as_u16(), retry_after(&response), &body));
        }
        let text = String::from_utf8(body).map_err(|_| self.malformed("not the JSON of OAuth"))?;
        Ok(Secret::new(text))
    }

    /// What an error answer says. Only a code that looks like one is repeated.
    fn refused(&self, status: u16, retry_after: Option<u32>, body: &[u8]) -> OAuthError {
        let is_code = |code: &String| {
            (1..=60).contains(&code.len())
                && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        let answer = serde_json::from_slice::<Refusal>(body).ok();
        let code = answer.map(|refusal| refusal.error).filter(is_code);
        OAuthError::Refused { domain: self.domain.clone(), status, code, retry_after }
    }

    fn read(&self, body: &Secret) -> Result<Tokens, OAuthError> {
        let answer: Answer = serde_json::from_str(body.expose())
            .map_err(|_| self.malformed("not the JSON of RFC 6749"))?;
        let tokens = Tokens {
            access_token: Secret::new(answer.access_token),
            lifetime: answer.expires_in.map(Duration::from_secs),
            scope: answer.scope,
            refresh_token: answer.refresh_token.map(Secret::new),
            id_token: answer.id_token.map(Secret::new),
            received_at: SystemTime::now(),
        };
        let secrets = [Some(&tokens.access_token), tokens.refresh_token.as_ref()];
        secrets.into_iter().flatten().for_each(|secret| self.redactor.add(secret));
        tokens.id_token.iter().for_each(|secret| self.redactor.add(secret));
        if !answer.token_type.eq_ignore_ascii_case("bearer") {
            return Err(self.malformed("its token_type is not Bearer"));
        }
        match tokens.access_token() {
            Ok(_) => Ok(tokens),
            Err(NotAToken) => Err(self.malformed("its access_token cannot be sent")),
        }
    }

    fn malformed(&self, reason: &'static str) -> OAuthError {
        OAuthError::Malformed { domain: self.domain.clone(), reason }
    }
}

/// RFC 6749, section 5.1.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: String,
    expires_in: Option<u64>,
    scope: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The body, or its beginning if it is longer than any answer of OAuth.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Trust;

    fn server(redactor: &Redactor) -> AuthorizationServer {
        let domain = Domain::parse("x.eu.auth0.com").unwrap();
        let https = Https::new(Trust::system(), &domain);
        AuthorizationServer::new(domain, https, redactor.clone())
    }

    #[test]
    fn tokens_are_read_and_registered() {
        let redactor = Redactor::default();
        let body = r#"{"access_token":"opaque-s3cr3t","expires_in":86400,"token_type":"bearer","scope":"a b","refresh_token":"refresh-s3cr3t","id_token":"id-token-s3cr3t"}"#;
        let tokens = server(&redactor).read(&Secret::new(body.into())).unwrap();
        let token = tokens.access_token().unwrap();
        assert_eq!(token.scopes().unwrap(), ["a", "b"]);
        assert!(token.expires_at().unwrap() > SystemTime::now() + Duration::from_secs(86_000));
        let redacted = redactor.redact("opaque-s3cr3t refresh-s3cr3t id-token-s3cr3t").into_owned();
        assert_eq!(redacted, "[REDACTED] [REDACTED] [REDACTED]");
        assert!(!format!("{tokens:?}").contains("s3cr3t"));
    }

    #[test]
    fn answers_that_hold_no_token_repeat_nothing() {
        for (body, says) in [
            (r#"{"access_token":"s3cr3t"}"#, "not the JSON"),
            ("<html>s3cr3t", "not the JSON"),
            ("[]", "not the JSON"),
            (r#"{"access_token":"s3cr3t\n","token_type":"Bearer"}"#, "cannot be sent"),
            (r#"{"access_token":"s3cr3t","token_type":"mac"}"#, "not Bearer"),
        ] {
            let error = server(&Redactor::default()).read(&Secret::new(body.into())).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(says) && !text.contains("s3cr3t"), "{text}");
            assert!(!error.may_pass(), "{error}");
        }
    }

    #[test]
    fn the_error_field_decides_and_only_codes_are_repeated() {
        let server = server(&Redactor::default());
        for (status, retry_after, body, code, may_pass) in [
            (
                403,
                None,
                r#"{"error":"authorization_pending"}"#,
                Some("authorization_pending"),
                false,
            ),
            (429, Some(1), r#"{"error":"slow_down"}"#, Some("slow_down"), false),
            (429, Some(1), r#"{"error":"too_many_requests"}"#, Some("too_many_requests"), true),
            (429, Some(60), r#"{"error":"too_many_requests"}"#, Some("too_many_requests"), false),
            (429, None, "", None, true),
            (400, None, r#"{"error":"S3cr3t s3cr3t","error_description":"s3cr3t"}"#, None, false),
            (503, None, "<html>s3cr3t", None, true),
        ] {
            let error = server.refused(status, retry_after, body.as_bytes());
            assert_eq!((error.code(), error.may_pass()), (code, may_pass), "{body}");
            assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error}");
        }
    }
}
