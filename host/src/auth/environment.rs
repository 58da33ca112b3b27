//! Credentials from settings, for hosts without a keychain: a token, or a client id and secret.
//!
//! The values come resolved; no environment variable is read here. The variables are named in the errors
//! because that is where the operator sets them.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    AccessToken, Advice, CredentialError, Credentials, Domain, DomainError, Https, Pending,
    TrustError, client_credentials::ClientCredentials, token::NotAToken, trust::Trust,
};
use crate::secret::{Redactor, Secret};

/// What the environment says about credentials. A value of white space alone counts as not set.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `AUTH0_DOMAIN`
    pub domain: Option<String>,
    /// `AUTH0_TOKEN`
    pub token: Option<Secret>,
    /// `AUTH0_CLIENT_ID`
    pub client_id: Option<String>,
    /// `AUTH0_CLIENT_SECRET`
    pub client_secret: Option<Secret>,
}

/// Why the settings are no credentials. The texts hold no value but a domain that was refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// A secret is set, and what belongs to it is not.
    #[error(
        "{set} is set but {missing} is required: set it as well (AUTH0_DOMAIN is your tenant's domain, e.g. your-tenant.eu.auth0.com), or unset {set}"
    )]
    Incomplete {
        /// A variable that is set.
        set: &'static str,
        /// The first variable that is missing.
        missing: &'static str,
    },
    /// `AUTH0_DOMAIN` is not a bare host name.
    #[error("AUTH0_DOMAIN: {0}")]
    Domain(#[from] DomainError),
    /// `AUTH0_TOKEN` cannot stand in a header.
    #[error("AUTH0_TOKEN is not an access token: {0}")]
    Token(#[from] NotAToken),
    /// `AUTH0_TOKEN` has expired already.
    #[error("AUTH0_TOKEN expired {} min ago: put a new one into AUTH0_TOKEN", .0.as_secs() / 60)]
    Expired(Duration),
    /// The certificates that are to be trusted.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// Credentials and the client that reaches their tenant.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The credentials.
    pub credentials: Arc<dyn Credentials>,
    /// The HTTPS client, shared by the token endpoint and the Management API.
    pub https: Https,
}

impl Environment {
    /// The credentials that the settings describe; None if they describe none (a domain alone does not).
    /// A token goes before a client id and secret: it is what somebody chose for this run. Nothing is sent.
    ///
    /// # Errors
    /// [`EnvironmentError`] if something is set that cannot be used: half a pair is never ignored.
    pub fn sign_in(
        self,
        trust: Trust,
        redactor: &Redactor,
    ) -> Result<Option<SignedIn>, EnvironmentError> {
        let Self { domain, token, client_id, client_secret } = self;
        let domain = text(domain).map(|domain| Domain::parse(&domain)).transpose();
        let (token, client_id, client_secret) =
            (secret(token), text(client_id), secret(client_secret));
        // Also what is not used: the operator has put it within reach, and it is as good as ever.
        [&token, &client_secret].into_iter().flatten().for_each(|secret| redactor.pin(secret));
        if let Some(token) = token {
            if client_id.is_some() || client_secret.is_some() {
                tracing::warn!(
                    "AUTH0_TOKEN is used; AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET are not"
                );
            }
            let domain = domain?.ok_or(missing("AUTH0_TOKEN", "AUTH0_DOMAIN"))?;
            let https = Https::new(trust, &domain);
            let credentials = Arc::new(FixedToken::new(domain, &token, SystemTime::now())?);
            return Ok(Some(SignedIn { credentials, https }));
        }
        let (client_id, client_secret) = match (client_id, client_secret) {
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(missing("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET")),
            (None, Some(_)) => return Err(missing("AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_ID")),
            (Some(client_id), Some(client_secret)) => (client_id, client_secret),
        };
        let domain = domain?.ok_or(missing("AUTH0_CLIENT_SECRET", "AUTH0_DOMAIN"))?;
        let https = Https::new(trust, &domain);
        let credentials = Arc::new(ClientCredentials::new(
            domain,
            client_id,
            client_secret,
            https.clone(),
            redactor.clone(),
        ));
        Ok(Some(SignedIn { credentials, https }))
    }
}

fn missing(set: &'static str, missing: &'static str) -> EnvironmentError {
    EnvironmentError::Incomplete { set, missing }
}

fn text(value: Option<String>) -> Option<String> {
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn secret(value: Option<Secret>) -> Option<Secret> {
    let value = value?;
    let trimmed = value.expose().trim();
    (!trimmed.is_empty()).then(|| Secret::new(trimmed.to_owned()))
}

/// A token that somebody put into the environment. It cannot be renewed; a 401 is passed on each time,
/// since only the tenant knows whether it was about the token for good.
#[derive(Debug)]
pub struct FixedToken {
    domain: Domain,
    token: AccessToken,
}

impl FixedToken {
    /// Takes the token of this tenant.
    ///
    /// # Errors
    /// If it cannot be a token, or has expired already.
    pub fn new(domain: Domain, token: &Secret, now: SystemTime) -> Result<Self, EnvironmentError> {
        let token = AccessToken::new(token, now)?;
        if token.is_expired(now) {
            let at = token.expires_at().unwrap_or(now);
            return Err(EnvironmentError::Expired(now.duration_since(at).unwrap_or_default()));
        }
        let audience = domain.audience();
        if !token.audience().is_empty() && !token.audience().contains(&audience) {
            tracing::warn!(
                "AUTH0_TOKEN was not made for {audience}: the tenant will likely refuse it"
            );
        }
        Ok(Self { domain, token })
    }
}

impl Credentials for FixedToken {
    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn access_token(&self) -> Pending<'_, Result<AccessToken, CredentialError>> {
        let expired = self.token.is_expired(SystemTime::now());
        Box::pin(async move {
            if expired { Err(CredentialError::Expired) } else { Ok(self.token.clone()) }
        })
    }

    fn rejected(&self, _: &AccessToken) -> bool {
        false
    }

    fn scopes(&self) -> Option<Arc<[String]>> {
        self.token.shared_scopes()
    }

    fn expires_at(&self) -> Option<SystemTime> {
        self.token.expires_at()
    }

    fn advice(&self) -> Advice {
        Advice::EnvironmentToken
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::auth::token::tests::jwt;

    const DOMAIN: Option<&str> = Some("x.eu.auth0.com");

    fn environment(values: [Option<&str>; 4]) -> Environment {
        let [domain, token, client_id, client_secret] =
            values.map(|value| value.map(str::to_owned));
        let (token, client_secret) = (token.map(Secret::new), client_secret.map(Secret::new));
        Environment { domain, token, client_id, client_secret }
    }

    #[test]
    fn what_is_set_is_used_or_explained() {
        let (token, id, key) = (Some("opaque-s3cr3t"), Some("id"), Some("client-s3cr3t"));
        for (values, expected) in [
            ([None, None, None, None], Ok(None)),
            ([DOMAIN, None, None, None], Ok(None)),
            ([Some("no domain at all"), Some("  "), Some(""), None], Ok(None)),
            ([DOMAIN, token, None, None], Ok(Some("FixedToken"))),
            (
                [Some(" x.eu.auth0.com\n"), Some(" opaque-s3cr3t\n"), None, None],
                Ok(Some("FixedToken")),
            ),
            ([DOMAIN, token, id, key], Ok(Some("FixedToken"))),
            ([DOMAIN, None, id, key], Ok(Some("ClientCredentials"))),
            ([None, token, None, None], Err("AUTH0_TOKEN is set but AUTH0_DOMAIN is required")),
            ([None, None, id, key], Err("AUTH0_CLIENT_SECRET is set but AUTH0_DOMAIN is required")),
            (
                [DOMAIN, None, id, None],
                Err("AUTH0_CLIENT_ID is set but AUTH0_CLIENT_SECRET is required"),
            ),
            (
                [DOMAIN, None, None, key],
                Err("AUTH0_CLIENT_SECRET is set but AUTH0_CLIENT_ID is required"),
            ),
            (
                [Some("https://x.eu.auth0.com"), token, None, None],
                Err("AUTH0_DOMAIN: the domain must not have a scheme"),
            ),
            ([DOMAIN, Some("Bearer s3cr3t"), None, None], Err("without the word `Bearer`")),
        ] {
            let found = environment(values).sign_in(Trust::system(), &Redactor::default());
            let text = format!("{found:?}");
            assert!(!text.contains("s3cr3t"), "{text}");
            match (found, expected) {
                (Ok(None), Ok(None)) => {}
                (Ok(Some(_)), Ok(Some(kind))) => assert!(text.contains(kind), "{text}"),
                (Err(error), Err(says)) => assert!(error.to_string().contains(says), "{error}"),
                (_, expected) => panic!("{values:?}: {text} is not {expected:?}"),
            }
        }
    }

    #[test]
    fn secrets_are_registered_even_if_something_else_is_wrong() {
        let redactor = Redactor::default();
        environment([None, Some("opaque-s3cr3t"), None, None])
            .sign_in(Trust::system(), &redactor)
            .unwrap_err();
        assert_eq!(redactor.redact("opaque-s3cr3t"), crate::secret::REDACTED);
    }

    #[test]
    fn a_client_secret_beside_a_token_is_registered_and_both_stay() {
        let redactor = Redactor::default();
        environment([DOMAIN, Some("opaque-s3cr3t"), Some("id"), Some("client-s3cr3t")])
            .sign_in(Trust::system(), &redactor)
            .unwrap();
        for number in 0..100 {
            redactor.add(&Secret::new(format!("renewed-{number}")));
        }
        assert_eq!(redactor.redact("opaque-s3cr3t client-s3cr3t"), "[REDACTED] [REDACTED]");
    }

    #[tokio::test]
    async fn a_fixed_token_is_checked_before_each_call() {
        let domain = || Domain::parse("x.eu.auth0.com").unwrap();
        let secret = jwt(&json!({"exp": 1000, "scope": "read:clients"}));
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert!(matches!(
            FixedToken::new(domain(), &secret, at(1090)),
            Err(EnvironmentError::Expired(ago)) if ago.as_secs() == 90
        ));
        let fixed = FixedToken::new(domain(), &secret, at(1020)).unwrap();
        assert!(matches!(fixed.access_token().await, Err(CredentialError::Expired)));
        assert_eq!(
            (fixed.scopes().unwrap(), fixed.expires_at().unwrap()),
            (["read:clients".to_owned()].into(), at(1000))
        );

        let fixed = FixedToken::new(domain(), &Secret::new("opaque-token".into()), at(0)).unwrap();
        let token = fixed.access_token().await.unwrap();
        assert!(!fixed.rejected(&token) && fixed.access_token().await.unwrap().is(&token));
    }
}
