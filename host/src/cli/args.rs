//! The command line, as clap reads it. The doc comments are the help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::init::args::InitArgs;
use super::plugin::Language;
use crate::settings::RunFlags;

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
    /// Serve MCP over standard input and output
    Run(RunArgs),
    /// Plugins of third parties
    #[command(subcommand)]
    Plugin(PluginCommand),
}

/// The commands of `plugin`.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Start a plugin of your own: a project that builds and passes its tests
    New(NewArgs),
    /// Make a component of the core module that a Rust compiler gives
    Componentize(ComponentizeArgs),
    /// List the plugins: those of this program, and those that were added
    List,
    /// The process that compiles; started by this program only
    #[command(hide = true)]
    Compile(CompileArgs),
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
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Language,
    /// The folder to create the project's folder in, instead of the current one
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
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
    /// Serve a local demo tenant with made-up data: no account needed
    #[cfg(feature = "demo")]
    #[arg(long, conflicts_with = "profile")]
    pub demo: bool,
}

impl From<RunArgs> for RunFlags {
    fn from(args: RunArgs) -> Self {
        #[cfg(feature = "demo")]
        let demo = args.demo;
        #[cfg(not(feature = "demo"))]
        let demo = false;
        let RunArgs { tools, read_only, profile, hide_unusable, .. } = args;
        Self { tools, read_only, profile, hide_unusable, demo }
    }
}
