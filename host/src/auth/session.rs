//! Credentials from a sign-in of the vault: renewed once for all calls and all processes that use the profile, and
//! replaced or refused when somebody signs in or out while the server runs.
//!
//! - Before each call one `stat` says whether somebody signed in or out; only then is the keychain read.
//! - A renewal holds the profile's lock, and reads the keychain first: another process may have been faster, and a
//!   refresh token that is used twice ends the sign-in for both. What the server gave is stored before it is used.
//! - A renewal is a task of its own. A cancelled call must not lose the refresh token that is on its way.
//! - A new sign-in to the same tenant is taken over. One to another tenant is not: a client that was started for one
//!   tenant would find itself writing to another. Calls are refused until the server is restarted.

mod renew;
mod start;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::{sync, time::Instant};

use super::{
    AccessToken, Advice, CredentialError, Credentials, Domain, Https, Pending, Trust,
    environment::SignedIn,
    lacking,
    profile::ProfileName,
    renewal::Renewal,
    vault::{Kind, Session, Stamp, Vault, VaultError},
};
use crate::secret::Redactor;
pub use start::{SessionError, resolve, sign_in_command};

/// After the keychain failed to say who is signed in now, calls get the same answer for so long.
const REST: Duration = Duration::from_secs(2);

/// The sign-in of one profile, as a running server uses it. Clones share it.
#[derive(Clone, Debug)]
pub struct SessionCredentials(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    vault: Vault,
    profile: ProfileName,
    domain: Domain,
    trust: Trust,
    https: Https,
    redactor: Redactor,
    renewal: Renewal,
    current: Mutex<Current>,
    /// Taken by whoever looks who is signed in now.
    looking: sync::Mutex<()>,
    /// Held by a renewal that is under way.
    renewing: sync::Mutex<()>,
}

/// What is known of the sign-in.
#[derive(Clone, Debug)]
struct Current {
    /// The stamp before the keychain was read.
    stamp: Stamp,
    session: Arc<Session>,
    /// What its token may do, where that is known.
    scopes: Option<Arc<[String]>>,
    state: State,
}

impl Current {
    fn usable(stamp: Stamp, session: Session) -> Self {
        let token = session.token().ok();
        let scopes = token.and_then(|token| token.shared_scopes());
        Self { stamp, session: Arc::new(session), scopes, state: State::Usable }
    }
}

#[derive(Clone, Debug)]
enum State {
    /// As far as is known it can be used.
    Usable,
    /// The server said that it will never be renewed; the token may work for a while.
    Final(CredentialError),
    /// It must not be used.
    Ended(CredentialError),
    /// The keychain did not say who is signed in now; worth another look after a rest.
    Unknown(CredentialError, Instant),
}

impl SessionCredentials {
    /// Reads the profile's sign-in from the vault. Nothing is sent: one that has to be renewed first is renewed by
    /// [`Credentials::warm`] or the first call.
    ///
    /// # Errors
    /// [`SessionError`] if there is none, or none that can ever be used.
    pub async fn open(
        vault: Vault,
        profile: ProfileName,
        trust: Trust,
        redactor: Redactor,
    ) -> Result<Self, SessionError> {
        let stamp = vault.stamp(&profile);
        let Some(session) = vault.read(&profile).await? else {
            // A list that cannot be read must not hide the better message.
            let names = vault.profiles().await.unwrap_or_default().names;
            return Err(SessionError::NoProfile { profile, names });
        };
        session.secrets().for_each(|secret| redactor.pin(secret));
        let command = sign_in_command(&profile, &session);
        let Ok(token) = session.token() else {
            return Err(SessionError::Expired { profile, command });
        };
        if token.is_expired(SystemTime::now()) && !session.is_renewable() {
            return Err(SessionError::Expired { profile, command });
        }
        let renewal = Renewal::default();
        renewal.replace(token);
        let domain = session.domain.clone();
        let https = Https::new(trust.clone(), &domain);
        let current = Current::usable(stamp, session);
        Ok(Self(Arc::new(Inner {
            vault,
            profile,
            domain,
            trust,
            https,
            redactor,
            renewal,
            current: Mutex::new(current),
            looking: sync::Mutex::default(),
            renewing: sync::Mutex::default(),
        })))
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> &ProfileName {
        &self.0.profile
    }

    /// What `management` takes: the credentials and the client that reaches their tenant.
    #[must_use]
    pub fn signed_in(self) -> SignedIn {
        let https = self.0.https.clone();
        SignedIn { credentials: Arc::new(self), https }
    }
}

impl Inner {
    fn current(&self) -> Current {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, current: Current) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = current;
    }

    fn set_state(&self, state: State) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).state = state;
    }

    /// The sign-in, looked up again if somebody signed in or out.
    async fn noticed(&self) -> Result<Current, CredentialError> {
        if let Some(known) = self.known() {
            return known;
        }
        let _turn = self.looking.lock().await;
        match self.known() {
            Some(known) => known,
            None => self.look().await,
        }
    }

    /// What is known, if nothing has changed since: one `stat`.
    fn known(&self) -> Option<Result<Current, CredentialError>> {
        let current = self.current();
        match &current.state {
            State::Unknown(error, at) => {
                return (at.elapsed() < REST).then(|| Err(error.clone()));
            }
            _ if self.vault.stamp(&self.profile) != current.stamp => return None,
            State::Ended(error) => return Some(Err(error.clone())),
            State::Usable | State::Final(_) => {}
        }
        Some(Ok(current))
    }

    /// Reads who is signed in now.
    async fn look(&self) -> Result<Current, CredentialError> {
        let before = self.current();
        let stamp = self.vault.stamp(&self.profile);
        let (error, state): (_, fn(CredentialError) -> State) =
            match self.vault.read(&self.profile).await.map(|found| self.same_tenant(found)) {
                Ok(Ok(session)) => return Ok(self.take_over(stamp, session)),
                Ok(Err(error)) => (error, State::Ended),
                Err(error) => (self.unread(error), |error| State::Unknown(error, Instant::now())),
            };
        tracing::warn!("{error}");
        self.set(Current { stamp, state: state(error.clone()), ..before });
        Err(error)
    }

    /// The sign-in, if it is one to the tenant that this server serves.
    fn same_tenant(&self, found: Option<Session>) -> Result<Session, CredentialError> {
        match found {
            Some(session) if session.domain == self.domain => Ok(session),
            Some(session) => Err(CredentialError::OtherTenant {
                profile: self.profile.clone(),
                then: self.domain.clone(),
                now: session.domain,
            }),
            None => Err(CredentialError::SignedOut(self.profile.clone())),
        }
    }

    /// Goes on with a new sign-in to the same tenant.
    fn take_over(&self, stamp: Stamp, session: Session) -> Current {
        session.secrets().for_each(|secret| self.redactor.pin(secret));
        if let Ok(token) = session.token() {
            self.renewal.replace(token);
        }
        tracing::info!(
            "profile `{}` was signed in to again; calls use it from now on",
            self.profile
        );
        let current = Current::usable(stamp, session);
        self.set(current.clone());
        current
    }

    fn unread(&self, error: VaultError) -> CredentialError {
        CredentialError::Vault { profile: self.profile.clone(), error }
    }

    /// The token in use, as long as it works.
    fn last(&self, error: CredentialError) -> Result<AccessToken, CredentialError> {
        let works = |token: &AccessToken| !token.is_expired(SystemTime::now());
        self.renewal.held().filter(works).ok_or(error)
    }
}

impl Credentials for SessionCredentials {
    fn domain(&self) -> &Domain {
        &self.0.domain
    }

    fn access_token(&self) -> Pending<'_, Result<AccessToken, CredentialError>> {
        Box::pin(async {
            let inner = &self.0;
            let current = inner.noticed().await?;
            if let State::Final(error) = current.state {
                return inner.last(error);
            }
            if !current.session.is_renewable() {
                return inner.last(inner.expired(&current.session));
            }
            let renew = || async {
                let inner = Arc::clone(inner);
                let renewed = tokio::spawn(async move { inner.renew().await }).await;
                renewed.unwrap_or_else(|panic| {
                    Err(self.0.unread(VaultError::Other(format!("a bug of auth0-mcp: {panic}"))))
                })
            };
            let token = inner.renewal.token(renew).await;
            match inner.current().state {
                // A renewal may be the first to see that somebody signed out.
                State::Ended(error) => Err(error),
                _ => token,
            }
        })
    }

    fn rejected(&self, token: &AccessToken) -> bool {
        let current = self.0.current();
        let renews = current.session.is_renewable() && matches!(current.state, State::Usable);
        renews && self.0.renewal.reject(token)
    }

    fn scopes(&self) -> Option<Arc<[String]>> {
        self.0.current().scopes
    }

    fn expires_at(&self) -> Option<SystemTime> {
        self.0.renewal.held()?.expires_at()
    }

    fn advice(&self) -> Advice {
        let profile = self.0.profile.clone();
        let session = self.0.current().session;
        match &session.kind {
            Kind::DeviceFlow { .. } => Advice::Browser(profile),
            Kind::ClientCredentials { .. } => {
                let command = sign_in_command(&profile, &session);
                Advice::Client { profile, command }
            }
        }
    }

    fn lacking<'c>(&'c self, needed: &'c [String]) -> Pending<'c, Vec<String>> {
        let missing = || {
            let scopes = self.0.current().scopes;
            scopes.map(|scopes| lacking(needed, &scopes)).unwrap_or_default()
        };
        Box::pin(async move {
            if missing().is_empty() {
                return Vec::new();
            }
            // Somebody may have signed in with more scopes just now. If nobody is signed in any more, the call's
            // own look at the token says so.
            self.0.noticed().await.map(|_| missing()).unwrap_or_default()
        })
    }

    fn warm(&self) -> Pending<'_, ()> {
        Box::pin(async {
            let is_due = |token: AccessToken| token.is_due(SystemTime::now());
            if self.0.renewal.held().is_some_and(is_due)
                && let Err(error) = self.access_token().await
            {
                tracing::warn!("{error}");
            }
        })
    }

    fn settled(&self) -> Pending<'_, ()> {
        Box::pin(async { drop(self.0.renewing.lock().await) })
    }
}
