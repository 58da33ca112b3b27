//! Adding and removing: whole or not at all.
//!
//! New files go into a folder that nothing refers to; replacing `plugins.lock` in one step is the moment at which
//! the change happens. A crash or a full disk before it leaves the old state and some files that nobody reads,
//! which the next change sweeps away.

use std::{
    fs::{self, File},
    path::Path,
    sync::Arc,
};

use auth0_mcp_sandbox::Engine;

use super::{
    Home, PLUGINS, code, file, folder, folder::FolderError, index, lock, lock::Lock, lock::Row,
};
use crate::{
    auth::vault::VaultError,
    catalog::admit::{self, Examined},
    policy::Publisher,
};

/// The file that one change at a time holds.
const TURN: &str = ".lock";

/// How a folder begins that is being filled.
const STAGING: &str = ".staging-";

/// Why a change was not made. Nothing is different then.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// A file or folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The lock.
    #[error(transparent)]
    Lock(#[from] lock::LockError),
    /// Somebody else changed the lock since it was looked at.
    #[error("plugins.lock was changed by another process meanwhile: look at it and try again")]
    Raced,
    /// A bug.
    #[error("the manifest cannot be written: {0}")]
    Manifest(#[from] serde_json::Error),
}

/// The right to change the plugins of a data folder; other processes wait until it is dropped.
pub struct Turn {
    home: Home,
    /// What the lock says, and will say once written.
    pub lock: Lock,
    _held: File,
}

/// Everything about a plugin that is to be stored.
pub struct New<'a> {
    /// The component's bytes.
    pub component: &'a [u8],
    /// What was found out about it.
    pub examined: &'a Examined,
    /// The signature's text.
    pub signature: Option<&'a str>,
    /// The publisher, if the signature was verified.
    pub publisher: Option<Publisher>,
    /// Where it came from.
    pub source: String,
    /// Now (RFC 3339).
    pub added: String,
    /// Whether the operator let it use the reserved prefix.
    pub reserved: bool,
}

impl Home {
    /// Waits for other processes that change the plugins, and reads the lock.
    ///
    /// # Errors
    /// The folder cannot be made or trusted, or the lock not be read.
    pub fn change(&self) -> Result<Turn, ChangeError> {
        folder::create(self.data())?;
        folder::create(&self.data().join(PLUGINS))?;
        let held = folder::exclusive(&self.data().join(PLUGINS).join(TURN))?;
        let lock = Lock::read(self.data())?;
        Ok(Turn { home: self.clone(), lock, _held: held })
    }
}

impl Turn {
    /// Stores a plugin, in the place of the one with its name. Says why its compiled code is not kept, if it is not.
    ///
    /// # Errors
    /// [`ChangeError`]; the old state is still there then.
    pub async fn add(
        mut self,
        engine: &Arc<Engine>,
        new: New<'_>,
    ) -> Result<Option<VaultError>, ChangeError> {
        let manifest = serde_json::to_vec(&new.examined.manifest)?;
        let row = new.row(&manifest);
        let stored = self.home.stored(row.clone());
        let (sealed, problem) = match code::seal(&stored, engine, &new.examined.code).await {
            Ok(sealed) => (Some(sealed), None),
            Err(error) => (None, Some(error)),
        };
        self.sweep();
        let plugins = self.home.data().join(PLUGINS);
        let staging = plugins.join(format!("{STAGING}{}", row.folder));
        let files = [
            (file::COMPONENT, Some(new.component)),
            (file::MANIFEST, Some(&manifest[..])),
            (file::SIGNATURE, new.signature.map(str::as_bytes)),
            (file::CODE, sealed.as_deref()),
        ];
        let staged = stage(&staging, &files)
            .and_then(|()| folder::rename(&staging, &plugins.join(&row.folder)))
            .map_err(ChangeError::from)
            .and_then(|()| {
                self.lock.put(row);
                Ok(self.lock.write(self.home.data())?)
            });
        if let Err(error) = staged {
            // What was written refers to nothing; the sweep of the next change removes what stays.
            _ = fs::remove_dir_all(&staging);
            return Err(error);
        }
        self.sweep();
        Ok(problem)
    }

    /// Removes a plugin. False if there is none of that name.
    ///
    /// # Errors
    /// [`ChangeError`]; the old state is still there then.
    pub fn remove(mut self, name: &str) -> Result<bool, ChangeError> {
        if self.lock.row(name).is_none() {
            return Ok(false);
        }
        self.lock.plugins.retain(|row| row.name != name);
        self.lock.write(self.home.data())?;
        self.sweep();
        Ok(true)
    }

    /// Notes that these plugins were verified; running servers give their tools back.
    ///
    /// # Errors
    /// [`ChangeError`]
    pub fn verified(mut self, names: &[String], now: &str) -> Result<(), ChangeError> {
        for row in self.lock.plugins.iter_mut().filter(|row| names.contains(&row.name)) {
            row.verified = Some(now.to_owned());
        }
        Ok(self.lock.write(self.home.data())?)
    }

    /// Removes what no row refers to. What cannot be removed harms nobody.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(self.home.data().join(PLUGINS)) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let known = name == TURN
                || name == index::FILE
                || self.lock.plugins.iter().any(|row| name == *row.folder);
            if !known && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                _ = fs::remove_dir_all(entry.path());
            } else if !known {
                _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl New<'_> {
    fn row(&self, manifest: &[u8]) -> Row {
        let said = &self.examined.manifest;
        // A name of its own, so that the files of the version before stay as they are until they are swept.
        let unique = fastrand::u32(..);
        Row {
            name: said.name.clone(),
            version: said.version.clone(),
            sha256: self.examined.digest.clone(),
            manifest: admit::digest(manifest),
            folder: format!("{}-{}-{unique:08x}", said.name, &self.examined.digest[..12]),
            source: self.source.clone(),
            signer: self.publisher.as_ref().map(|known| known.name.clone()),
            key: self.publisher.as_ref().map(|known| known.key.clone()),
            added: self.added.clone(),
            verified: None,
            reserved: self.reserved,
            granted: lock::rights(said),
        }
    }
}

/// Writes the files of a plugin down to the disk.
fn stage(staging: &Path, files: &[(&str, Option<&[u8]>)]) -> Result<(), FolderError> {
    folder::create(staging)?;
    for (name, bytes) in files {
        if let Some(bytes) = bytes {
            folder::write_new(&staging.join(name), bytes)?;
        }
    }
    folder::sync(staging)
}
