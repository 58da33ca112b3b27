//! The command line, as clap reads it. The doc comments are the help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::audit::AuditCommand;
use super::completions::CompletionsArgs;
use super::plugin::Language;
use super::policy::PolicyCommand;
use super::{init::args::InitArgs, logout::LogoutArgs, session::SessionArgs};
use crate::{settings::RunFlags, telemetry};

/// MCP server for Auth0: lets an AI client administer a tenant through sandboxed tools.
#[derive(Debug, Parser)]
#[command(
    name = "auth0-mcp",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = false
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to a tenant and set up MCP clients
    Init(Box<InitArgs>),
    /// Show who is signed in where, and which tools that opens
    Session(SessionArgs),
    /// Sign out: revoke what can be revoked, and erase what is stored
    Logout(LogoutArgs),
    /// Serve MCP over standard input and output
    Run(RunArgs),
    /// Plugins of third parties
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// The operator's policy: what it allows, and why a tool is off
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// The audit log: whether it is whole
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the completions of this command line for a shell
    Completions(CompletionsArgs),
    /// The process that sends one telemetry event; started by this program only
    #[command(hide = true, name = telemetry::COMMAND)]
    SendTelemetryEvent,
}

/// The commands of `plugin`.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Start a plugin of your own: a project that builds and passes its tests
    New(NewArgs),
    /// Make a component of the core module that a Rust compiler gives
    Componentize(ComponentizeArgs),
    /// Add a plugin: shows what it may do, and asks
    Add(AddArgs),
    /// Look for new versions of added plugins: shows which rights change, and asks if they grow
    Update(UpdateArgs),
    /// Test a component against the rules of the host, with a stub of Auth0 on this machine
    Test(TestArgs),
    /// List the plugins: those of this program, and those that were added
    List(ListArgs),
    /// Show what a plugin is and may do, also one that was never added
    Inspect(InspectArgs),
    /// Remove an added plugin
    Remove(RemoveArgs),
    /// Check that added plugins are what was admitted; gives withdrawn tools back
    Verify(VerifyArgs),
    /// The process that compiles; started by this program only
    #[command(hide = true)]
    Compile(CompileArgs),
}

/// The flags of `plugin add`.
#[derive(Args, Debug)]
pub struct AddArgs {
    /// A component: FILE.wasm, oci://host/name:tag, or oci://host/name@sha256:...
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// Add it without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Let its names begin with `auth0`, which is otherwise kept for the tools of this program
    #[arg(long)]
    pub allow_reserved_prefix: bool,
}

/// The flags of `plugin update`.
#[derive(Args, Debug)]
pub struct UpdateArgs {
    /// The plugin, instead of all that were added
    pub name: Option<String>,
    /// Where to look, instead of where it came from
    #[arg(long, value_name = "SOURCE")]
    pub from: Option<String>,
    /// Update without asking, even if its rights grow
    #[arg(long, short)]
    pub yes: bool,
}

/// The flags of `plugin list`.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The flags of `plugin inspect`.
#[derive(Args, Debug)]
pub struct InspectArgs {
    /// The name of a plugin, or a component as `plugin add` takes it
    #[arg(value_name = "NAME|SOURCE")]
    pub plugin: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// As if it were added with this flag
    #[arg(long)]
    pub allow_reserved_prefix: bool,
}

/// The flags of `plugin remove`.
#[derive(Args, Debug)]
pub struct RemoveArgs {
    /// The plugin
    pub name: String,
}

/// The flags of `plugin verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The plugin, instead of all that were added
    pub name: Option<String>,
}

/// What the compiling process may use, as the process that starts it says.
#[derive(Args, Debug)]
pub struct CompileArgs {
    /// Seconds of processor time
    pub processor_seconds: u64,
    /// Bytes of address space
    pub memory: u64,
}

/// The flags of `plugin new`.
#[derive(Args, Debug)]
pub struct NewArgs {
    /// The plugin's name, such as `my-plugin`; its tools begin with `my_plugin_`
    pub name: String,
    /// What to write it in
    #[arg(long, value_name = "rust|js|python")]
    pub lang: Language,
    /// The folder to create the project's folder in, instead of the current one
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
}

/// The flags of `plugin test`.
#[derive(Args, Debug)]
pub struct TestArgs {
    /// The component
    pub file: PathBuf,
    /// Calls with canned answers of Auth0 and what should come of them, as JSON
    #[arg(long, value_name = "FILE")]
    pub fixtures: Option<PathBuf>,
    /// Test again when the component or the fixtures change; the same component is not compiled again
    #[arg(long)]
    pub watch: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// The flags of `plugin componentize`.
#[derive(Args, Debug)]
pub struct ComponentizeArgs {
    /// The core module: target/wasm32-unknown-unknown/release/MY_PLUGIN.wasm
    pub module: PathBuf,
    /// Where to write the component, instead of MY-PLUGIN.wasm in the current folder
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// The flags of `run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// Tools to enable: comma-separated names or patterns, where `*` is any run of characters and `?` one
    #[arg(long, value_name = "PATTERNS")]
    pub tools: Option<String>,
    /// Enable reading tools only, and let nothing but GET requests leave
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub read_only: Option<String>,
    /// The sign-in to use, where there are several; without it the default one
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Leave tools out of the list whose scopes the sign-in lacks
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub hide_unusable: Option<String>,
    /// Let a plugin see a folder: PLUGIN:FOLDER[:/PLACE][:rw]; read-only unless `:rw` is said; repeatable
    #[arg(long, value_name = "GRANT")]
    pub allow_dir: Vec<String>,
    /// Serve a local demo tenant with made-up data: no account needed
    #[cfg(feature = "demo")]
    #[arg(long, conflicts_with = "profile")]
    pub demo: bool,
    /// Write an audit log: a JSON line for each decision and call, which `audit verify` checks
    #[arg(long, value_name = "FILE")]
    pub audit_log: Option<PathBuf>,
    /// Begin a new file of the audit log at this size; 64 MiB by default
    #[arg(long, value_name = "BYTES")]
    pub audit_log_max_bytes: Option<String>,
}

impl From<RunArgs> for RunFlags {
    fn from(args: RunArgs) -> Self {
        #[cfg(feature = "demo")]
        let demo = args.demo;
        #[cfg(not(feature = "demo"))]
        let demo = false;
        let RunArgs { tools, read_only, profile, hide_unusable, allow_dir, .. } = args;
        let RunArgs { audit_log, audit_log_max_bytes, .. } = args;
        Self {
            tools,
            read_only,
            profile,
            hide_unusable,
            allow_dir,
            demo,
            audit_log,
            audit_log_max_bytes,
        }
    }
}
