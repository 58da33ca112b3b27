//! Which sign-in of the vault a server starts on, and why there may be none.

use crate::auth::{
    profile::ProfileName,
    vault::{Kind, Profiles, Session, Vault, VaultError},
};

/// Why a server cannot start on a sign-in of the vault. The operator reads it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SessionError {
    /// The keychain is empty.
    #[error("nobody is signed in: run `auth0-mcp init`")]
    Nobody,
    /// There are profiles, and none was named.
    #[error(
        "no profile is the default one: name one with --profile ({}), or make one the default with `auth0-mcp session use NAME`",
        list(.0)
    )]
    NoDefault(Vec<ProfileName>),
    /// The profile is not there.
    #[error(
        "nobody is signed in as profile `{profile}`: run `auth0-mcp init --profile {profile}`{}",
        others(.names)
    )]
    NoProfile {
        /// The profile that was meant.
        profile: ProfileName,
        /// Those that are there.
        names: Vec<ProfileName>,
    },
    /// It has expired for good.
    #[error("the sign-in of profile `{profile}` expired and cannot be renewed: run `{command}`")]
    Expired {
        /// The profile.
        profile: ProfileName,
        /// What signs in again.
        command: String,
    },
    /// The keychain failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

fn list(names: &[ProfileName]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn others(names: &[ProfileName]) -> String {
    if names.is_empty() { String::new() } else { format!("; there is {}", list(names)) }
}

/// The profile that is meant, found once at the start: a default that changes later moves no running server.
///
/// # Errors
/// [`SessionError`] if none is named and none is the default.
pub async fn resolve(
    vault: &Vault,
    named: Option<ProfileName>,
) -> Result<ProfileName, SessionError> {
    if let Some(profile) = named {
        return Ok(profile);
    }
    match vault.profiles().await? {
        Profiles { default: Some(profile), .. } => Ok(profile),
        Profiles { names, .. } if names.is_empty() => Err(SessionError::Nobody),
        Profiles { names, .. } => Err(SessionError::NoDefault(names)),
    }
}

/// The command that signs in to a profile again in the way that it was signed in.
#[must_use]
pub fn sign_in_command(profile: &ProfileName, session: &Session) -> String {
    match &session.kind {
        Kind::DeviceFlow { .. } => format!("auth0-mcp init --profile {profile}"),
        Kind::ClientCredentials { client_id, .. } => {
            let client_id: String = client_id.escape_debug().collect();
            format!(
                "auth0-mcp init --profile {profile} --auth0-domain {} --auth0-client-id {client_id}",
                session.domain
            )
        }
    }
}
