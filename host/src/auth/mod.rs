//! Who the host is at the tenant: credentials, access tokens, and the HTTPS client that carries them.
//!
//! In reading order:
//! - [`domain`]: the one host that a token may be sent to;
//! - [`token`]: an access token, and what can be read from it;
//! - [`environment`]: credentials from settings that are already resolved (no variable is read here);
//! - [`oauth`]: the client of OAuth endpoints that all grants share;
//! - [`client_credentials`]: a client id and secret exchanged for tokens, renewed by [`renewal`];
//! - [`device_flow`], [`scopes`]: a person signs in with a browser, and what is asked for;
//! - [`profile`], [`vault`]: sign-ins by name, kept in the system's keychain;
//! - [`session`]: credentials from one of them, renewed for all processes that use it;
//! - [`advice`]: what the user can do about a sign-in that does not suffice;
//! - [`https`], [`trust`], [`cause`]: how this process reaches the tenant, whom it believes, why it failed.
//!
//! Everything above this module sees the trait [`Credentials`] and does not know where a token comes from.
//! Tokens exist here and in `management` only.

pub mod advice;
pub mod cause;
pub mod client_credentials;
pub mod device_flow;
pub mod domain;
pub mod environment;
pub mod https;
pub mod oauth;
pub mod profile;
pub mod renewal;
pub mod scopes;
pub mod session;
pub mod token;
pub mod trust;
pub mod vault;

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::SystemTime};

pub use advice::Advice;
pub use domain::{Domain, DomainError};
pub use environment::{Environment, EnvironmentError};
pub use https::Https;
pub use token::AccessToken;
pub use trust::{Trust, TrustError};

use cause::Cause;
use profile::ProfileName;
use vault::VaultError;

/// A future that a trait object can return.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The credentials of one tenant.
pub trait Credentials: fmt::Debug + Send + Sync {
    /// The only host that the tokens may be sent to.
    fn domain(&self) -> &Domain;

    /// A token that has not expired, renewed where that is possible. Concurrent calls share one renewal.
    fn access_token(&self) -> Pending<'_, Result<AccessToken, CredentialError>>;

    /// The tenant answered 401 to this token. True if the next [`access_token`](Self::access_token) gives
    /// another one, so that the request is worth one more try.
    fn rejected(&self, token: &AccessToken) -> bool;

    /// The scopes of the token in use; None while there is none, or where it does not say.
    fn scopes(&self) -> Option<Arc<[String]>>;

    /// When the token in use expires; None while there is none, or where it does not say.
    fn expires_at(&self) -> Option<SystemTime>;

    /// What the user can do about a sign-in that has ended or lacks scopes.
    fn advice(&self) -> Advice;

    /// Which of these scopes the token in use lacks; none where it does not say.
    fn lacking<'c>(&'c self, needed: &'c [String]) -> Pending<'c, Vec<String>> {
        let lacking = self.scopes().map(|scopes| lacking(needed, &scopes)).unwrap_or_default();
        Box::pin(async move { lacking })
    }

    /// Does ahead of the first call what it would otherwise wait for.
    fn warm(&self) -> Pending<'_, ()> {
        Box::pin(async {})
    }

    /// Waits for a renewal that is under way: ending in the middle of one could lose the sign-in.
    fn settled(&self) -> Pending<'_, ()> {
        Box::pin(async {})
    }
}

/// Those of the `needed` scopes that are not in `scopes`.
#[must_use]
pub fn lacking(needed: &[String], scopes: &[String]) -> Vec<String> {
    needed.iter().filter(|scope| !scopes.contains(scope)).cloned().collect()
}

/// Why there is no access token. The texts are for the operator; they hold no secret and nothing of the
/// token endpoint's answer but its `error` code.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CredentialError {
    /// The fixed token's `exp` has passed.
    #[error("the access token has expired: put a new one into AUTH0_TOKEN and start again")]
    Expired,
    /// `invalid_client`, or a bare 401.
    #[error(
        "{0} did not accept the client id and secret: check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, and that the application is a machine-to-machine application of this tenant"
    )]
    InvalidClient(Domain),
    /// `access_denied`, `unauthorized_client`: the application exists and may not.
    #[error(
        "{domain} does not let this application use the Management API ({code}): authorize it in the Auth0 Dashboard under Applications > APIs > Auth0 Management API, and check that AUTH0_DOMAIN is the tenant's own domain, not a custom domain"
    )]
    NotAuthorized {
        /// The tenant.
        domain: Domain,
        /// The `error` field of the answer.
        code: String,
    },
    /// Any other error of the token endpoint.
    #[error(
        "{domain} gave no access token (status {status}, {code}): see the tenant's logs in the Auth0 Dashboard"
    )]
    Refused {
        /// The tenant.
        domain: Domain,
        /// HTTP status.
        status: u16,
        /// The `error` field of the answer, or `no error code`.
        code: String,
    },
    /// The token endpoint's own limit, which is not that of the Management API.
    #[error("{domain} limits how often tokens are given: try again in {seconds} s")]
    RateLimited {
        /// The tenant.
        domain: Domain,
        /// At least 1.
        seconds: u32,
    },
    /// No connection to the token endpoint.
    #[error("{domain} cannot be reached for an access token: {cause}")]
    Unreachable {
        /// The tenant.
        domain: Domain,
        /// What broke.
        cause: Cause,
    },
    /// The token endpoint answered something else than OAuth says.
    #[error(
        "{domain} gave an answer that holds no usable access token ({reason}): check that it is an Auth0 tenant"
    )]
    Malformed {
        /// The tenant.
        domain: Domain,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// This machine's certificates cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A sign-in of the vault has expired, and nothing is kept that renews it.
    #[error("the sign-in of profile `{profile}` has expired: run `{command}`")]
    SessionExpired {
        /// The profile.
        profile: ProfileName,
        /// What signs in again.
        command: String,
    },
    /// A sign-in of the vault was revoked, or its client secret was.
    #[error(
        "{server} does not renew the sign-in of profile `{profile}` ({code}), which was revoked, has expired or was used elsewhere: run `{command}`"
    )]
    NotRenewed {
        /// Who was asked.
        server: Domain,
        /// The profile.
        profile: ProfileName,
        /// The `error` field of the answer.
        code: String,
        /// What signs in again.
        command: String,
    },
    /// Somebody signed out while the server runs.
    #[error(
        "profile `{0}` was signed out with `auth0-mcp logout`: run `auth0-mcp init --profile {0}`, and calls work again without a restart"
    )]
    SignedOut(ProfileName),
    /// Somebody signed in to another tenant under the same name while the server runs.
    #[error(
        "profile `{profile}` is now signed in to {now}, and this server was started for {then}: restart it to serve {now}, or run `auth0-mcp init --profile {profile}` for {then}"
    )]
    OtherTenant {
        /// The profile.
        profile: ProfileName,
        /// The tenant that the server serves.
        then: Domain,
        /// The tenant of the new sign-in.
        now: Domain,
    },
    /// The keychain does not give the sign-in out.
    #[error("the sign-in of profile `{profile}` cannot be used: {error}")]
    Vault {
        /// The profile.
        profile: ProfileName,
        /// What failed.
        error: VaultError,
    },
}

impl CredentialError {
    /// Whether the user has to sign in before any call can work.
    #[must_use]
    pub fn asks_to_sign_in(&self) -> bool {
        matches!(
            self,
            Self::Expired
                | Self::SessionExpired { .. }
                | Self::NotRenewed { .. }
                | Self::SignedOut(_)
        )
    }

    /// A token that cannot stand in a header.
    fn unusable(domain: &Domain) -> Self {
        Self::Malformed { domain: domain.clone(), reason: "its access_token cannot be sent" }
    }
}
