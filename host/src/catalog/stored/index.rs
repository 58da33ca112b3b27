//! What a start needs of the lock, in a form that is read at once.
//!
//! Understanding TOML and comparing every name with every other takes longer than starting the server. Both give
//! the same result until the lock or the program changes, so it is kept beside the lock, bound to both by a digest.
//! It is a copy: if it is missing, old or damaged, it is made again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Home, PLUGINS, folder,
    lock::{Lock, LockError, Row},
};
use crate::catalog::{
    Family,
    admit::{self, clash::names_clash, vet::taken},
};

/// The file's name in the folder of plugins.
pub(super) const FILE: &str = "index.json";

/// The largest index that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// A lock that was understood.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Index {
    /// What it was made of: see [`of`].
    made_of: String,
    /// The rows, each with the names that it cannot have, in words.
    pub(super) rows: Vec<(Row, Vec<String>)>,
}

impl Home {
    /// The rows of the lock, from the index if it is current.
    pub(super) fn index(&self, first_party: &[Arc<Family>]) -> Result<Index, LockError> {
        let Some(lock) = Lock::bytes(self.data())? else {
            return Ok(Index { made_of: String::new(), rows: Vec::new() });
        };
        let made_of = of(&lock, first_party);
        if let Some(index) = self.read_index().filter(|index| index.made_of == made_of) {
            return Ok(index);
        }
        let index = make(Lock::parse(self.data(), &lock)?, made_of, first_party);
        self.write_index(&index);
        Ok(index)
    }

    /// Whether the index, if it claims to be of this lock, says what the lock says.
    pub(super) fn index_fits(&self, first_party: &[Arc<Family>]) -> Result<bool, LockError> {
        let Some(bytes) = Lock::bytes(self.data())? else { return Ok(true) };
        let made_of = of(&bytes, first_party);
        let Some(found) = self.read_index().filter(|index| index.made_of == made_of) else {
            return Ok(true);
        };
        Ok(found == make(Lock::parse(self.data(), &bytes)?, made_of, first_party))
    }

    fn read_index(&self) -> Option<Index> {
        let path = self.data().join(PLUGINS).join(FILE);
        folder::check_folder(&self.data().join(PLUGINS)).ok()?;
        let bytes = folder::read(&path, LARGEST).ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    /// Failing costs the next start the time that this one took.
    fn write_index(&self, index: &Index) {
        let path = self.data().join(PLUGINS).join(FILE);
        let Ok(bytes) = serde_json::to_vec(index) else { return };
        if let Err(error) = folder::replace(&path, &bytes) {
            tracing::debug!("the index of plugins is not kept: {error}");
        }
    }
}

fn make(lock: Lock, made_of: String, first_party: &[Arc<Family>]) -> Index {
    let problems = |row: &Row| {
        let taken = taken(first_party, &lock, &row.name, row.reserved);
        let found = names_clash(&row.name, row.tools(), &taken);
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let rows = lock.plugins.iter().map(|row| (row.clone(), problems(row))).collect();
    Index { made_of, rows }
}

/// A digest of everything that an index depends on.
fn of(lock: &[u8], first_party: &[Arc<Family>]) -> String {
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    for name in first_party.iter().flat_map(|family| {
        std::iter::once(family.digest()).chain(family.tools().iter().map(String::as_str))
    }) {
        digest.update([0]);
        digest.update(name);
    }
    digest.update([1]);
    digest.update(lock);
    admit::hex(&digest.finalize())
}
