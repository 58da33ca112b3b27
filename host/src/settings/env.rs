//! Every environment variable that the program reads, in one table. Nothing else reads the environment, and
//! the table in the README is made from this one.

use std::collections::HashMap;

use crate::secret::Secret;

/// A variable and what it does.
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// One sentence for the documentation.
    pub help: &'static str,
    /// Whether its value must never be shown.
    pub secret: bool,
}

const fn variable(name: &'static str, help: &'static str) -> Variable {
    Variable { name, help, secret: false }
}

const fn secret(name: &'static str, help: &'static str) -> Variable {
    Variable { name, help, secret: true }
}

/// All variables, in the order of the documentation.
pub const VARIABLES: &[Variable] = &[
    variable("AUTH0_DOMAIN", "the tenant's domain, such as `my-tenant.eu.auth0.com`"),
    secret("AUTH0_TOKEN", "an access token for the Management API of that tenant"),
    variable(
        "AUTH0_CLIENT_ID",
        "instead of a token: the client id of a machine-to-machine application",
    ),
    secret("AUTH0_CLIENT_SECRET", "its client secret; tokens are fetched and renewed with it"),
    variable("AUTH0_MCP_TOOLS", "which tools are enabled, as `--tools`; the flag wins"),
    variable(
        "AUTH0_MCP_READ_ONLY",
        "`true` enables reading tools only, as `--read-only`; read-only from either wins",
    ),
    variable(
        "AUTH0_MCP_POLICY",
        "a policy file that narrows further what the system's policy leaves; see SECURITY.md",
    ),
    variable("AUTH0_MCP_AUDIT_LOG", "the file of the audit log, as `--audit-log`; the flag wins"),
    variable(
        "AUTH0_MCP_AUDIT_LOG_MAX_BYTES",
        "the size at which a new file of it is begun, as `--audit-log-max-bytes`; the flag wins",
    ),
    variable(
        "AUTH0_MCP_PROFILE",
        "which sign-in of the keychain is used, as `--profile`; the flag wins",
    ),
    variable(
        "AUTH0_MCP_HIDE_UNUSABLE",
        "`true` leaves out tools whose scopes the sign-in lacks, as `--hide-unusable`; the flag wins",
    ),
    variable(
        "AUTH0_MCP_DATA_DIR",
        "the folder for plugins and other data, instead of the system's place for data",
    ),
    variable("CLAUDE_CONFIG_DIR", "where Claude Code keeps its configuration, as it reads it too"),
    variable("GEMINI_CLI_HOME", "the home directory that Gemini CLI uses"),
    variable("CODEX_HOME", "where Codex keeps its configuration"),
    variable("XDG_CONFIG_HOME", "where Claude Desktop and VS Code keep theirs on Linux"),
    variable("APPDATA", "where they keep theirs on Windows"),
    variable(
        "AUTH0_MCP_DEVICE_DOMAIN",
        "for private installations: the host that `init` signs in at instead of `auth0.auth0.com`, as `--device-domain`",
    ),
    variable("AUTH0_MCP_DEVICE_CLIENT_ID", "the client id to use there, as `--device-client-id`"),
    variable("AUTH0_MCP_DEVICE_AUDIENCE", "the audience to ask for there, as `--device-audience`"),
    variable(
        "AUTH0_MCP_ANALYTICS_URL",
        "the address that anonymous events are sent to, see TELEMETRY.md; without one nothing is sent",
    ),
    variable("AUTH0_MCP_ANALYTICS", "`false` (or 0, no, off, empty) sends nothing even so"),
    variable("DO_NOT_TRACK", "`1` sends nothing either"),
    variable("DEBUG", "`auth0-mcp` writes debug lines on standard error"),
    variable(
        "SSL_CERT_FILE",
        "a PEM file with certificate authorities to trust beside the system's",
    ),
];

/// The variables that are set, read once.
#[derive(Clone, Debug, Default)]
pub struct Environment(HashMap<&'static str, Secret>);

impl Environment {
    /// Reads the process's environment. A value that is not UTF-8 is read with replacement characters, so
    /// that it is noticed as wrong and not taken as unset.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn read() -> Self {
        let value = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self(VARIABLES.iter().filter_map(|v| Some((v.name, Secret::new(value(v.name)?)))).collect())
    }

    /// An environment for tests.
    #[must_use]
    pub fn of(pairs: &[(&'static str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| (*name, Secret::new((*value).to_owned()))).collect())
    }

    /// The value, if it is set; it may be empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::expose)
    }

    /// The value without white space around it, if there is anything else.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// A secret, if it is set and not empty.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(|value| Secret::new(value.to_owned()))
    }
}
