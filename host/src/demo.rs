//! The demo tenant: an Auth0 tenant in this process, with made-up data and its own certificate authority.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tenant::{Options, Tenant};

use crate::{
    auth::{
        AccessToken, Advice, CredentialError, Credentials, Domain, Pending,
        environment::{Environment, SignedIn},
    },
    secret::Secret,
};

/// How long the demo's token is valid: longer than anyone plays.
const TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The running tenant; dropping it stops it.
pub(crate) struct Demo(Tenant);

impl Demo {
    /// Starts it on a free port of 127.0.0.1.
    pub(crate) fn start() -> std::io::Result<Self> {
        // Nobody asks the demo which requests it had.
        let tenant = Tenant::start(Options { record: 0, ..Options::default() })?;
        tracing::info!(
            "the demo tenant is at {}; its data is made up and lost at the end",
            tenant.domain()
        );
        Ok(Self(tenant))
    }

    /// The certificate authority that signed its certificate.
    pub(crate) fn ca_pem(&self) -> &str {
        self.0.ca_pem()
    }

    /// A token with every scope.
    pub(crate) fn credentials(&self) -> Environment {
        let token = self.0.issue_token(&self.0.all_scopes(), TOKEN_LIFETIME);
        Environment {
            domain: Some(self.0.domain().to_owned()),
            token: Some(Secret::new(token)),
            ..Environment::default()
        }
    }
}

/// The sign-in at the demo tenant, with advice of its own: nobody can get a token with more scopes there.
pub(crate) fn signed_in(SignedIn { credentials, https }: SignedIn) -> SignedIn {
    SignedIn { credentials: Arc::new(DemoToken(credentials)), https }
}

#[derive(Debug)]
struct DemoToken(Arc<dyn Credentials>);

impl Credentials for DemoToken {
    fn domain(&self) -> &Domain {
        self.0.domain()
    }

    fn access_token(&self) -> Pending<'_, Result<AccessToken, CredentialError>> {
        self.0.access_token()
    }

    fn rejected(&self, token: &AccessToken) -> bool {
        self.0.rejected(token)
    }

    fn scopes(&self) -> Option<Arc<[String]>> {
        self.0.scopes()
    }

    fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at()
    }

    fn advice(&self) -> Advice {
        Advice::Demo
    }
}
