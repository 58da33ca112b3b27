//! The key that seals plugins' compiled code: it vouches for files, so it cannot be one.

use super::{Vault, VaultError};
use crate::secret::Secret;

/// Its entry.
const ENTRY: &str = "plugins/seal";

impl Vault {
    /// The key, 64 hexadecimal digits; None where none was made yet.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn seal_key(&self) -> Result<Option<Secret>, VaultError> {
        self.run(|store, _| store.get(ENTRY)).await
    }

    /// The key that is there, or this new one.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn seal_key_or(&self, new: Secret) -> Result<Secret, VaultError> {
        self.run(move |store, _| match store.get(ENTRY)? {
            Some(key) => Ok(key),
            None => {
                store.set(ENTRY, &new)?;
                // What is there now, in case another process was quicker.
                Ok(store.get(ENTRY)?.unwrap_or(new))
            }
        })
        .await
    }
}
