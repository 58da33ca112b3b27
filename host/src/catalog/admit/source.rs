//! Where a component comes from: a file, or an OCI registry.

use std::{
    fmt, fs,
    io::Read,
    path::{Path, PathBuf},
};

use super::{LARGEST, oci, signature};

/// A place that holds a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file; its signature is beside it as `FILE.minisig`.
    File(PathBuf),
    /// An image of an OCI registry.
    Oci(oci::Image),
}

/// What was found there.
pub struct Fetched {
    /// The component's bytes, not looked at.
    pub component: Vec<u8>,
    /// The signature's text, not verified.
    pub signature: Option<String>,
    /// The place, as exactly as it can be said: with the digest, for an image.
    pub source: Source,
}

/// Why nothing came from there. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file that anybody can write.
    #[error(
        "{0} can be written by every user of this machine, so it need not be what you looked at: run `chmod o-w` on it"
    )]
    Shared(String),
    /// More bytes than a component or a signature can have.
    #[error("{path} has more than {limit} bytes, which is the limit")]
    TooLarge {
        /// Which.
        path: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A registry.
    #[error(transparent)]
    Oci(#[from] oci::OciError),
}

impl Source {
    /// Reads what the operator wrote: `oci://…`, or the path of a file.
    ///
    /// # Errors
    /// An `oci://` reference that is not one.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        match text.strip_prefix(oci::SCHEME) {
            Some(reference) => Ok(Self::Oci(oci::Image::parse(reference)?)),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }

    /// Gets component and signature.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn fetch(&self) -> Result<Fetched, SourceError> {
        match self {
            Self::File(path) => {
                // Absolute, so that `update` finds it from any folder.
                let path = std::path::absolute(path).map_err(|error| file_error(path, error))?;
                let component = read(&path, LARGEST as u64)?;
                let signature = read_signature(&path)?;
                Ok(Fetched { component, signature, source: Self::File(path) })
            }
            Self::Oci(image) => {
                let (pinned, component, signature) = image.pull().await?;
                Ok(Fetched { component, signature, source: Self::Oci(pinned) })
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Oci(image) => write!(f, "{image}"),
        }
    }
}

fn read_signature(component: &Path) -> Result<Option<String>, SourceError> {
    let mut name = component.as_os_str().to_owned();
    name.push(".minisig");
    let path = PathBuf::from(name);
    match fs::exists(&path) {
        Ok(false) => Ok(None),
        // A signature that cannot be read is not "no signature".
        _ => {
            let bytes = read(&path, signature::LARGEST)?;
            Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
        }
    }
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, SourceError> {
    let failed = |error| file_error(path, error);
    let shown = || path.display().to_string();
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(std::io::Error::other("this is no file")));
    }
    let file = fs::File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if anybody_can_write(&metadata) {
        return Err(SourceError::Shared(shown()));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(SourceError::TooLarge { path: shown(), limit });
    }
    Ok(bytes)
}

fn file_error(path: &Path, error: std::io::Error) -> SourceError {
    SourceError::File { path: path.display().to_string(), error }
}

#[cfg(unix)]
fn anybody_can_write(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o002 != 0
}

#[cfg(not(unix))]
fn anybody_can_write(_: &fs::Metadata) -> bool {
    false
}
