//! `--allow-dir PLUGIN:HOST[:GUEST][:rw]`: a folder of this machine for one plugin.
//!
//! There is no variable for it: a list of paths in one text would need a way to quote, and a mistake there
//! would open another folder than the one that was meant.

use std::path::{Path, PathBuf};

use auth0_mcp_sandbox::Folder;

/// A folder and the plugin that it is granted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedDir {
    /// The plugin's name.
    pub plugin: String,
    /// What it may see.
    pub folder: Folder,
}

/// A value of `--allow-dir` that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{value}`: {problem}; write PLUGIN:FOLDER, PLUGIN:FOLDER:/PLACE or either with `:rw` at the end"
)]
pub struct AllowDirError {
    value: String,
    problem: &'static str,
}

impl AllowedDir {
    /// Reads one value of the flag. The folder is not looked at.
    ///
    /// # Errors
    /// [`AllowDirError`]: a part is missing or is not what it must be.
    pub fn parse(value: &str) -> Result<Self, AllowDirError> {
        let wrong = |problem| AllowDirError { value: shown(value), problem };
        let (plugin, rest) = value.split_once(':').ok_or(wrong("there is no folder"))?;
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if plugin.is_empty() || !plugin.chars().all(is_name) {
            return Err(wrong("it does not begin with the name of a plugin"));
        }
        let (rest, writable) = match rest.strip_suffix(":rw") {
            Some(rest) => (rest, true),
            None => (rest.strip_suffix(":ro").unwrap_or(rest), false),
        };
        let (host, guest) = split_guest(rest);
        if host.is_empty() {
            return Err(wrong("there is no folder"));
        }
        let guest = match guest {
            Some(guest) => guest.to_owned(),
            None => own_name(host).ok_or(wrong("the folder has no name to give to the plugin"))?,
        };
        let plain = guest.split('/').skip(1).all(|part| !matches!(part, "" | "." | ".."));
        if !guest.starts_with('/') || !plain || guest.chars().any(char::is_control) {
            return Err(wrong("the place for the plugin is not a plain absolute path"));
        }
        let folder = Folder { host: PathBuf::from(host), guest, writable };
        Ok(Self { plugin: plugin.to_owned(), folder })
    }
}

/// The folder, and the place after it: an absolute path, so it begins where the last `:/` stands. A drive of
/// Windows (`C:/data`) looks the same at the beginning and is none.
fn split_guest(rest: &str) -> (&str, Option<&str>) {
    match rest.rfind(":/") {
        Some(1) if cfg!(windows) => (rest, None),
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    }
}

/// Without a place of its own, a folder is found under its name: where it is on this machine is not told.
fn own_name(host: &str) -> Option<String> {
    Some(format!("/{}", Path::new(host).file_name()?.to_str()?))
}

fn shown(value: &str) -> String {
    value.escape_debug().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_only_unless_said_and_has_one_place() {
        let table = [
            ("notes:/srv/reports", "/srv/reports", "/reports", false),
            ("notes:reports", "reports", "/reports", false),
            ("notes:/srv/reports:rw", "/srv/reports", "/reports", true),
            ("notes:/srv/reports:ro", "/srv/reports", "/reports", false),
            ("notes:/srv/reports:/data", "/srv/reports", "/data", false),
            ("notes:/srv/reports:/data/in:rw", "/srv/reports", "/data/in", true),
            ("my-notes-2:/srv/a:b:/data", "/srv/a:b", "/data", false),
        ];
        for (value, host, guest, writable) in table {
            let parsed = AllowedDir::parse(value).unwrap();
            let folder = Folder { host: host.into(), guest: guest.into(), writable };
            assert_eq!(parsed.folder, folder, "{value}");
        }
    }

    #[test]
    fn whatever_is_not_understood_is_refused() {
        let table = [
            ("", "there is no folder"),
            ("notes", "there is no folder"),
            ("notes:", "there is no folder"),
            ("notes::rw", "there is no folder"),
            (":/srv", "the name of a plugin"),
            ("Notes:/srv", "the name of a plugin"),
            ("../notes:/srv", "the name of a plugin"),
            ("notes:/", "no name to give"),
            ("notes:..", "no name to give"),
            ("notes:/srv:/", "plain absolute path"),
            ("notes:/srv:/a/../b", "plain absolute path"),
            ("notes:/srv:/a//b", "plain absolute path"),
            ("notes:/srv:/a\n", "plain absolute path"),
        ];
        for (value, words) in table {
            let error = AllowedDir::parse(value).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("PLUGIN:FOLDER"), "{value}: {error}");
        }
        // A misspelt right is not a right: it is part of the folder's name, and no such folder is there.
        assert!(!AllowedDir::parse("notes:/srv/a:RW").unwrap().folder.writable);
    }
}
