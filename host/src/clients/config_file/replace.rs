//! The write: a new file in the same folder, brought to the disk, renamed over the old one.

use std::{
    fs::{self, File, Metadata, Permissions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use cap_std::{ambient_authority, fs::Dir};
use cap_tempfile::TempFile;

use super::{super::error::FileError, ConfigFile, backup, is_absent};

/// How long another process of this program may take with the same folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a write came to.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Written {
    /// The new text is there, and the old one in this file, if there was one.
    Replaced(Option<PathBuf>),
    /// Somebody has changed the file since it was read. Nothing was written.
    Changed,
}

impl ConfigFile {
    /// Whether a write would be allowed, found out without leaving anything behind.
    pub(in super::super) fn probe(&self) -> Result<(), FileError> {
        self.refuse_read_only()?;
        let existing = self.real.ancestors().skip(1).find(|folder| folder.exists());
        let Some(folder) = existing else { return Ok(()) };
        if !folder.is_dir() {
            return Err(FileError::NotAFile { path: folder.into(), kind: "no folder" });
        }
        let denied = |reason| FileError::Write { path: folder.into(), step: "written to", reason };
        let dir = Dir::open_ambient_dir(folder, ambient_authority()).map_err(denied)?;
        TempFile::new(&dir).map(drop).map_err(denied)
    }

    /// Puts a new text in the place of the one that was read.
    pub(in super::super) fn replace(&self, text: &str) -> Result<Written, FileError> {
        self.refuse_read_only()?;
        let folder = self.real.parent().unwrap_or(Path::new("."));
        let failed = |path: &Path, step| {
            let path = path.to_owned();
            move |reason| FileError::Write { path, step, reason }
        };
        fs::create_dir_all(folder).map_err(failed(folder, "created"))?;
        let dir = Dir::open_ambient_dir(folder, ambient_authority());
        let dir = dir.map_err(failed(folder, "opened"))?;
        let _lock = lock(folder).map_err(failed(folder, "locked"))?;
        if !self.is_unchanged() {
            return Ok(Written::Changed);
        }
        let old = match fs::metadata(&self.real) {
            Ok(metadata) => Some(metadata),
            Err(error) if is_absent(&error) => None,
            Err(reason) => return Err(FileError::Unreadable { path: self.real.clone(), reason }),
        };
        let copy = self.content.as_ref().map(|bytes| (backup::next(&self.real), bytes));
        if let Some((path, bytes)) = &copy {
            let temp = prepared(&dir, bytes, old.as_ref());
            let put = temp.and_then(|temp| temp.replace(path.file_name().unwrap_or_default()));
            put.map_err(failed(path, "written"))?;
        }
        let temp = prepared(&dir, &self.bytes(text), old.as_ref());
        let written = temp.map_err(failed(&self.real, "written")).and_then(|temp| {
            // As late as can be: a client may have written meanwhile.
            if !self.is_unchanged() {
                return Ok(false);
            }
            let put = temp.replace(self.real.file_name().unwrap_or_default());
            put.map(|()| true).map_err(failed(&self.real, "replaced"))
        });
        let copy = copy.map(|(path, _)| path);
        if !matches!(written, Ok(true)) {
            // It is a copy of what is still there.
            copy.as_ref().map(fs::remove_file);
            return written.map(|_| Written::Changed);
        }
        backup::prune(&self.real);
        flush(folder);
        Ok(Written::Replaced(copy))
    }

    /// A file or a folder without write permission for anyone is protected on purpose, whoever we are.
    fn refuse_read_only(&self) -> Result<(), FileError> {
        let is_protected =
            |path: &Path| fs::metadata(path).is_ok_and(|found| found.permissions().readonly());
        if is_protected(&self.real) {
            return Err(FileError::ReadOnly(self.real.clone()));
        }
        // On Windows the mark means something else for folders.
        let folder = self.real.parent().filter(|_| cfg!(unix));
        match folder.filter(|folder| is_protected(folder)) {
            Some(folder) => Err(FileError::ReadOnly(folder.into())),
            None => Ok(()),
        }
    }
}

/// A file without a name that holds these bytes on the disk, with the mode and owner of the old one. It is gone
/// if it is dropped.
fn prepared<'d>(dir: &'d Dir, bytes: &[u8], old: Option<&Metadata>) -> io::Result<TempFile<'d>> {
    let temp = TempFile::new(dir)?;
    let mut file = temp.as_file().try_clone()?.into_std();
    // Before the first byte: it may be the copy of a secret.
    private(&file)?;
    file.write_all(bytes)?;
    if let Some(old) = old {
        owned_like(&file, old)?;
        file.set_permissions(permissions(old))?;
    }
    file.sync_all()?;
    Ok(temp)
}

#[cfg(unix)]
fn private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &File) -> io::Result<()> {
    Ok(())
}

fn permissions(old: &Metadata) -> Permissions {
    old.permissions()
}

/// Under `sudo`, the file has to stay its owner's.
#[cfg(unix)]
fn owned_like(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(file, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn owned_like(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Keeps other processes of this program out of the folder until it is dropped. Clients know nothing of it.
#[cfg(unix)]
fn lock(folder: &Path) -> io::Result<File> {
    let file = File::open(folder)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn lock(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The rename itself on the disk. Where folders cannot be flushed, the system does it in its own time.
fn flush(folder: &Path) {
    _ = File::open(folder).and_then(|folder| folder.sync_all());
}
