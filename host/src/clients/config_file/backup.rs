//! Copies of a file beside it, numbered, the newest few kept: `mcp.json.auth0-mcp-3.bak`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::ConfigFile;

/// How many are kept. More would keep other servers' secrets longer than their owner thinks.
const KEPT: usize = 5;

/// The copies of this file that exist, oldest first.
pub(super) fn existing(file: &Path) -> Vec<(u32, PathBuf)> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return Vec::new() };
    let prefix = format!("{}.auth0-mcp-", name.to_string_lossy());
    let number = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let number = name.strip_prefix(&prefix)?.strip_suffix(".bak")?.parse().ok()?;
        Some((number, entry.path()))
    };
    let mut found: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().filter_map(number).collect();
    found.sort();
    found
}

/// Where the next copy goes.
pub(super) fn next(file: &Path) -> PathBuf {
    let number = existing(file).last().map_or(1, |(newest, _)| newest.saturating_add(1));
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".auth0-mcp-{number}.bak"));
    name.into()
}

/// Removes all but the newest.
pub(super) fn prune(file: &Path) {
    let all = existing(file);
    for (_, old) in &all[..all.len().saturating_sub(KEPT)] {
        // One that cannot be removed is only in the way.
        _ = fs::remove_file(old);
    }
}

impl ConfigFile {
    /// Earlier texts of this file, newest first.
    pub(in super::super) fn earlier(&self) -> Vec<String> {
        let text = |path: &PathBuf| -> io::Result<String> {
            if fs::symlink_metadata(path)?.len() > super::LARGEST {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            fs::read_to_string(path)
        };
        let plain = |text: String| text.strip_prefix(super::BOM).unwrap_or(&text).to_owned();
        let all = existing(&self.real);
        all.iter().rev().filter_map(|(_, path)| text(path).ok()).map(plain).collect()
    }
}
