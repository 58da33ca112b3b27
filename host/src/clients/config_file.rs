//! One file on disk: read as it is, and replaced in one step with a backup beside it.
//!
//! Either the old text or the new one is there at any moment, also after a crash or on a full disk. A symbolic
//! link stays a link: what it leads to is replaced. Nothing is written through a link that leads out of a
//! project, since a project may come from a stranger.

mod backup;
mod links;
mod replace;

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
};

use super::{
    edit,
    error::{Fault, FileError},
};
pub(super) use replace::Written;

/// Larger files are not read: Claude Code's, the largest known, has some megabytes.
pub(super) const LARGEST: u64 = 64 << 20;

/// The mark that some editors on Windows put before UTF-8.
const BOM: &str = "\u{feff}";

/// A file as it was when it was read.
#[derive(Clone, Debug)]
pub(super) struct ConfigFile {
    /// As the client names it.
    pub(super) named: PathBuf,
    /// Where it is, links followed.
    pub(super) real: PathBuf,
    content: Option<Vec<u8>>,
}

impl ConfigFile {
    /// Reads the file, which need not exist. `confines` is a folder that links must not lead out of.
    pub(super) fn read(named: &Path, confines: Option<&Path>) -> Result<Self, FileError> {
        let real = links::followed(named, confines)?;
        let content = match fs::metadata(&real) {
            Ok(metadata) => Some(content(&real, &metadata)?),
            Err(error) if is_absent(&error) => None,
            Err(reason) => return Err(FileError::Unreadable { path: real, reason }),
        };
        Ok(Self { named: named.into(), real, content })
    }

    /// Whether the file is reached through a symbolic link.
    pub(super) fn is_linked(&self) -> bool {
        fs::symlink_metadata(&self.named).is_ok_and(|metadata| metadata.is_symlink())
    }

    /// The text without a byte order mark; None where there is no file.
    pub(super) fn text(&self) -> Result<Option<&str>, FileError> {
        let Some(bytes) = &self.content else { return Ok(None) };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.strip_prefix(BOM).unwrap_or(text))),
            Err(error) => {
                let good = &bytes[..error.valid_up_to()];
                let reason = match bytes.first_chunk() {
                    Some([0xff, 0xfe] | [0xfe, 0xff]) => "this is UTF-16: save it as UTF-8",
                    _ => "this is not UTF-8",
                };
                let fault = Fault::new(good.len(), reason);
                Err(self.fault(&String::from_utf8_lossy(good), fault))
            }
        }
    }

    /// A fault in the text, with the file's name and the place.
    pub(super) fn fault(&self, text: &str, fault: Fault) -> FileError {
        let (line, column, reason) = edit::located(text, fault);
        FileError::Content { path: self.real.clone(), line, column, reason }
    }

    /// Whether the bytes on disk are still those that were read.
    fn is_unchanged(&self) -> bool {
        match (&self.content, fs::read(&self.real)) {
            (Some(then), Ok(now)) => *then == now,
            (None, Err(error)) => is_absent(&error),
            _ => false,
        }
    }

    /// The bytes of a new text: with the mark, if the file had one.
    fn bytes(&self, text: &str) -> Vec<u8> {
        let had = self.content.as_ref().is_some_and(|bytes| bytes.starts_with(BOM.as_bytes()));
        let mark = if had { BOM } else { "" };
        [mark.as_bytes(), text.as_bytes()].concat()
    }
}

/// Nothing is there, and nothing is in the way.
fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// The bytes of a plain file of a bearable size. Others are not even opened: a pipe would never end.
fn content(path: &Path, metadata: &Metadata) -> Result<Vec<u8>, FileError> {
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { "a folder" } else { "a device or pipe" };
        return Err(FileError::NotAFile { path: path.into(), kind });
    }
    if metadata.len() > LARGEST {
        return Err(FileError::TooLarge { path: path.into(), bytes: metadata.len() });
    }
    fs::read(path).map_err(|reason| FileError::Unreadable { path: path.into(), reason })
}
