//! A client id and secret exchanged for access tokens (RFC 6749, section 4.4).

use std::{sync::Arc, time::SystemTime};

use super::{
    AccessToken, Advice, CredentialError, Credentials, Domain, Https, Pending,
    oauth::{AuthorizationServer, OAuthError, Tokens},
    renewal::Renewal,
};
use crate::secret::{Redactor, Secret};

/// A machine-to-machine application of the tenant.
#[derive(Debug)]
pub struct ClientCredentials {
    server: AuthorizationServer,
    client_id: String,
    client_secret: Secret,
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
        let server = AuthorizationServer::new(domain, https, redactor);
        Self { server, client_id, client_secret, renewal: Renewal::default() }
    }

    async fn renew(&self) -> Result<AccessToken, CredentialError> {
        let tokens = exchange(&self.server, &self.client_id, &self.client_secret).await?;
        tokens.access_token().map_err(|_| CredentialError::unusable(self.server.domain()))
    }
}

/// One token of the tenant for this client id and secret.
///
/// # Errors
/// [`OAuthError`], after the attempts of [`AuthorizationServer::tokens`].
pub async fn exchange(
    tenant: &AuthorizationServer,
    client_id: &str,
    client_secret: &Secret,
) -> Result<Tokens, OAuthError> {
    let audience = tenant.domain().audience();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", client_secret.expose()),
        ("audience", &audience),
    ];
    tenant.tokens(&form).await
}

impl Credentials for ClientCredentials {
    fn domain(&self) -> &Domain {
        self.server.domain()
    }

    fn access_token(&self) -> Pending<'_, Result<AccessToken, CredentialError>> {
        Box::pin(self.renewal.token(|| self.renew()))
    }

    fn rejected(&self, token: &AccessToken) -> bool {
        self.renewal.reject(token)
    }

    fn scopes(&self) -> Option<Arc<[String]>> {
        self.renewal.held()?.shared_scopes()
    }

    fn expires_at(&self) -> Option<SystemTime> {
        self.renewal.held()?.expires_at()
    }

    fn advice(&self) -> Advice {
        Advice::EnvironmentClient
    }
}

/// What the tenant's errors mean for a client id and secret of the environment.
impl From<OAuthError> for CredentialError {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::Trust(error) => Self::Trust(error),
            OAuthError::Unreachable { domain, cause } => Self::Unreachable { domain, cause },
            OAuthError::Malformed { domain, reason } => Self::Malformed { domain, reason },
            OAuthError::Refused { domain, status, code, retry_after } => {
                match (code.as_deref(), status) {
                    (Some("invalid_client"), _) | (None, 401) => Self::InvalidClient(domain),
                    (Some("access_denied" | "unauthorized_client"), _) => {
                        Self::NotAuthorized { domain, code: code.unwrap_or_default() }
                    }
                    (_, 429) => {
                        Self::RateLimited { domain, seconds: retry_after.unwrap_or(5).max(1) }
                    }
                    _ => {
                        let code = code.unwrap_or_else(|| "no error code".to_owned());
                        Self::Refused { domain, status, code }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Trust;

    #[test]
    fn credentials_do_not_print_and_the_secret_is_registered() {
        let redactor = Redactor::default();
        let domain = Domain::parse("x.eu.auth0.com").unwrap();
        let https = Https::new(Trust::system(), &domain);
        let secret = Secret::new("client-s3cr3t".into());
        let credentials =
            ClientCredentials::new(domain, "id".into(), secret, https, redactor.clone());
        assert_eq!(redactor.redact("client-s3cr3t"), "[REDACTED]");
        assert!(!format!("{credentials:?}").contains("s3cr3t"));
    }

    #[test]
    fn errors_say_what_to_do() {
        for (status, code, says) in [
            (401, Some("invalid_client"), "check AUTH0_CLIENT_ID"),
            (401, None, "check AUTH0_CLIENT_ID"),
            (403, Some("access_denied"), "authorize it in the Auth0 Dashboard"),
            (400, Some("unauthorized_client"), "(unauthorized_client)"),
            (429, Some("too_many_requests"), "try again in 7 s"),
            (400, Some("invalid_request"), "(status 400, invalid_request)"),
            (400, None, "(status 400, no error code)"),
            (503, None, "(status 503, no error code)"),
        ] {
            let domain = Domain::parse("x.eu.auth0.com").unwrap();
            let code = code.map(str::to_owned);
            let refused = OAuthError::Refused { domain, status, code, retry_after: Some(7) };
            let text = CredentialError::from(refused).to_string();
            assert!(text.contains(says), "{text}");
        }
    }
}
