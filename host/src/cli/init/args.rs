//! The flags of `init`, as clap reads them. The doc comments are the help text.

use clap::Args;

use super::clients::ClientFlags;
use crate::secret::Secret;

/// The flags of `init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// Refuse to sign in to any other tenant than this one
    #[arg(long, value_name = "DOMAIN")]
    pub tenant: Option<String>,
    /// Scopes and tools.
    #[command(flatten)]
    pub choice: ChoiceArgs,
    /// The name of the session.
    #[command(flatten)]
    pub profile: ProfileArgs,
    /// How much is asked.
    #[command(flatten)]
    pub terminal: TerminalArgs,
    /// Client credentials.
    #[command(flatten)]
    pub machine: MachineArgs,
    /// MCP clients.
    #[command(flatten)]
    pub clients: ClientFlags,
    /// What the Node server left.
    #[command(flatten)]
    pub node: NodeArgs,
    /// Where the device flow runs.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// What the sign-in asks for.
#[derive(Args, Debug)]
pub struct ChoiceArgs {
    /// Scopes to ask for: comma-separated names or globs such as `read:*`; scopes that hand out credentials
    /// need their exact name [default: those of --tools, else a choice on the terminal]
    #[arg(long, value_name = "LIST")]
    pub scopes: Option<String>,
    /// Tools to use: comma-separated names or patterns; without --scopes, exactly the scopes that they need are
    /// asked for
    #[arg(long, value_name = "PATTERNS")]
    pub tools: Option<String>,
    /// Only reading tools, and only the scopes that they need
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub read_only: Option<String>,
}

/// Under which name the session is kept.
#[derive(Args, Debug)]
#[command(next_help_heading = "Profile")]
pub struct ProfileArgs {
    /// Keep the session under this name, beside those of other tenants [default: the default profile, at first
    /// `default`]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Use this profile wherever none is named; the first one is the default by itself
    #[arg(long)]
    pub default: bool,
}

/// How much is asked and opened.
#[derive(Args, Debug)]
#[command(next_help_heading = "Terminal")]
pub struct TerminalArgs {
    /// Ask nothing and wait for no key; the code and the address are still shown
    #[arg(long)]
    pub no_interaction: bool,
    /// Do not open the browser
    #[arg(long)]
    pub no_browser: bool,
}

/// Signing in as a machine-to-machine application.
#[derive(Args, Debug)]
#[command(
    next_help_heading = "Client credentials (private cloud, servers): all three instead of the browser"
)]
pub struct MachineArgs {
    /// The tenant's domain
    #[arg(long, value_name = "DOMAIN")]
    pub auth0_domain: Option<String>,
    /// The application's client id
    #[arg(long, value_name = "ID")]
    pub auth0_client_id: Option<String>,
    /// Its secret; `-` reads standard input [default: AUTH0_CLIENT_SECRET, else a hidden prompt]
    // Auth0's secrets may begin with a hyphen.
    #[arg(long, value_name = "SECRET|-", allow_hyphen_values = true)]
    pub auth0_client_secret: Option<Secret>,
    /// Keep the client id and secret in the keychain, so that the session renews itself
    #[arg(long, conflicts_with = "no_keep_secret", requires = "auth0_client_id")]
    pub keep_secret: bool,
    /// Keep the token only
    #[arg(long, requires = "auth0_client_id")]
    pub no_keep_secret: bool,
}

/// What becomes of a session of the Node server.
#[derive(Args, Debug)]
#[command(next_help_heading = "Session of the Node server (@auth0/auth0-mcp-server)")]
pub struct NodeArgs {
    /// Take its session over instead of signing in
    #[arg(long, conflicts_with_all = ["auth0_domain", "auth0_client_id", "auth0_client_secret", "scopes"])]
    pub import_node: bool,
    /// Erase its session from the keychain when all else is done
    #[arg(long)]
    pub erase_node: bool,
}

/// Another service for the device flow than Auth0's own.
#[derive(Args, Debug)]
#[command(next_help_heading = "Sign-in service (private installations)")]
pub struct ServiceArgs {
    /// The host that runs the device flow [env: AUTH0_MCP_DEVICE_DOMAIN] [default: auth0.auth0.com]
    #[arg(long, value_name = "DOMAIN", conflicts_with = "auth0_client_id")]
    pub device_domain: Option<String>,
    /// The client id to use there [env: AUTH0_MCP_DEVICE_CLIENT_ID]
    #[arg(long, value_name = "ID", conflicts_with = "auth0_client_id")]
    pub device_client_id: Option<String>,
    /// The audience to ask for there [env: AUTH0_MCP_DEVICE_AUDIENCE] [default: https://*.auth0.com/api/v2/]
    #[arg(long, value_name = "URL", conflicts_with = "auth0_client_id")]
    pub device_audience: Option<String>,
}
