//! The device authorization flow (RFC 8628): a code that a person confirms in a browser, on any device.
//!
//! Where Auth0 differs from the RFC the `error` field decides, never the status. How often the server is asked is
//! its own choice (`interval`, `slow_down`); how long is the code's (`expires_in`).

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::{
    AccessToken, Domain,
    oauth::{AuthorizationServer, OAuthError, Tokens},
    scopes::RENEWAL,
};
use crate::secret::Secret;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The path of the Management API, by which its audience is known among others.
const MANAGEMENT_PATH: &str = "/api/v2/";

/// How long to wait between two questions where the server does not say (RFC 8628, section 3.2).
const INTERVAL: Duration = Duration::from_secs(5);

/// What each `slow_down` adds (section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// So many failures in a row are a lasting loss; one or two are a train in a tunnel.
const FAILURES: u32 = 3;

/// No wait between two questions is longer, whatever the server says.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Where people sign in, and as which client.
#[derive(Clone, Debug)]
pub struct DeviceFlow {
    /// The server.
    pub server: AuthorizationServer,
    /// The public client there.
    pub client_id: String,
    /// What the token is for.
    pub audience: String,
}

/// A code that waits to be confirmed.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    device_code: Secret,
    /// What the person types: letters, digits and hyphens.
    pub user_code: String,
    /// Where, as an https URL.
    pub address: String,
    /// The same with the code in it, if the server gives one.
    pub complete_address: Option<String>,
    /// How long the code is valid.
    pub lifetime: Duration,
    interval: Duration,
    started: Instant,
}

/// Why nobody is signed in. The operator reads it; nothing was written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeviceFlowError {
    /// The person said no.
    #[error(
        "the sign-in was denied in the browser: nothing was written; run `auth0-mcp init` again to retry"
    )]
    Denied,
    /// Nobody said anything.
    #[error(
        "the code expired before anybody confirmed it: nothing was written; run `auth0-mcp init` again for a new one"
    )]
    Expired,
    /// The network went away and did not come back.
    #[error(
        "the connection was lost while waiting for the confirmation ({0}): nothing was written; run `auth0-mcp init` again when the network is back"
    )]
    Lost(OAuthError),
    /// The server cannot be reached at all.
    #[error("{0}: nothing was written")]
    Unreachable(OAuthError),
    /// The server says no for another reason.
    #[error(
        "{domain} does not sign this program in ({code}): nothing was written; check --device-domain, --device-client-id and --device-audience if you set them"
    )]
    Refused {
        /// The server.
        domain: Domain,
        /// The `error` field of its answer.
        code: String,
    },
    /// An answer that is not what OAuth says.
    #[error("{0}: nothing was written")]
    Malformed(OAuthError),
    /// The token is for no tenant.
    #[error(
        "{0} gave a token that is for no Auth0 tenant: nothing was written; the account may have no tenant, or --device-audience is not that of a Management API"
    )]
    NoTenant(Domain),
    /// The person picked another tenant than the one that was asked for.
    #[error(
        "this sign-in is for {found}, not for {wanted}: nothing was written; run it again and pick {wanted}, or change --tenant"
    )]
    WrongTenant {
        /// `--tenant`.
        wanted: Domain,
        /// That of the token.
        found: Domain,
    },
}

impl DeviceFlow {
    /// Asks for a code. The scopes are those of the API; the one for renewal is added.
    ///
    /// # Errors
    /// [`DeviceFlowError`]
    pub async fn start(&self, scopes: &[String]) -> Result<DeviceCode, DeviceFlowError> {
        let scope =
            scopes.iter().map(String::as_str).chain([RENEWAL]).collect::<Vec<_>>().join(" ");
        let form =
            [("client_id", &*self.client_id), ("scope", &scope), ("audience", &self.audience)];
        let started = Instant::now();
        let body = self.server.post("/oauth/device/code", &form).await;
        let body = body.map_err(|error| self.failed(error))?;
        let malformed = |reason| {
            let domain = self.server.domain().clone();
            DeviceFlowError::Malformed(OAuthError::Malformed { domain, reason })
        };
        let answer: Answer = serde_json::from_str(body.expose())
            .map_err(|_| malformed("not the JSON of RFC 8628"))?;
        let device_code = Secret::new(answer.device_code);
        self.server.redactor().add(&device_code);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let fits = (1..=40).contains(&answer.user_code.len());
        if !fits || !answer.user_code.chars().all(is_plain) {
            return Err(malformed("its user_code cannot be shown"));
        }
        let address = page(&answer.verification_uri)
            .ok_or_else(|| malformed("its verification_uri is no https address"))?;
        Ok(DeviceCode {
            device_code,
            user_code: answer.user_code,
            address,
            complete_address: answer.verification_uri_complete.as_deref().and_then(page),
            lifetime: Duration::from_secs(answer.expires_in),
            interval: answer.interval.map_or(INTERVAL, Duration::from_secs),
            started,
        })
    }

    /// Asks until somebody has decided, the code expires or the connection is lost.
    ///
    /// # Errors
    /// [`DeviceFlowError`]
    pub async fn finish(&self, code: &DeviceCode) -> Result<Tokens, DeviceFlowError> {
        let form = [
            ("grant_type", GRANT),
            ("client_id", &self.client_id),
            ("device_code", code.device_code.expose()),
        ];
        let mut pace = Pace::new(code.interval);
        let mut wait = pace.interval;
        loop {
            let left = code.lifetime.saturating_sub(code.started.elapsed());
            sleep(wait.min(left)).await;
            if wait >= left {
                return Err(DeviceFlowError::Expired);
            }
            match self.server.tokens_once(&form).await {
                Ok(tokens) => return Ok(tokens),
                Err(error) => wait = pace.after(error)?,
            }
        }
    }

    /// A failure to begin with.
    fn failed(&self, error: OAuthError) -> DeviceFlowError {
        match error {
            OAuthError::Unreachable { .. } | OAuthError::Trust(_) => {
                DeviceFlowError::Unreachable(error)
            }
            OAuthError::Malformed { .. } => DeviceFlowError::Malformed(error),
            OAuthError::Refused { ref domain, status, ref code, .. } => {
                refused(domain, status, code)
            }
        }
    }
}

fn refused(domain: &Domain, status: u16, code: &Option<String>) -> DeviceFlowError {
    let code = code.clone().unwrap_or_else(|| format!("status {status}"));
    DeviceFlowError::Refused { domain: domain.clone(), code }
}

/// How often the server is asked.
#[derive(Debug)]
struct Pace {
    interval: Duration,
    failures: u32,
}

impl Pace {
    /// An interval of zero would be a busy loop.
    fn new(interval: Duration) -> Self {
        Self { interval: interval.clamp(Duration::from_secs(1), LONGEST_WAIT), failures: 0 }
    }

    /// How long to wait after an answer that holds no token, or why to stop.
    fn after(&mut self, error: OAuthError) -> Result<Duration, DeviceFlowError> {
        match error.code() {
            Some("authorization_pending") => self.failures = 0,
            Some("slow_down") => {
                self.failures = 0;
                self.interval = (self.interval + SLOWER).min(LONGEST_WAIT);
            }
            Some("access_denied") => return Err(DeviceFlowError::Denied),
            // Auth0 says `expired_token` once and knows the code no more after that.
            Some("expired_token" | "invalid_grant") => return Err(DeviceFlowError::Expired),
            _ if error.may_pass() => {
                self.failures += 1;
                if self.failures >= FAILURES {
                    return Err(DeviceFlowError::Lost(error));
                }
                tracing::debug!("asking again: {error}");
                // Section 3.5: after a failure the server is asked less often.
                let backoff = self.interval * 2u32.pow(self.failures);
                return Ok(backoff.max(error.retry_after()).min(LONGEST_WAIT));
            }
            _ => return Err(lasting(error)),
        }
        Ok(self.interval)
    }
}

/// A failure that no waiting mends.
fn lasting(error: OAuthError) -> DeviceFlowError {
    match &error {
        OAuthError::Refused { domain, status, code, .. } => refused(domain, *status, code),
        OAuthError::Malformed { .. } => DeviceFlowError::Malformed(error),
        OAuthError::Unreachable { .. } | OAuthError::Trust(_) => DeviceFlowError::Lost(error),
    }
}

/// The tenant that a token is for: the host of the first audience whose path is that of the Management API.
///
/// # Errors
/// [`DeviceFlowError::NoTenant`], and [`DeviceFlowError::WrongTenant`] if another one was wanted.
pub fn tenant(
    token: &AccessToken,
    server: &Domain,
    wanted: Option<&Domain>,
) -> Result<Domain, DeviceFlowError> {
    let is_management = |url: &Url| url.scheme() == "https" && url.path() == MANAGEMENT_PATH;
    let mut urls = token.audience().iter().filter_map(|audience| Url::parse(audience).ok());
    let found = urls.find(is_management).and_then(|url| host(&url));
    let found = found.ok_or_else(|| DeviceFlowError::NoTenant(server.clone()))?;
    match wanted {
        Some(wanted) if *wanted != found => {
            Err(DeviceFlowError::WrongTenant { wanted: wanted.clone(), found })
        }
        _ => Ok(found),
    }
}

fn host(url: &Url) -> Option<Domain> {
    let host = url.host_str()?;
    let authority = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
    Domain::parse(&authority).ok()
}

/// An address that may be shown and opened: https, and without a name or password that could deceive.
fn page(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none() && url.as_str().len() <= 500;
    (url.scheme() == "https" && url.has_host() && plain).then(|| url.to_string())
}

/// RFC 8628, section 3.2.
#[derive(Deserialize)]
struct Answer {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_in: u64,
    interval: Option<u64>,
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use serde_json::json;

    use super::*;
    use crate::auth::{cause::Cause, token::tests::jwt};

    fn domain(text: &str) -> Domain {
        Domain::parse(text).unwrap()
    }

    fn said(status: u16, code: &str) -> OAuthError {
        let code = Some(code.to_owned()).filter(|code| !code.is_empty());
        OAuthError::Refused { domain: domain("x.auth0.com"), status, code, retry_after: None }
    }

    fn broken(cause: Cause) -> OAuthError {
        OAuthError::Unreachable { domain: domain("x.auth0.com"), cause }
    }

    /// The waits after these answers in seconds, or the end.
    fn waits(answers: Vec<OAuthError>) -> Vec<Result<u64, String>> {
        let mut pace = Pace::new(Duration::from_secs(5));
        let text = |error: DeviceFlowError| format!("{error:?}");
        let next = |answer| pace.after(answer).map(|wait| wait.as_secs()).map_err(text);
        answers.into_iter().map(next).collect()
    }

    #[test]
    fn the_server_sets_the_pace() {
        let pending = || said(403, "authorization_pending");
        let slower = || said(429, "slow_down");
        let lost = || broken(Cause::Broken);
        let ok = |seconds: &[u64]| seconds.iter().map(|wait| Ok(*wait)).collect::<Vec<_>>();
        assert_eq!(waits(vec![pending(), pending()]), ok(&[5, 5]));
        assert_eq!(waits(vec![slower(), pending(), slower(), pending()]), ok(&[10, 10, 15, 15]));
        assert_eq!(waits(vec![lost(), pending(), lost(), lost()]), ok(&[10, 5, 10, 20]));
        assert_eq!(waits(vec![said(503, ""), said(429, ""), pending()]), ok(&[10, 20, 5]));
        // Whatever the server says, and however often.
        let last = waits((0..30).map(|_| slower()).collect()).pop();
        assert_eq!(last, Some(Ok(LONGEST_WAIT.as_secs())));
        assert_eq!(Pace::new(Duration::ZERO).interval, Duration::from_secs(1));
    }

    #[test]
    fn each_end_has_its_own_reason() {
        for (answers, says) in [
            (vec![said(403, "access_denied")], "Denied"),
            (vec![said(403, "expired_token")], "Expired"),
            (vec![said(403, "invalid_grant")], "Expired"),
            (vec![said(401, "invalid_client")], "Refused"),
            (vec![said(400, "")], "status 400"),
            (vec![broken(Cause::Untrusted)], "Lost"),
            (vec![broken(Cause::Broken), broken(Cause::Dns), broken(Cause::NoNetwork)], "Lost"),
            (vec![said(503, ""), said(500, ""), said(503, "")], "Lost"),
        ] {
            let end = waits(answers).pop().unwrap().unwrap_err();
            assert!(end.contains(says), "{says}: {end}");
        }
    }

    #[test]
    fn the_tenant_is_that_of_the_first_management_audience() {
        let server = domain("auth0.auth0.com");
        for (audience, expected) in [
            (json!("https://a.eu.auth0.com/api/v2/"), Some("a.eu.auth0.com")),
            (
                json!([
                    "https://auth0.auth0.com/userinfo",
                    "https://A.eu.auth0.com/api/v2/",
                    "https://b.auth0.com/api/v2/"
                ]),
                Some("a.eu.auth0.com"),
            ),
            (json!("https://localhost:8443/api/v2/"), Some("localhost:8443")),
            (json!("https://a.auth0.com/api/v2"), None),
            (json!("https://a.auth0.com/x/api/v2/"), None),
            (json!("http://a.auth0.com/api/v2/"), None),
            (json!("https://*.auth0.com/api/v2/"), None),
            (json!("https://10.0.0.1/api/v2/"), None),
            (json!("urn:api"), None),
            (json!([]), None),
        ] {
            let secret = jwt(&json!({ "aud": audience }));
            let token = AccessToken::new(&secret, SystemTime::now()).unwrap();
            let found = tenant(&token, &server, None).ok().map(|domain| domain.to_string());
            assert_eq!(found.as_deref(), expected, "{audience}");
        }
        let secret = jwt(&json!({ "aud": "https://a.auth0.com/api/v2/" }));
        let token = AccessToken::new(&secret, SystemTime::now()).unwrap();
        let wanted = |text: &str| tenant(&token, &server, Some(&domain(text)));
        assert!(wanted("a.auth0.com").is_ok());
        let text = wanted("b.auth0.com").unwrap_err().to_string();
        assert!(text.contains("for a.auth0.com, not for b.auth0.com"), "{text}");
    }

    #[test]
    fn only_https_pages_are_shown() {
        for (text, shown) in [
            ("https://x.auth0.com/activate", true),
            ("https://x.auth0.com/activate?user_code=AB-CD", true),
            ("http://x.auth0.com/activate", false),
            ("https://user@x.auth0.com/activate", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("activate", false),
        ] {
            assert_eq!(page(text).is_some(), shown, "{text}");
        }
        let odd = page("https://x.auth0.com/a\u{1b}[2J\n").unwrap();
        assert!(odd.chars().all(|c| c.is_ascii_graphic()), "{odd}");
    }
}
