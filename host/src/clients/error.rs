//! Why a client's file is not as it was wished. The operator reads these; each says that nothing was lost.

use std::{io, path::PathBuf};

/// What is wrong inside a text, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Byte offset into the text.
    pub(super) at: usize,
    /// A fragment that fits after "line 3, column 5: ".
    pub(super) reason: String,
}

impl Fault {
    pub(super) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into() }
    }
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

/// One client could not be configured.
#[derive(Debug, thiserror::Error)]
#[error("{client}: {error}")]
pub struct ClientError {
    /// The client's title.
    pub client: &'static str,
    /// What holds it up.
    pub error: FileError,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not JSON or TOML, or not of the shape that clients read.
    #[error(
        "{}, line {line}, column {column}: {reason}. The file was left as it is; correct it and run the command again", path.display()
    )]
    Content {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A folder, a device or the like.
    #[error("{} is {kind}, not a file: remove it, or correct the path", path.display())]
    NotAFile {
        /// Where the file should be.
        path: PathBuf,
        /// What is there.
        kind: &'static str,
    },
    /// More than is read.
    #[error("{} has {bytes} bytes, more than the {} MiB that a configuration file may have", path.display(), super::config_file::LARGEST >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// It exists and cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's word.
        reason: io::Error,
    },
    /// The user has protected it.
    #[error("{} is read-only: nothing was written; make it writable and run the command again", .0.display())]
    ReadOnly(PathBuf),
    /// A link of a project's file that leads out of the project.
    #[error(
        "{} is a symbolic link to {}, outside of its folder: a project's file must be in the project", path.display(), to.display()
    )]
    Outside {
        /// The file as it was named.
        path: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
    /// A symbolic link that leads to itself.
    #[error("{} is a symbolic link that leads round in a circle: correct it", .0.display())]
    Circle(PathBuf),
    /// The folder of a project must be there.
    #[error("{} is no folder: name the folder of an existing project", .0.display())]
    NoFolder(PathBuf),
    /// The system refused a write. The file is as it was.
    #[error("{} cannot be {step}: {reason}. The file was left as it is", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What failed, such as `written`.
        step: &'static str,
        /// The system's word.
        reason: io::Error,
    },
    /// Another program does not stop writing it.
    #[error(
        "{} is being changed by another program: close the client and run the command again; nothing was written", .0.display()
    )]
    Busy(PathBuf),
}

impl FileError {
    /// Whether the file's content has to be corrected, as against the system having refused something.
    #[must_use]
    pub fn is_content(&self) -> bool {
        matches!(
            self,
            Self::Content { .. } | Self::TooLarge { .. } | Self::Outside { .. } | Self::NoFolder(_)
        )
    }
}
