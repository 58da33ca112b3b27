//! What the entry in a client's file says: which program to start, and with which arguments.
//!
//! No secret is ever in it: the program takes its credentials from the keychain, or from the environment that
//! the user gives it.

use std::path::{Path, PathBuf};

/// What `run` is to be started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launch {
    /// `--tools`, as it was given.
    pub tools: Option<String>,
    /// `--read-only`.
    pub read_only: bool,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--demo`: the local tenant, which needs no account.
    pub demo: bool,
}

impl Launch {
    /// The command line after the program.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["run".to_owned()];
        let mut flag = |name: &str, value: Option<&String>| {
            arguments.push(name.to_owned());
            arguments.extend(value.cloned());
        };
        if self.demo {
            flag("--demo", None);
        }
        if let Some(profile) = &self.profile {
            flag("--profile", Some(profile));
        }
        if let Some(tools) = &self.tools {
            flag("--tools", Some(tools));
        }
        if self.read_only {
            flag("--read-only", None);
        }
        arguments
    }
}

/// The absolute path of this program, as clients have to start it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program(String);

/// Clients could not start this program. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The system does not say, or the file has been moved or removed since it started.
    #[error("the path of this program cannot be found out ({0}): start it by its full path")]
    Unknown(std::io::Error),
    /// Configuration files are UTF-8.
    #[error("the path of this program, {}, is not UTF-8, so no client can start it: move it to another folder", .0.display())]
    NotUtf8(PathBuf),
}

impl Program {
    /// The program that runs now.
    ///
    /// # Errors
    /// [`ProgramError`] where a client could not start it.
    pub fn current() -> Result<Self, ProgramError> {
        let path = std::env::current_exe()
            .and_then(std::fs::canonicalize)
            .map_err(ProgramError::Unknown)?;
        Self::at(&path)
    }

    /// The program at this absolute path.
    ///
    /// # Errors
    /// [`ProgramError::NotUtf8`].
    pub fn at(path: &Path) -> Result<Self, ProgramError> {
        let text = path.to_str().ok_or_else(|| ProgramError::NotUtf8(path.into()))?;
        // Windows' long form of a plain path, which not every client can start.
        let plain = text.strip_prefix(r"\\?\").filter(|rest| rest.as_bytes().get(1) == Some(&b':'));
        Ok(Self(plain.unwrap_or(text).to_owned()))
    }

    /// As it is written into a file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The keys of an entry that are ours. Others in it are the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) says_stdio: bool,
    pub(super) command: String,
    pub(super) args: Vec<String>,
}
