//! A keychain that lives as long as the process, for tests of what is built on the vault.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    VaultError,
    store::{LONGEST_VALUE, Store},
};
use crate::secret::Secret;

/// Entries by name, with the limits that a real keychain has.
#[derive(Debug, Default)]
pub(super) struct Memory {
    entries: Mutex<HashMap<String, Secret>>,
}

impl Memory {
    fn entries(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names of all entries, in order.
    #[cfg(test)]
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.entries().keys().cloned().collect();
        names.sort();
        names
    }
}

impl Store for Memory {
    fn name(&self) -> String {
        "this process's memory".to_owned()
    }

    fn get(&self, entry: &str) -> Result<Option<Secret>, VaultError> {
        Ok(self.entries().get(entry).cloned())
    }

    fn set(&self, entry: &str, value: &Secret) -> Result<(), VaultError> {
        if value.expose().len() > LONGEST_VALUE {
            return Err(VaultError::TooLong(LONGEST_VALUE));
        }
        self.entries().insert(entry.to_owned(), value.clone());
        Ok(())
    }

    fn delete(&self, entry: &str) -> Result<bool, VaultError> {
        Ok(self.entries().remove(entry).is_some())
    }

    fn node_get(&self, account: &str) -> Result<Option<Secret>, VaultError> {
        self.get(account)
    }

    fn node_delete(&self, account: &str) -> Result<bool, VaultError> {
        self.delete(account)
    }
}
