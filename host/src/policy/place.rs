//! Where the policy's files are, and whether they can be trusted.
//!
//! The system's file always holds, wherever the process is started from. `AUTH0_MCP_POLICY` names one more file,
//! which can narrow further and replaces nothing. A file that is named or exists and cannot be read is an
//! error: it is never taken for "no policy".

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use super::{Layer, Policy, toml::Problem};
use crate::settings::env::Environment;

/// The variable that names a further file.
pub const VARIABLE: &str = "AUTH0_MCP_POLICY";

/// No policy is longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// The system's file. A constant: a place that came from the environment (`%ProgramData%`) could be moved by
/// whoever starts the process.
pub const SYSTEM: &str = if cfg!(windows) {
    r"C:\ProgramData\auth0-mcp\policy.toml"
} else if cfg!(target_os = "macos") {
    "/Library/Application Support/auth0-mcp/policy.toml"
} else {
    "/etc/auth0-mcp/policy.toml"
};

/// How a file came to be part of the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// It is the system's file.
    #[default]
    System,
    /// `AUTH0_MCP_POLICY` names it.
    Variable,
    /// It was named on the command line, to be checked before it is put to use.
    Argument,
}

/// Why there is no policy to go by. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The variable is set to nothing.
    #[error("{VARIABLE} is set and names no file: name one, or unset it")]
    Unnamed,
    /// The file is named or exists, and cannot be read.
    #[error("the policy {} cannot be read: {error}; without it nothing is allowed to start", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody else could have written it.
    #[error("the policy {} is not safe: {} can be written by {who}; take the right away (`chmod go-w`)", .file.display(), .place.display())]
    Writable {
        /// The file.
        file: PathBuf,
        /// It, or a folder above it.
        place: PathBuf,
        /// The group or everyone.
        who: &'static str,
    },
    /// Its text is wrong.
    #[error("{}", listed(.file, .problems))]
    Wrong {
        /// The file.
        file: PathBuf,
        /// All that is wrong, in the order of the file.
        problems: Vec<Problem>,
    },
}

impl Policy {
    /// The policy that holds for this process: the system's file, and what [`VARIABLE`] names.
    ///
    /// # Errors
    /// A file cannot be read, trusted or understood.
    pub fn load(system: &Path, environment: &Environment) -> Result<Self, PolicyError> {
        let mut layers = Vec::new();
        if exists(system)? {
            trusted(system)?;
            layers.push(read(system, Source::System)?);
        }
        if let Some(named) = environment.get(VARIABLE) {
            let named = Some(named.trim()).filter(|n| !n.is_empty()).ok_or(PolicyError::Unnamed)?;
            layers.push(read(Path::new(named), Source::Variable)?);
        }
        Ok(Self::of(layers))
    }

    /// The policy that this file alone would be.
    ///
    /// # Errors
    /// The file cannot be read or understood.
    pub fn of_file(file: &Path) -> Result<Self, PolicyError> {
        Ok(Self::of(vec![read(file, Source::Argument)?]))
    }
}

/// Only what is surely not there is no policy: a broken link or a folder that may not be searched is an error.
fn exists(file: &Path) -> Result<bool, PolicyError> {
    match fs::symlink_metadata(file) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(PolicyError::Unreadable { file: file.to_owned(), error }),
    }
}

fn read(file: &Path, source: Source) -> Result<Layer, PolicyError> {
    let unreadable = |error| PolicyError::Unreadable { file: file.to_owned(), error };
    let text = text(file).map_err(unreadable)?;
    let wrong = |problems| PolicyError::Wrong { file: file.to_owned(), problems };
    Layer::read(&file.display().to_string(), source, &text).map_err(wrong)
}

fn text(file: &Path) -> io::Result<String> {
    use io::Read as _;
    if !fs::metadata(file)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = String::new();
    let read = fs::File::open(file)?.take(LONGEST + 1).read_to_string(&mut text)?;
    match u64::try_from(read) {
        Ok(..=LONGEST) => Ok(text),
        _ => Err(io::Error::other(format!("it has more than {LONGEST} bytes"))),
    }
}

/// That nobody but its owner can write the system's file, nor put another in its place.
#[cfg(unix)]
fn trusted(file: &Path) -> Result<(), PolicyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let unreadable = |error| PolicyError::Unreadable { file: file.to_owned(), error };
    let real = fs::canonicalize(file).map_err(unreadable)?;
    // The file as it is, and the folder in which its name stands.
    let places = [Some(real.as_path()), real.parent(), file.parent()];
    for place in places.into_iter().flatten() {
        let mode = fs::metadata(place).map_err(unreadable)?.permissions().mode();
        let who = match mode {
            mode if mode & 0o002 != 0 => "everyone",
            mode if mode & 0o020 != 0 => "its group",
            _ => continue,
        };
        let (file, place) = (file.to_owned(), place.to_owned());
        return Err(PolicyError::Writable { file, place, who });
    }
    Ok(())
}

/// Windows gives `ProgramData` rights that let users add files and not change those of others.
#[cfg(not(unix))]
fn trusted(_: &Path) -> Result<(), PolicyError> {
    Ok(())
}

fn listed(file: &Path, problems: &[Problem]) -> String {
    let mut text = format!("the policy {} cannot be used:", file.display());
    for Problem { line, column, text: problem } in problems {
        // Writing into a string cannot fail.
        _ = write!(text, " line {line}, column {column}: {problem};");
    }
    text.push_str(" nothing starts until it is corrected");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_named_and_not_there_is_an_error() {
        let none = Path::new("/nonexistent/policy.toml");
        let load = |pairs: &[(&'static str, &str)]| {
            Policy::load(none, &Environment::of(pairs)).map_err(|error| error.to_string())
        };
        assert_eq!(load(&[]).unwrap().layers().len(), 0);
        assert!(load(&[(VARIABLE, " ")]).unwrap_err().contains("names no file"));
        let error = load(&[(VARIABLE, "/nonexistent/other.toml")]).unwrap_err();
        assert!(error.contains("/nonexistent/other.toml cannot be read"), "{error}");
        assert!(load(&[(VARIABLE, "/")]).unwrap_err().contains("not a file"));
    }
}
