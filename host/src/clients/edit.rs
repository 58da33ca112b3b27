//! One face for both formats: a text to the same text with the entry, or without it. No file is touched here.

use super::{
    Format,
    entry::Entry,
    error::{Fault, position},
    json, toml,
};

/// A text with the entry in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Installed {
    pub(super) text: String,
    /// What was there under the same name.
    pub(super) before: Option<Existing>,
}

/// What an entry said before, as far as the user has to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Existing {
    pub(super) command: String,
    pub(super) args: Vec<String>,
    /// The names of its environment variables, never their values.
    pub(super) variables: Vec<String>,
    /// The client is told not to start it.
    pub(super) disabled: bool,
}

/// What the Node server's installer writes into `env`, which is no wish of the user.
pub(super) const NODE_DEBUG: (&str, &str) = ("DEBUG", "auth0-mcp");

/// Whether an entry with these arguments starts the Node server.
pub(super) fn starts_node_server(args: &[String]) -> bool {
    args.iter().any(|argument| argument.contains("@auth0/auth0-mcp-server"))
}

/// Keys that make an entry a server behind an address instead of a program.
pub(super) const REMOTE: [&str; 3] = ["url", "httpUrl", "serverUrl"];

pub(super) fn is_remote(name: &str, key: &str) -> String {
    format!(
        "the entry `{name}` is a remote server (it has `{key}`), not a program: remove it, or choose another name with --entry-name"
    )
}

pub(super) fn install(
    format: Format,
    text: &str,
    name: &str,
    entry: &Entry,
    refuses: &[&str],
) -> Result<Installed, Fault> {
    match format {
        Format::Json(servers) => json::install(text, servers, name, entry, refuses),
        Format::Toml(servers) => toml::install(text, servers, name, entry, refuses),
    }
}

/// A text without the entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Uninstalled {
    pub(super) text: String,
    /// What the entry said, if it started a program.
    pub(super) before: Option<Existing>,
}

/// None where there is no entry of this name.
pub(super) fn uninstall(
    format: Format,
    text: &str,
    name: &str,
) -> Result<Option<Uninstalled>, Fault> {
    match format {
        Format::Json(servers) => json::uninstall(text, servers, name),
        Format::Toml(servers) => toml::uninstall(text, servers, name),
    }
}

/// The text with every value blanked that is not ours, to be shown: configuration files hold other servers'
/// secrets. The lines stay the same ones.
pub(super) fn blanked(format: Format, text: &str, name: &str) -> String {
    match format {
        Format::Json(servers) => json::blanked(text, servers, name),
        Format::Toml(servers) => toml::blanked(text, servers, name),
    }
}

/// What stands for a value that is not shown.
pub(super) const BLANK: &str = "…";

/// A fault as the operator reads it: line, column, reason.
pub(super) fn located(text: &str, fault: Fault) -> (usize, usize, String) {
    let (line, column) = position(text, fault.at);
    (line, column, fault.reason)
}
