//! Access tokens: given out, looked up, compared with the scopes of an operation.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::ApiError;
use crate::ids;

/// The scopes of a token.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scopes(Arc<BTreeSet<String>>);

impl Scopes {
    pub(crate) fn has(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Refuses unless one of `expected` is there; an empty list expects nothing.
    pub(crate) fn require_any(&self, expected: &[impl AsRef<str>]) -> Result<(), ApiError> {
        if expected.is_empty() || expected.iter().any(|scope| self.has(scope.as_ref())) {
            return Ok(());
        }
        Err(ApiError::insufficient_scope(expected))
    }
}

impl<S: Into<String>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        Self(Arc::new(scopes.into_iter().map(Into::into).collect()))
    }
}

/// The tokens that were given out.
#[derive(Default)]
pub(crate) struct Tokens {
    issued: HashMap<String, Grant>,
}

struct Grant {
    scopes: Scopes,
    expires: SystemTime,
}

/// How many tokens are remembered before expired ones are thrown away.
const SWEEP_ABOVE: usize = 10_000;

impl Tokens {
    /// Gives out a token that has the form of a JWT; it is known by its text, not its signature.
    pub(crate) fn issue(
        &mut self,
        domain: &str,
        client_id: &str,
        scopes: Scopes,
        lifetime: Duration,
    ) -> String {
        let now = ids::unix_seconds();
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "alg": "RS256", "typ": "JWT", "kid": "local-test-tenant" }));
        let payload = part(json!({
            "iss": format!("https://{domain}/"),
            "sub": format!("{client_id}@clients"),
            "aud": format!("https://{domain}/api/v2/"),
            "iat": now,
            "exp": now + lifetime.as_secs(),
            "scope": scopes.0.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
            "gty": "client-credentials",
            "azp": client_id,
        }));
        let token = format!("{header}.{payload}.{}", ids::signature());
        if self.issued.len() > SWEEP_ABOVE {
            let now = SystemTime::now();
            self.issued.retain(|_, grant| grant.expires > now);
        }
        let grant = Grant { scopes, expires: SystemTime::now() + lifetime };
        self.issued.insert(token.clone(), grant);
        token
    }

    /// The scopes of a request, from the value of its `Authorization` header.
    pub(crate) fn authorise(&self, header: Option<&str>) -> Result<Scopes, ApiError> {
        let header = header.ok_or_else(ApiError::missing_authentication)?;
        let token = bearer(header).ok_or_else(ApiError::malformed_authentication)?;
        match self.issued.get(token) {
            Some(grant) if grant.expires > SystemTime::now() => Ok(grant.scopes.clone()),
            _ => Err(ApiError::invalid_token()),
        }
    }

    /// Makes every token unknown.
    pub(crate) fn revoke_all(&mut self) {
        self.issued.clear();
    }
}

/// The token of a well-formed header: the right scheme and three parts.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    let jwt = token.split('.').filter(|part| !part.is_empty()).count() == 3
        && token.matches('.').count() == 2;
    (scheme.eq_ignore_ascii_case("bearer") && jwt).then_some(token)
}
