//! Access tokens: given out, looked up, compared with the scopes of an operation.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

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

/// What a token says about itself.
pub(crate) struct Claims {
    /// The URL of the tenant that signed it.
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// One URL or a list of them.
    pub(crate) audience: Value,
    pub(crate) client_id: String,
    /// The grant, where Auth0 names it.
    pub(crate) gty: Option<&'static str>,
    pub(crate) scope: String,
}

impl Claims {
    /// The claims of a machine-to-machine application.
    pub(crate) fn of_machine(domain: &str, client_id: &str, scope: String) -> Self {
        Self {
            issuer: format!("https://{domain}/"),
            subject: format!("{client_id}@clients"),
            audience: format!("https://{domain}/api/v2/").into(),
            client_id: client_id.to_owned(),
            gty: Some("client-credentials"),
            scope,
        }
    }

    fn payload(&self, lifetime: Duration) -> Value {
        let now = ids::unix_seconds();
        let mut payload = json!({
            "iss": self.issuer,
            "sub": self.subject,
            "aud": self.audience,
            "iat": now,
            "exp": now + lifetime.as_secs(),
            "scope": self.scope,
        });
        if let Some(gty) = self.gty {
            payload["gty"] = gty.into();
        }
        payload["azp"] = self.client_id.as_str().into();
        payload
    }
}

/// A text that has the form of a JWT with this payload; its signature is random.
pub(crate) fn signed(payload: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(&json!({ "alg": "RS256", "typ": "JWT", "kid": "local-test-tenant" }));
    format!("{header}.{}.{}", part(payload), ids::signature())
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
    pub(crate) fn issue(&mut self, claims: &Claims, scopes: Scopes, lifetime: Duration) -> String {
        let token = signed(&claims.payload(lifetime));
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
