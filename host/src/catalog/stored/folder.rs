//! Files and folders that decide what runs: nobody else can write them, and a change is whole or not at all.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// Why a file or folder is not used. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system says no.
    #[error("{path}: {error}")]
    System {
        /// Which file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody else can write it.
    #[error(
        "{0} can be written by other users, so what is in it cannot be trusted: run `chmod go-w` on it, then `auth0-mcp plugin verify`"
    )]
    Shared(String),
    /// It belongs to somebody else.
    #[error("{0} belongs to another user, so what is in it cannot be trusted")]
    Foreign(String),
    /// A link, a device, or another thing that is no plain file or folder.
    #[error("{0} is not a plain {1}: it is not followed")]
    Kind(String, &'static str),
    /// More bytes than it can have.
    #[error("{path} has more than {limit} bytes")]
    TooLarge {
        /// Which file.
        path: String,
        /// The limit, in bytes.
        limit: u64,
    },
}

impl FolderError {
    fn system(path: &Path, error: io::Error) -> Self {
        Self::System { path: path.display().to_string(), error }
    }
}

/// Creates a folder for this user alone; parents by the system's rules.
///
/// # Errors
/// It cannot be created, or it is there and others can write it.
pub fn create(folder: &Path) -> Result<(), FolderError> {
    let failed = |error| FolderError::system(folder, error);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)?;
    check_folder(folder)
}

/// Checks that a folder is one, and that nobody else can write it.
///
/// # Errors
/// [`FolderError`].
pub fn check_folder(folder: &Path) -> Result<(), FolderError> {
    let metadata = fs::symlink_metadata(folder).map_err(|e| FolderError::system(folder, e))?;
    if !metadata.is_dir() {
        return Err(FolderError::Kind(folder.display().to_string(), "folder"));
    }
    check_owner(folder, &metadata)
}

/// Reads a file that nobody else can write; None if there is none.
///
/// # Errors
/// [`FolderError`].
pub fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FolderError> {
    let failed = |error| FolderError::system(path, error);
    let named = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Before it is opened: opening a pipe waits for ever.
    if !named.is_file() {
        return Err(FolderError::Kind(path.display().to_string(), "file"));
    }
    let file = File::open(path).map_err(failed)?;
    // What is checked is what is read, whatever the name means by now.
    let metadata = file.metadata().map_err(failed)?;
    check_owner(path, &metadata)?;
    let mut bytes = Vec::new();
    let expected = usize::try_from(metadata.len().min(limit)).unwrap_or_default();
    bytes.reserve_exact(expected + 1);
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(FolderError::TooLarge { path: path.display().to_string(), limit });
    }
    Ok(Some(bytes))
}

#[cfg(unix)]
fn check_owner(path: &Path, metadata: &Metadata) -> Result<(), FolderError> {
    use std::os::unix::fs::MetadataExt;
    let shown = || path.display().to_string();
    let me = rustix::process::geteuid().as_raw();
    // Root could change everything anyway, and may have installed plugins for everybody.
    if metadata.uid() != me && metadata.uid() != 0 {
        return Err(FolderError::Foreign(shown()));
    }
    if metadata.mode() & 0o022 == 0 { Ok(()) } else { Err(FolderError::Shared(shown())) }
}

/// Other systems keep a user's data folder to the user by its access list, which is not read here.
#[cfg(not(unix))]
fn check_owner(_: &Path, _: &Metadata) -> Result<(), FolderError> {
    Ok(())
}

/// Writes a new file for this user alone, down to the disk.
///
/// # Errors
/// The file is there already, or the disk is full.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let failed = |error| FolderError::system(path, error);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

/// Replaces a file in one step: whoever reads sees the old bytes or the new ones.
///
/// # Errors
/// The system says no; the old file is still there then.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let temporary = beside(path);
    let written = write_new(&temporary, bytes).and_then(|()| rename(&temporary, path));
    if written.is_err() {
        // Already failing; what is left is swept with the next change.
        _ = fs::remove_file(&temporary);
    }
    written
}

/// Waits until no other process holds this file, and holds it.
///
/// # Errors
/// The system says no.
pub fn exclusive(path: &Path) -> Result<File, FolderError> {
    let failed = |error| FolderError::system(path, error);
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

/// Renames, and makes it last.
///
/// # Errors
/// The system says no.
pub fn rename(from: &Path, to: &Path) -> Result<(), FolderError> {
    fs::rename(from, to).map_err(|error| FolderError::system(to, error))?;
    to.parent().map_or(Ok(()), sync)
}

/// Makes the names in a folder last.
///
/// # Errors
/// The system says no.
pub fn sync(folder: &Path) -> Result<(), FolderError> {
    // Not every system can sync a folder; those that cannot do not need it.
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        return synced.map_err(|error| FolderError::system(folder, error));
    }
    Ok(())
}

/// A name for a temporary file in the same folder.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}-{:x}", std::process::id(), fastrand::u64(..)))
}
