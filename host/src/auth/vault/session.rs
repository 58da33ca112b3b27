//! What is kept for one profile: who signed in where, the token, and what renews it.
//!
//! As JSON with a version. A version that is not known is an error and never a guess: guessing could send a
//! secret to the wrong place.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::VaultError;
use crate::{
    auth::{AccessToken, Domain, oauth::Tokens, profile::ProfileName, token::NotAToken},
    secret::Secret,
};

/// The version of the format below.
const VERSION: u64 = 1;

/// A sign-in, as the vault keeps it. Prints no secret.
#[derive(Clone, Debug)]
pub struct Session {
    /// The tenant: the only host that gets the access token.
    pub domain: Domain,
    /// How it came about, and what renews it.
    pub kind: Kind,
    /// The access token for the Management API.
    pub access_token: Secret,
    /// When it was received.
    pub received_at: SystemTime,
    /// When it expires; None where nobody said.
    pub expires_at: Option<SystemTime>,
    /// What it may do, as the server said; None where it did not. The token's own claims are read beside it.
    pub scopes: Option<Vec<String>>,
    /// Who signed in, for people: an e-mail address, a name, a subject.
    pub account: Option<String>,
    /// When somebody signed in; renewals do not change it.
    pub signed_in_at: SystemTime,
}

/// How a sign-in came about.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A person, with a code in a browser (RFC 8628).
    DeviceFlow {
        /// The authorization server that gave the tokens; the refresh token goes there and nowhere else.
        server: Domain,
        /// The client id that was used there.
        client_id: String,
        /// What renews the access token.
        refresh_token: Option<Secret>,
    },
    /// A machine-to-machine application of the tenant.
    ClientCredentials {
        /// Its client id.
        client_id: String,
        /// Its secret, if it was to be kept: what renews the access token.
        client_secret: Option<Secret>,
    },
}

/// What renews a sign-in.
#[derive(Clone, Copy, Debug)]
pub enum Renewing<'s> {
    /// A refresh token (RFC 6749, section 6).
    RefreshToken {
        /// Who takes it.
        server: &'s Domain,
        /// The client id that goes with it.
        client_id: &'s str,
        /// The refresh token.
        refresh_token: &'s Secret,
    },
    /// The client id and secret of an application, at the tenant itself.
    ClientSecret {
        /// The client id.
        client_id: &'s str,
        /// The client secret.
        client_secret: &'s Secret,
    },
}

impl Session {
    /// A new sign-in from what a grant gave.
    #[must_use]
    pub fn new(domain: Domain, kind: Kind, tokens: &Tokens, account: Option<String>) -> Self {
        let mut session = Self {
            domain,
            kind,
            access_token: tokens.access_token.clone(),
            received_at: tokens.received_at,
            expires_at: None,
            scopes: None,
            account,
            signed_in_at: tokens.received_at,
        };
        session.renew(tokens);
        session
    }

    /// Takes over the tokens of a renewal: a refresh token in it replaces the one that was used.
    pub fn renew(&mut self, tokens: &Tokens) {
        self.access_token = tokens.access_token.clone();
        self.received_at = tokens.received_at;
        self.expires_at =
            tokens.lifetime.and_then(|lifetime| tokens.received_at.checked_add(lifetime));
        let words = |scope: &String| scope.split_ascii_whitespace().map(str::to_owned).collect();
        // A renewal that says nothing of scopes leaves them as they are (RFC 6749, section 5.1).
        self.scopes = tokens.scope.as_ref().map(words).or(self.scopes.take());
        if let Kind::DeviceFlow { refresh_token, .. } = &mut self.kind
            && let Some(rotated) = &tokens.refresh_token
        {
            *refresh_token = Some(rotated.clone());
        }
    }

    /// The access token, ready to be sent, with its expiry and scopes.
    ///
    /// # Errors
    /// [`NotAToken`] if it cannot stand in a header.
    pub fn token(&self) -> Result<AccessToken, NotAToken> {
        // A clock that was set back must not make an expired token valid again.
        let received_at = self.expires_at.map_or(self.received_at, |at| at.min(self.received_at));
        let lifetime = self.expires_at.map(|at| at.duration_since(received_at).unwrap_or_default());
        let scope = self.scopes.as_ref().map(|scopes| scopes.join(" "));
        AccessToken::issued(&self.access_token, lifetime, scope.as_deref(), received_at)
    }

    /// What renews the access token, if anything is kept that does.
    #[must_use]
    pub fn renewing(&self) -> Option<Renewing<'_>> {
        Some(match &self.kind {
            Kind::DeviceFlow { server, client_id, refresh_token } => {
                Renewing::RefreshToken { server, client_id, refresh_token: refresh_token.as_ref()? }
            }
            Kind::ClientCredentials { client_id, client_secret } => {
                Renewing::ClientSecret { client_id, client_secret: client_secret.as_ref()? }
            }
        })
    }

    /// Whether something is kept that renews the access token.
    #[must_use]
    pub fn is_renewable(&self) -> bool {
        self.renewing().is_some()
    }

    /// Every secret in it, for the redactor.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let renewing = self.renewing().map(|renewing| match renewing {
            Renewing::RefreshToken { refresh_token, .. } => refresh_token,
            Renewing::ClientSecret { client_secret, .. } => client_secret,
        });
        std::iter::once(&self.access_token).chain(renewing)
    }

    /// As JSON, for the keychain.
    ///
    /// # Errors
    /// [`VaultError::Other`], which cannot happen with what is in it.
    pub(super) fn to_json(&self) -> Result<Secret, VaultError> {
        let text = serde_json::to_string(&Stored::of(self));
        text.map(Secret::new).map_err(|error| VaultError::Other(error.to_string()))
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`VaultError::Newer`] and [`VaultError::Damaged`], which repeat nothing of it.
    pub(super) fn from_json(profile: &ProfileName, json: &Secret) -> Result<Self, VaultError> {
        let damaged =
            |reason: &str| VaultError::Damaged { profile: profile.clone(), reason: reason.into() };
        let value: Value =
            serde_json::from_str(json.expose()).map_err(|_| damaged("it is not JSON"))?;
        match value.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(version) => return Err(VaultError::Newer { profile: profile.clone(), version }),
            None => return Err(damaged("it has no version")),
        }
        // The parser's own text may repeat a value.
        let stored: Stored =
            serde_json::from_value(value).map_err(|_| damaged("a field is missing or wrong"))?;
        let session = stored.session().ok_or_else(|| damaged("its domain is not a host name"))?;
        session.token().map_err(|_| damaged("its token cannot be sent"))?;
        Ok(session)
    }
}

/// The format of version 1. Times are milliseconds since 1970.
#[derive(Deserialize, Serialize)]
struct Stored {
    version: u64,
    domain: String,
    #[serde(flatten)]
    kind: StoredKind,
    access_token: String,
    received_at: u64,
    expires_at: Option<u64>,
    scopes: Option<Vec<String>>,
    account: Option<String>,
    signed_in_at: u64,
}

#[derive(Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum StoredKind {
    DeviceFlow { server: String, client_id: String, refresh_token: Option<String> },
    ClientCredentials { client_id: String, client_secret: Option<String> },
}

impl Stored {
    fn of(session: &Session) -> Self {
        let text = |secret: &Secret| secret.expose().to_owned();
        let kind = match &session.kind {
            Kind::DeviceFlow { server, client_id, refresh_token } => StoredKind::DeviceFlow {
                server: server.to_string(),
                client_id: client_id.clone(),
                refresh_token: refresh_token.as_ref().map(text),
            },
            Kind::ClientCredentials { client_id, client_secret } => StoredKind::ClientCredentials {
                client_id: client_id.clone(),
                client_secret: client_secret.as_ref().map(text),
            },
        };
        Self {
            version: VERSION,
            domain: session.domain.to_string(),
            kind,
            access_token: text(&session.access_token),
            received_at: milliseconds(session.received_at),
            expires_at: session.expires_at.map(milliseconds),
            scopes: session.scopes.clone(),
            account: session.account.clone(),
            signed_in_at: milliseconds(session.signed_in_at),
        }
    }

    /// None where a host is none.
    fn session(self) -> Option<Session> {
        let kind = match self.kind {
            StoredKind::DeviceFlow { server, client_id, refresh_token } => Kind::DeviceFlow {
                server: Domain::parse(&server).ok()?,
                client_id,
                refresh_token: refresh_token.map(Secret::new),
            },
            StoredKind::ClientCredentials { client_id, client_secret } => {
                Kind::ClientCredentials { client_id, client_secret: client_secret.map(Secret::new) }
            }
        };
        Some(Session {
            domain: Domain::parse(&self.domain).ok()?,
            kind,
            access_token: Secret::new(self.access_token),
            received_at: instant(self.received_at),
            expires_at: self.expires_at.map(instant),
            scopes: self.scopes,
            account: self.account,
            signed_in_at: instant(self.signed_in_at),
        })
    }
}

fn milliseconds(at: SystemTime) -> u64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A time so far away that the clock cannot hold it counts as 1970: expired, never valid for ever.
pub(super) fn instant(milliseconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_millis(milliseconds))
        .unwrap_or(SystemTime::UNIX_EPOCH)
}
