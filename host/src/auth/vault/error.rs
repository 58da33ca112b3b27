//! Why the keychain did not do what was asked, and what helps.

use std::time::Duration;

use crate::auth::profile::ProfileName;

/// The way without a keychain, for machines that have none.
pub const HEADLESS: &str = "without a keychain, set AUTH0_DOMAIN with AUTH0_TOKEN, or with AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, where `auth0-mcp run` is started";

/// A failure of the vault. The operator reads it; no text holds anything that was stored.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no keychain service on this machine, or none in this session.
    #[error("{}; {HEADLESS}", no_keychain(.0))]
    NoKeychain(String),
    /// It is locked, and nobody unlocked it.
    #[error(
        "the keychain is locked: unlock it (a desktop asks for its password; a session over SSH has to unlock it first) and try again; {HEADLESS}"
    )]
    Locked,
    /// It refused this program.
    #[error(
        "the keychain refused access ({0}): allow `auth0-mcp` in the keychain's own dialog or settings, and try again"
    )]
    Denied(String),
    /// It did not answer. A person may have been asked for something.
    #[error(
        "the keychain did not answer within {} s: it may be waiting for you to unlock it or to allow access; answer its prompt and try again; {HEADLESS}",
        .0.as_secs()
    )]
    Timeout(Duration),
    /// A value does not fit, although it was cut into pieces.
    #[error(
        "the keychain takes no value of this length (its limit is {0} bytes): this is a fault of auth0-mcp, please report it"
    )]
    TooLong(usize),
    /// What is stored cannot be read.
    #[error(
        "the keychain's entry for profile `{profile}` is damaged ({reason}): run `auth0-mcp logout --profile {profile}`, then `auth0-mcp init --profile {profile}`"
    )]
    Damaged {
        /// The profile.
        profile: ProfileName,
        /// What is wrong with it.
        reason: String,
    },
    /// What is stored was written by a later version.
    #[error(
        "the keychain's entry for profile `{profile}` has format {version}, which this version of auth0-mcp does not know: install the version that wrote it, or run `auth0-mcp init --profile {profile}` to replace it"
    )]
    Newer {
        /// The profile.
        profile: ProfileName,
        /// The number that the entry says.
        version: u64,
    },
    /// The list of profiles cannot be read.
    #[error(
        "the keychain's list of profiles is damaged ({0}): `auth0-mcp init --profile NAME` writes a new one, with that profile in it"
    )]
    DamagedList(String),
    /// It said that it stored a value and gives another one back.
    #[error(
        "the keychain did not keep what was written to it: nothing was saved; check the keychain ({0}), then try again"
    )]
    NotKept(String),
    /// A profile that does not exist.
    #[error(
        "there is no profile `{0}`: `auth0-mcp session` lists the profiles, and `auth0-mcp init --profile {0}` makes it"
    )]
    NoProfile(ProfileName),
    /// The folder with the notes for running servers.
    #[error(
        "the file {path} cannot be written ({reason}): make its folder writable, or name another one in AUTH0_MCP_DATA_DIR"
    )]
    Folder {
        /// Where.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Anything else.
    #[error("the keychain failed: {0}")]
    Other(String),
}

impl VaultError {
    /// What happened, without the way to sign in without a keychain: where nobody is signing in.
    #[must_use]
    pub fn cause(&self) -> String {
        self.to_string().replace(&format!("; {HEADLESS}"), "")
    }
}

fn no_keychain(why: &str) -> String {
    format!(
        "there is no keychain here ({why}): on Linux a Secret Service is needed, such as gnome-keyring or KWallet, in a desktop session"
    )
}
