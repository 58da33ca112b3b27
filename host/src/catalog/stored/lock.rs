//! `plugins.lock`: what the operator admitted, one row for each plugin. People read it, `plugin` writes it.
//!
//! It is the root of trust for everything beside it: what has no row, or does not fit its row, is not loaded.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use auth0_mcp_sandbox::manifest::{Effect, Manifest, Tool};
use serde::{Deserialize, Serialize};

use super::folder::{self, FolderError};

/// The file's name in the data folder.
pub const FILE: &str = "plugins.lock";

/// The largest file that is read, in bytes: some thousand plugins.
const LARGEST: u64 = 8 << 20;

const HEADER: &str = "# What `auth0-mcp plugin add` admitted. Changing a row by hand makes its plugin refused;\n# use `auth0-mcp plugin add`, `update` and `remove`.\n\n";

/// The whole file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The format, 1.
    pub version: u32,
    /// The admitted plugins, by name.
    #[serde(default, rename = "plugin", skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<Row>,
}

/// One admitted plugin.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its name, unique.
    pub name: String,
    /// Its version, as its author counts.
    pub version: String,
    /// SHA-256 of the component, in hex.
    pub sha256: String,
    /// SHA-256 of the stored manifest, in hex.
    pub manifest: String,
    /// The folder below `plugins` that holds its files.
    pub folder: String,
    /// Where it came from: a path, or `oci://…@sha256:…`.
    pub source: String,
    /// The publisher whose signature was verified; none for an unsigned component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// The publisher's key then, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// When it was added or updated (RFC 3339, UTC).
    pub added: String,
    /// When `plugin verify` last found nothing wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
    /// Whether the operator let it use names that begin with the reserved prefix.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reserved: bool,
    /// Each tool with what the operator granted: its effect, then its rows.
    pub granted: BTreeMap<String, Vec<String>>,
}

/// Why the lock cannot be used. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It cannot be read or written, or others can write it.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// It is not what this program writes.
    #[error(
        "{path} cannot be read: {problem}. Restore it from a backup, or remove it and add the plugins again"
    )]
    Broken {
        /// The file.
        path: String,
        /// What is wrong, and where.
        problem: String,
    },
}

impl Default for Lock {
    fn default() -> Self {
        Self { version: 1, plugins: Vec::new() }
    }
}

impl Lock {
    /// Reads the lock of a data folder; an absent file is an empty lock.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn read(data: &Path) -> Result<Self, LockError> {
        match Self::bytes(data)? {
            Some(bytes) => Self::parse(data, &bytes),
            None => Ok(Self::default()),
        }
    }

    /// The file's bytes, if there is one.
    ///
    /// # Errors
    /// It cannot be read, is too large, or others can write it.
    pub fn bytes(data: &Path) -> Result<Option<Vec<u8>>, LockError> {
        Ok(folder::read(&path(data), LARGEST)?)
    }

    /// Understands the bytes of a lock.
    ///
    /// # Errors
    /// [`LockError::Broken`].
    pub fn parse(data: &Path, bytes: &[u8]) -> Result<Self, LockError> {
        let broken = |problem: String| LockError::Broken {
            path: path(data).display().to_string(),
            problem: problem.trim().to_owned(),
        };
        let text = std::str::from_utf8(bytes).map_err(|error| broken(error.to_string()))?;
        let lock: Self =
            toml_edit::de::from_str(text).map_err(|error| broken(error.to_string()))?;
        if lock.version != 1 {
            return Err(broken(format!("version {} is not known, only 1 is", lock.version)));
        }
        for (at, row) in lock.plugins.iter().enumerate() {
            row.check().map_err(&broken)?;
            if lock.plugins[..at].iter().any(|other| other.name == row.name) {
                return Err(broken(format!("plugin `{}` has two rows", row.name)));
            }
        }
        Ok(lock)
    }

    /// Writes the lock in one step: a reader sees the old file or the new one.
    ///
    /// # Errors
    /// [`LockError`]; the old file is then still there.
    pub fn write(&self, data: &Path) -> Result<(), LockError> {
        let text = toml_edit::ser::to_string_pretty(self).map_err(|error| LockError::Broken {
            path: path(data).display().to_string(),
            problem: error.to_string(),
        })?;
        Ok(folder::replace(&path(data), format!("{HEADER}{text}").as_bytes())?)
    }

    /// The row of a plugin.
    #[must_use]
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.plugins.iter().find(|row| row.name == name)
    }

    /// Puts a row in the place of the one with its name, or in its place in the order of names.
    pub fn put(&mut self, row: Row) {
        self.plugins.retain(|other| other.name != row.name);
        self.plugins.push(row);
        self.plugins.sort_by(|one, other| one.name.cmp(&other.name));
    }
}

impl Row {
    /// Names travel into paths and messages, so they hold nothing else than what this program writes.
    fn check(&self) -> Result<(), String> {
        let word = |text: &str, joints: &str| {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || joints.contains(c);
            (1..=140).contains(&text.len()) && text.chars().all(fits)
        };
        let digest = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !word(&self.name, "-") || self.name.len() > 60 {
            return Err(format!("`{}` is no plugin's name", self.name.escape_debug()));
        }
        let fits = digest(&self.sha256)
            && digest(&self.manifest)
            && word(&self.folder, "-")
            && self.granted.keys().all(|tool| word(tool, "_"));
        if fits { Ok(()) } else { Err(format!("the row of `{}` is damaged", self.name)) }
    }

    /// The names of its tools.
    pub fn tools(&self) -> impl Iterator<Item = &str> {
        self.granted.keys().map(String::as_str)
    }
}

/// What a manifest asks for, in the form of [`Row::granted`].
#[must_use]
pub fn rights(manifest: &Manifest) -> BTreeMap<String, Vec<String>> {
    manifest.tools.iter().map(|tool| (tool.name.clone(), tool_rights(tool))).collect()
}

pub(super) fn tool_rights(tool: &Tool) -> Vec<String> {
    let row = |row: &auth0_mcp_sandbox::manifest::Endpoint| {
        format!("{} {} {}", row.method.as_str(), row.path, row.scopes.join(" ")).trim().to_owned()
    };
    std::iter::once(effect_words(tool.effect).to_owned())
        .chain(tool.endpoints.iter().map(row))
        .collect()
}

/// An effect in the words of the contract.
#[must_use]
pub fn effect_words(effect: Effect) -> &'static str {
    match effect {
        Effect::ReadOnly => "read-only",
        Effect::Write { destructive: false, idempotent: false } => "write",
        Effect::Write { destructive: false, idempotent: true } => "write, idempotent",
        Effect::Write { destructive: true, idempotent: false } => "write, destructive",
        Effect::Write { destructive: true, idempotent: true } => "write, destructive, idempotent",
    }
}

/// Where the lock of a data folder is.
#[must_use]
pub fn path(data: &Path) -> PathBuf {
    data.join(FILE)
}
