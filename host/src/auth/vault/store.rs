//! What the vault needs of a keychain: small named values.
//!
//! Calls block, some of them until a person answers a prompt, so they are made on threads of their own (see
//! [`Vault`](super::Vault)).

use std::fmt;

use super::VaultError;
use crate::secret::Secret;

/// The service under which every entry of this program is kept, in every keychain.
pub(super) const SERVICE: &str = "auth0-mcp";

/// The longest value of one entry, in bytes. Windows takes 2,560; the same format is used everywhere.
pub(super) const LONGEST_VALUE: usize = 2_400;

/// A keychain: values by name. Values are text of at most [`LONGEST_VALUE`] bytes, because KDE's wallet takes
/// nothing but text.
pub(super) trait Store: fmt::Debug + Send + Sync {
    /// How people call it: `macOS Keychain`.
    fn name(&self) -> String;

    /// The value of an entry; None where there is no such entry.
    fn get(&self, entry: &str) -> Result<Option<Secret>, VaultError>;

    /// Writes an entry, new or not.
    fn set(&self, entry: &str, value: &Secret) -> Result<(), VaultError>;

    /// Deletes an entry. False where there was none.
    fn delete(&self, entry: &str) -> Result<bool, VaultError>;

    /// An entry of the Node server, which on Linux has other attributes than ours.
    fn node_get(&self, account: &str) -> Result<Option<Secret>, VaultError>;

    /// Deletes an entry of the Node server. False where there was none.
    fn node_delete(&self, account: &str) -> Result<bool, VaultError>;
}
