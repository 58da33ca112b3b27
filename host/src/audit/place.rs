//! Files of the log, opened so that nobody can slip another one in: no link is followed, nothing that others may
//! write is taken, what is created is for its owner alone.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Opens for appending and reading; None if there is no such file.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    let seen = match fs::symlink_metadata(path) {
        Ok(seen) => seen,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !seen.is_file() {
        return Err(io::Error::other("it is a link or no file"));
    }
    safe(&seen)?;
    let file = OpenOptions::new().read(true).append(true).open(path)?;
    if identity(&file.metadata()?) != identity(&seen) {
        return Err(io::Error::other("it was replaced while it was opened"));
    }
    Ok(Some(file))
}

/// Creates a file that must not be there yet, for its owner alone. A link in its place is not followed.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(
            error.kind(),
            format!("the folder of {} does not exist: create it", path.display()),
        ),
        _ => error,
    })
}

/// Opens a file or creates it.
pub(super) fn open_or_create(path: &Path) -> io::Result<File> {
    loop {
        if let Some(file) = open(path)? {
            return Ok(file);
        }
        match create(path) {
            // Another server was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created,
        }
    }
}

/// Which file it is, whatever its name; None where the system does not say.
#[cfg(unix)]
pub(super) fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

/// Which file it is, whatever its name; None where the system does not say.
#[cfg(not(unix))]
pub(super) fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(unix)]
fn safe(metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match metadata.permissions().mode() & 0o022 {
        0 => Ok(()),
        _ => Err(io::Error::other(
            "others than its owner can write it: take the right away (`chmod go-w`)",
        )),
    }
}

#[cfg(not(unix))]
fn safe(_: &Metadata) -> io::Result<()> {
    Ok(())
}

/// `audit.jsonl` → `audit.jsonl.3`.
pub(super) fn numbered(path: &Path, number: u64) -> PathBuf {
    extended(path, &format!(".{number}"))
}

/// `audit.jsonl` → `audit.jsonl.lock`.
pub(super) fn lock(path: &Path) -> PathBuf {
    extended(path, ".lock")
}

fn extended(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// The numbers of the files that were full and put aside, in order.
pub(super) fn numbers(path: &Path) -> io::Result<Vec<u64>> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    let prefix = format!("{}.", name.to_string_lossy());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let digits = name.strip_prefix(&prefix).filter(|rest| !rest.starts_with(['0', '+']));
        numbers.extend(digits.and_then(|digits| digits.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}
