//! Files beside the keychain, without a secret in them: a stamp for each profile that tells running servers that
//! somebody signed in or out, and locks, so that two processes do not renew or write at the same time.

use std::{
    collections::HashMap,
    fs::{self, DirBuilder, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use super::VaultError;
use crate::auth::profile::ProfileName;

/// Where stamps and locks are.
#[derive(Clone, Debug)]
pub(super) enum Notes {
    /// `profiles` in the folder for data.
    Folder(PathBuf),
    /// In this process, for tests.
    Memory(Arc<Memory>),
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    stamps: Mutex<HashMap<ProfileName, u64>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The state of a profile's stamp. Two that are equal mean that nobody signed in or out between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(State);

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// Nobody signed in since there are stamps, or somebody signed out.
    Absent,
    File {
        modified: Option<SystemTime>,
        identity: u64,
    },
    Memory(u64),
}

/// A lock that is held until it is dropped, also by the end of the process.
#[derive(Debug)]
#[expect(dead_code, reason = "held for their drop")]
pub(super) enum Lock {
    File(File),
    Memory(tokio::sync::OwnedMutexGuard<()>),
}

impl Notes {
    /// The stamp of a profile at this moment: one `stat`.
    pub(super) fn stamp(&self, profile: &ProfileName) -> Stamp {
        Stamp(match self {
            Self::Folder(folder) => match fs::metadata(stamp_file(folder, profile)) {
                Ok(found) => {
                    State::File { modified: found.modified().ok(), identity: identity(&found) }
                }
                Err(_) => State::Absent,
            },
            Self::Memory(memory) => {
                let stamps = memory.stamps.lock().unwrap_or_else(PoisonError::into_inner);
                stamps.get(profile).map_or(State::Absent, |number| State::Memory(*number))
            }
        })
    }

    /// Gives the profile a stamp that it never had.
    pub(super) fn touch(&self, profile: &ProfileName) -> Result<(), VaultError> {
        match self {
            Self::Folder(folder) => {
                let (file, new) =
                    (stamp_file(folder, profile), folder.join(format!("{profile}.new")));
                // A new file in the place of the old one: another identity, whatever the clock says.
                let renamed = File::create(&new).and_then(|_| fs::rename(&new, &file));
                renamed.map_err(|error| cannot_write(&file, &error))
            }
            Self::Memory(memory) => {
                let mut stamps = memory.stamps.lock().unwrap_or_else(PoisonError::into_inner);
                *stamps.entry(profile.clone()).or_default() += 1;
                Ok(())
            }
        }
    }

    /// Takes the profile's stamp away: somebody signed out.
    pub(super) fn remove(&self, profile: &ProfileName) -> Result<(), VaultError> {
        match self {
            Self::Folder(folder) => {
                let file = stamp_file(folder, profile);
                match fs::remove_file(&file) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        Err(cannot_write(&file, &error))
                    }
                    _ => Ok(()),
                }
            }
            Self::Memory(memory) => {
                memory.stamps.lock().unwrap_or_else(PoisonError::into_inner).remove(profile);
                Ok(())
            }
        }
    }

    /// Waits for the lock of one profile: whoever holds it may renew, write or erase that profile. Blocks.
    pub(super) fn lock(&self, profile: &ProfileName) -> Result<Lock, VaultError> {
        self.lock_file(&format!("{profile}.lock"))
    }

    /// Waits for the lock of the list of profiles. Blocks; taken after that of a profile, never before.
    pub(super) fn lock_list(&self) -> Result<Option<Lock>, VaultError> {
        match self {
            Self::Folder(_) => self.lock_file(".lock").map(Some),
            // The one lock of tests is held already.
            Self::Memory(_) => Ok(None),
        }
    }

    fn lock_file(&self, name: &str) -> Result<Lock, VaultError> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                let open = || {
                    create_private(folder)?;
                    let file =
                        File::options().create(true).write(true).truncate(false).open(&path)?;
                    file.lock()?;
                    Ok(file)
                };
                open().map(Lock::File).map_err(|error| cannot_write(&path, &error))
            }
            Self::Memory(memory) => {
                Ok(Lock::Memory(Arc::clone(&memory.turn).blocking_lock_owned()))
            }
        }
    }
}

fn stamp_file(folder: &Path, profile: &ProfileName) -> PathBuf {
    folder.join(format!("{profile}.stamp"))
}

fn cannot_write(path: &Path, error: &io::Error) -> VaultError {
    VaultError::Folder { path: path.display().to_string(), reason: error.to_string() }
}

/// The folder, for this user alone where the system knows such a thing.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn identity(file: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

/// The time alone tells two stamps apart here: it counts in steps of 100 ns.
#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> u64 {
    0
}
