//! Where this program keeps files: one folder for data, by the rules of the system.
//!
//! Nothing secret is ever in it: secrets are in the keychain. It holds admitted plugins, their lock file, and
//! small files that tell a running server that something changed.

use std::path::PathBuf;

use etcetera::{BaseStrategy, choose_base_strategy};

use super::env::Environment;

/// The folder's name below the system's place for data.
const NAME: &str = "auth0-mcp";

/// No place for files can be found. The operator reads it.
#[derive(Debug, thiserror::Error)]
#[error("there is no home directory to keep data in: set AUTH0_MCP_DATA_DIR to a folder")]
pub struct NoFolder;

/// The folder for data: `AUTH0_MCP_DATA_DIR`, or `auth0-mcp` below `$XDG_DATA_HOME` or `~/.local/share` (Linux
/// and macOS) or `%APPDATA%` (Windows). It is not created here.
///
/// # Errors
/// [`NoFolder`] where the variable is not set and there is no home directory.
pub fn data(environment: &Environment) -> Result<PathBuf, NoFolder> {
    if let Some(folder) = environment.text("AUTH0_MCP_DATA_DIR") {
        return Ok(PathBuf::from(folder));
    }
    let strategy = choose_base_strategy().map_err(|_| NoFolder)?;
    Ok(strategy.data_dir().join(NAME))
}
