//! The folders that an operator grants to a plugin: opened once, before any guest runs, and never by name again.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use cap_std::{ambient_authority, fs::Dir};
use wasmtime_wasi::{FsPerms, OpenMode, filesystem};

/// One folder as the operator names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Where it is on this machine.
    pub host: PathBuf,
    /// The absolute path at which the plugin finds it.
    pub guest: String,
    /// Whether the plugin may change what is in it.
    pub writable: bool,
}

/// Why a folder cannot be granted. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is not there, is no folder, or may not be read.
    #[error("the folder {} cannot be opened: {error}", .folder.display())]
    Open {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Two folders at one place.
    #[error("two folders are granted as {0}: give each a path of its own")]
    Twice(String),
}

/// Folders, open.
#[derive(Clone, Default)]
pub struct Folders(Arc<[(filesystem::Dir, String)]>);

impl Folders {
    /// Opens the folders. A plugin reaches what is in them and below, by no path anything else: `..`, absolute
    /// paths and links that lead out are refused by `cap-std`.
    ///
    /// # Errors
    /// One of them cannot be opened, or two have the same place.
    pub fn open(folders: &[Folder]) -> Result<Self, FolderError> {
        let mut open: Vec<(filesystem::Dir, String)> = Vec::with_capacity(folders.len());
        for folder in folders {
            if open.iter().any(|(_, guest)| *guest == folder.guest) {
                return Err(FolderError::Twice(folder.guest.clone()));
            }
            open.push((directory(&folder.host, folder.writable)?, folder.guest.clone()));
        }
        Ok(Self(open.into()))
    }

    /// Whether nothing is granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(filesystem::Dir, String)> {
        self.0.iter()
    }
}

fn directory(path: &Path, writable: bool) -> Result<filesystem::Dir, FolderError> {
    let dir = Dir::open_ambient_dir(path, ambient_authority())
        .map_err(|error| FolderError::Open { folder: path.to_owned(), error })?;
    let (rights, mode) = match writable {
        false => (FsPerms::ReadOnly, OpenMode::READ),
        true => (FsPerms::ReadWrite, OpenMode::READ | OpenMode::WRITE),
    };
    // Never on the thread that all calls share: a file may be on a disk that does not answer.
    let blocking_current_thread = false;
    Ok(filesystem::Dir::new(dir.into_std_file(), rights, mode, blocking_current_thread))
}
