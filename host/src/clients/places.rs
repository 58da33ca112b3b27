//! The folders that clients' paths begin with, for each operating system.

use std::path::PathBuf;

use crate::settings::env::Environment;

/// An operating system, as far as clients' paths differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux and other systems that follow the XDG rules.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl System {
    /// The one that this program runs on.
    #[must_use]
    pub fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }
}

/// Where clients keep their files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The user's home directory.
    pub home: PathBuf,
    /// Where desktop applications keep their settings.
    pub applications: PathBuf,
    /// Claude Code's folder: `CLAUDE_CONFIG_DIR`, or the home directory.
    pub claude_code: PathBuf,
    /// Gemini CLI's home: `GEMINI_CLI_HOME`, or the home directory.
    pub gemini: PathBuf,
    /// Codex's folder: `CODEX_HOME`, or `~/.codex`.
    pub codex: PathBuf,
}

/// There is no home directory. The operator reads it.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no home directory, so the clients' files cannot be found: set HOME to its absolute path"
)]
pub struct NoHome;

impl Places {
    /// The places of the user who runs this program.
    ///
    /// # Errors
    /// [`NoHome`] where the home directory is unknown or no absolute path.
    pub fn current(environment: &Environment) -> Result<Self, NoHome> {
        let home = etcetera::home_dir().map_err(|_| NoHome)?;
        Self::of(System::current(), home, environment)
    }

    /// The places below this home directory.
    ///
    /// # Errors
    /// [`NoHome`] where it is no absolute path.
    pub fn of(system: System, home: PathBuf, environment: &Environment) -> Result<Self, NoHome> {
        if !home.has_root() {
            return Err(NoHome);
        }
        let named = |variable| environment.text(variable).map(PathBuf::from);
        let applications = match system {
            // A relative path is to be ignored, says the XDG rule.
            System::Linux => named("XDG_CONFIG_HOME")
                .filter(|path| path.has_root())
                .unwrap_or_else(|| home.join(".config")),
            System::MacOs => home.join("Library").join("Application Support"),
            System::Windows => {
                named("APPDATA").unwrap_or_else(|| home.join("AppData").join("Roaming"))
            }
        };
        Ok(Self {
            applications,
            claude_code: named("CLAUDE_CONFIG_DIR").unwrap_or_else(|| home.clone()),
            gemini: named("GEMINI_CLI_HOME").unwrap_or_else(|| home.clone()),
            codex: named("CODEX_HOME").unwrap_or_else(|| home.join(".codex")),
            home,
        })
    }
}
