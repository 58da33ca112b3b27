//! The configuration files of MCP clients: the one entry in each that starts this program.
//!
//! A file belongs to its user. Everything outside of our entry stays as it is, byte for byte: other servers,
//! unknown keys, comments, order, indentation, line ends. A file that cannot be understood is never written.
//!
//! In reading order:
//! - one file for each client ([`claude`] to [`codex`]): where its configuration is, and how an entry looks there;
//! - [`places`]: the folders that the paths begin with;
//! - [`entry`]: what the entry says;
//! - [`json`], [`toml`]: a text to the same text with the entry, or without it;
//! - [`config_file`]: bytes on disk, links, backup, atomic replacement;
//! - [`change`]: the above in one step, planned first and applied later; [`diff`] shows a plan.

mod change;
mod claude;
mod claude_code;
mod codex;
mod config_file;
mod cursor;
mod diff;
mod edit;
mod entry;
mod error;
mod gemini;
mod json;
mod places;
mod toml;
mod vscode;
mod windsurf;

use std::path::{Path, PathBuf};

pub use change::{Action, Applied, Change, Wish};
pub use entry::{Launch, Program, ProgramError};
pub use error::{ClientError, FileError};
pub use places::{NoHome, Places, System};

/// An MCP client that can be configured.
#[derive(Debug)]
pub struct Client {
    /// As in `--client`.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// The user's file.
    file: fn(&Places) -> PathBuf,
    /// The file in a project's folder, where there is one.
    pub in_folder: Option<&'static str>,
    format: Format,
    /// Whether an entry says `"type": "stdio"`.
    says_stdio: bool,
    /// Keys that this client refuses in an entry.
    refuses: &'static [&'static str],
}

/// How a file is written, and the key of the table that holds the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// JSON with comments.
    Json(&'static str),
    /// TOML.
    Toml(&'static str),
}

/// All of them, in the order of the documentation.
pub const CLIENTS: [&Client; 7] = [
    &claude::CLIENT,
    &claude_code::CLIENT,
    &cursor::CLIENT,
    &windsurf::CLIENT,
    &vscode::CLIENT,
    &gemini::CLIENT,
    &codex::CLIENT,
];

impl Client {
    /// The client of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CLIENTS.into_iter().find(|client| client.name == name)
    }
}

/// One file of one client.
#[derive(Clone, Debug)]
pub struct Target {
    /// Whose file.
    pub client: &'static Client,
    /// The folder of a project; None for the user's own file.
    pub folder: Option<PathBuf>,
}

impl Target {
    /// Where the file is.
    #[must_use]
    pub fn path(&self, places: &Places) -> PathBuf {
        match (&self.folder, self.client.in_folder) {
            (Some(folder), Some(file)) => folder.join(file),
            _ => (self.client.file)(places),
        }
    }

    /// The folder that the file must not leave by a symbolic link. A project may come from a stranger; the home
    /// directory does not.
    fn confines(&self) -> Option<&Path> {
        self.folder.as_deref()
    }
}

#[cfg(test)]
mod tests;
