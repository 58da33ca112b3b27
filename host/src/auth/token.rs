//! An access token and what can be read from it.
//!
//! The claims of a JWT are read without checking its signature. That is fine: the tenant checks it on every
//! request, and here they only decide when to ask for a new token and which advice to give.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::Value;

use crate::secret::Secret;

/// A renewable token is renewed this long before it expires, or after half its life if it lives shorter.
pub const RENEWAL_BUFFER: Duration = Duration::from_secs(300);

/// How much this machine's clock may be ahead: a token is called expired only so long after its `exp`. In
/// between the tenant decides.
pub const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// The longest token that is sent, in bytes. Servers refuse longer headers.
pub const LONGEST: usize = 16 * 1024;

/// A bearer token, ready to be sent. Does not print; clones are cheap.
#[derive(Clone)]
pub struct AccessToken(Arc<Inner>);

struct Inner {
    header: HeaderValue,
    claims: Claims,
    renew_at: Option<SystemTime>,
}

/// Why a text is no bearer token. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be one line of visible ASCII characters without spaces, at most 16 kB, and without the word `Bearer`"
)]
pub struct NotAToken;

impl AccessToken {
    /// Takes a token as the operator or the token endpoint gave it. Expiry and scopes come from its claims
    /// if it is a JWT; any other token counts as valid until the tenant says otherwise.
    ///
    /// # Errors
    /// [`NotAToken`] if it cannot stand in an `Authorization` header.
    pub fn new(text: &Secret, now: SystemTime) -> Result<Self, NotAToken> {
        Self::with_claims(text, Claims::of(text.expose()).unwrap_or_default(), now)
    }

    /// As [`new`](Self::new), where the token endpoint said lifetime and scopes: its word goes before the
    /// claims, because the lifetime does not depend on this machine's clock.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn issued(
        text: &Secret,
        lifetime: Option<Duration>,
        scope: Option<&str>,
        now: SystemTime,
    ) -> Result<Self, NotAToken> {
        let mut claims = Claims::of(text.expose()).unwrap_or_default();
        if let Some(expires_at) = lifetime.and_then(|lifetime| now.checked_add(lifetime)) {
            claims.expires_at = Some(expires_at);
        }
        if let Some(scope) = scope {
            claims.scopes = Some(words(scope).into());
        }
        Self::with_claims(text, claims, now)
    }

    fn with_claims(text: &Secret, claims: Claims, now: SystemTime) -> Result<Self, NotAToken> {
        let text = text.expose();
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(NotAToken);
        }
        let mut header = HeaderValue::try_from(format!("Bearer {text}")).map_err(|_| NotAToken)?;
        header.set_sensitive(true);
        let renew_at = claims.expires_at.map(|expires_at| {
            let left = expires_at.duration_since(now).unwrap_or_default();
            expires_at.checked_sub(RENEWAL_BUFFER.min(left / 2)).unwrap_or(expires_at)
        });
        Ok(Self(Arc::new(Inner { header, claims, renew_at })))
    }

    /// The value of the `Authorization` header, marked as sensitive.
    #[must_use]
    pub fn header(&self) -> &HeaderValue {
        &self.0.header
    }

    /// When it expires, where that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.claims.expires_at
    }

    /// What it may do: the `scope` words, or the `permissions` of a token under role-based access control.
    #[must_use]
    pub fn scopes(&self) -> Option<&[String]> {
        self.0.claims.scopes.as_deref()
    }

    /// The same, to keep.
    #[must_use]
    pub fn shared_scopes(&self) -> Option<Arc<[String]>> {
        self.0.claims.scopes.clone()
    }

    /// The audiences it was made for; empty where it does not say.
    #[must_use]
    pub fn audience(&self) -> &[String] {
        &self.0.claims.audience
    }

    /// Whom it was given to, by the `sub` claim; None where it does not say.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.0.claims.subject.as_deref()
    }

    /// Whether it has expired beyond what a wrong clock explains.
    #[must_use]
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_at().is_some_and(|at| at.checked_add(CLOCK_SKEW).is_some_and(|at| now >= at))
    }

    /// Whether it is time to get a new one.
    #[must_use]
    pub fn is_due(&self, now: SystemTime) -> bool {
        self.0.renew_at.is_some_and(|at| now >= at)
    }

    /// Whether both are clones of one token.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

/// What we read from a JWT.
#[derive(Default)]
struct Claims {
    expires_at: Option<SystemTime>,
    scopes: Option<Arc<[String]>>,
    audience: Vec<String>,
    subject: Option<String>,
}

/// The claims as they are written. Each is read leniently: a token that is odd in one is still a token.
#[derive(Deserialize)]
struct Payload {
    exp: Option<Value>,
    scope: Option<Value>,
    permissions: Option<Value>,
    aud: Option<Value>,
    sub: Option<Value>,
}

impl Claims {
    /// The claims of a signed JWT (RFC 7519): three parts, the second one base64url of a JSON object.
    fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let payload: Payload = serde_json::from_slice(&payload).ok()?;
        Some(Self {
            expires_at: payload.exp.as_ref().and_then(Value::as_f64).and_then(instant),
            scopes: scopes(payload.scope.as_ref(), payload.permissions.as_ref()).map(Arc::from),
            audience: payload.aud.as_ref().map(strings).unwrap_or_default(),
            subject: payload.sub.as_ref().and_then(Value::as_str).map(str::to_owned),
        })
    }
}

/// NumericDate of RFC 7519, section 2: seconds since 1970, fractions allowed.
fn instant(seconds: f64) -> Option<SystemTime> {
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn scopes(scope: Option<&Value>, permissions: Option<&Value>) -> Option<Vec<String>> {
    let mut all =
        scope.map(|scope| strings(scope).iter().flat_map(|scope| words(scope)).collect::<Vec<_>>());
    if let Some(permissions) = permissions {
        all.get_or_insert_default().extend(strings(permissions));
    }
    let mut all = all?;
    all.sort();
    all.dedup();
    Some(all)
}

fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// A string, or the strings of an array: `aud` may be either.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A JWT with this payload and a signature that nobody checks.
    pub(crate) fn jwt(payload: &Value) -> Secret {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        Secret::new(format!("{}.{}.c2lnbmF0dXJl", part(&json!({"alg": "RS256"})), part(payload)))
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn claims_are_read_leniently() {
        for (payload, expires_at, scopes, audience) in [
            (
                json!({"exp": 1000, "scope": "b a", "aud": "x"}),
                Some(at(1000)),
                Some(vec!["a", "b"]),
                vec!["x"],
            ),
            (json!({"exp": 1000.0, "aud": ["x", "y", 1]}), Some(at(1000)), None, vec!["x", "y"]),
            (json!({"permissions": ["p", "a"], "scope": "a"}), None, Some(vec!["a", "p"]), vec![]),
            (json!({"exp": "soon", "scope": ""}), None, Some(vec![]), vec![]),
            (json!({"exp": -1}), None, None, vec![]),
            (json!({"exp": 1e300}), None, None, vec![]),
            (json!([]), None, None, vec![]),
        ] {
            let token = AccessToken::new(&jwt(&payload), at(0)).unwrap();
            assert_eq!(token.expires_at(), expires_at, "{payload}");
            assert_eq!(
                token.scopes().map(<[_]>::to_vec),
                scopes.map(|s| s.iter().map(ToString::to_string).collect())
            );
            assert_eq!(token.audience(), audience);
        }
        for opaque in ["opaque", "a.b.c", "..", "eyJ.eyJ", "a.b.c.d.e"] {
            let token = AccessToken::new(&Secret::new(opaque.into()), at(0)).unwrap();
            assert!(token.expires_at().is_none() && !token.is_expired(at(u32::MAX.into())));
        }
    }

    #[test]
    fn expiry_has_a_buffer_and_a_skew() {
        // (lifetime, second at which it is due, second at which it is expired)
        for (lifetime, due, expired) in
            [(86_400, 86_100, 86_430), (600, 300, 630), (60, 30, 90), (0, 0, 30)]
        {
            let secret = Secret::new("opaque-token".into());
            let lifetime = Duration::from_secs(lifetime);
            let token = AccessToken::issued(&secret, Some(lifetime), Some("a b"), at(0)).unwrap();
            assert_eq!(token.scopes().unwrap(), ["a", "b"]);
            assert!(token.is_due(at(due)) && (due == 0 || !token.is_due(at(due - 1))));
            assert!(token.is_expired(at(expired)) && !token.is_expired(at(expired - 1)));
        }
    }

    #[test]
    fn only_header_safe_tokens_are_taken_and_none_prints() {
        for bad in ["", "Bearer x", "a\nb", "a b", "\u{e4}", &"x".repeat(LONGEST + 1)] {
            assert!(AccessToken::new(&Secret::new(bad.into()), at(0)).is_err(), "{bad}");
        }
        let token = AccessToken::new(&Secret::new("s3cr3t-token".into()), at(0)).unwrap();
        assert!(!format!("{token:?} {:?}", token.header()).contains("s3cr3t"));
        assert_eq!(token.header().to_str().unwrap(), "Bearer s3cr3t-token");
    }
}
