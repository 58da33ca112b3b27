//! Symbolic links, followed step by step: a link may lead to a file that does not exist yet, which the system's
//! own resolution refuses.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::super::error::FileError;

/// As many links as Linux follows.
const MOST: usize = 40;

/// The place of the file itself. The folders before it are resolved as far as they exist.
pub(super) fn followed(named: &Path, confines: Option<&Path>) -> Result<PathBuf, FileError> {
    let real = resolved(named)?;
    if let Some(folder) = confines {
        let within = resolved(folder)?;
        if !within.is_dir() {
            return Err(FileError::NoFolder(folder.into()));
        }
        if !real.starts_with(&within) {
            return Err(FileError::Outside { path: named.into(), to: real });
        }
    }
    Ok(real)
}

fn resolved(named: &Path) -> Result<PathBuf, FileError> {
    let unreadable = |reason| FileError::Unreadable { path: named.into(), reason };
    let mut path = std::path::absolute(named).map_err(unreadable)?;
    for _ in 0..=MOST {
        path = in_real_folder(&path).map_err(unreadable)?;
        match fs::read_link(&path) {
            Ok(to) => path = path.parent().unwrap_or(Path::new("")).join(to),
            // It is no link, or it does not exist.
            Err(_) => return Ok(path),
        }
    }
    Err(FileError::Circle(named.into()))
}

/// The path with the links of its folders resolved.
fn in_real_folder(path: &Path) -> io::Result<PathBuf> {
    let mut missing = Vec::new();
    let mut folder = path.parent();
    let name = path.components().next_back();
    while let Some(current) = folder {
        match fs::canonicalize(current) {
            Ok(real) => {
                let parts = missing.iter().rev().copied().chain(name);
                return Ok(parts.fold(real, step));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                missing.extend(current.components().next_back());
                folder = current.parent();
            }
            Err(error) => return Err(error),
        }
    }
    Ok(path.into())
}

/// One step down the path; `..` in a folder that does not exist leads up again.
fn step(mut path: PathBuf, part: Component<'_>) -> PathBuf {
    match part {
        Component::ParentDir => _ = path.pop(),
        part => path.push(part),
    }
    path
}
