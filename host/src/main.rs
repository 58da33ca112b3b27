//! The binary: the command line with the first-party plugins.

use std::process::ExitCode;

use auth0_mcp::{catalog::store::BUNDLE, cli};

fn main() -> ExitCode {
    cli::main(&cli::Product { plugins: BUNDLE, limits: Default::default() })
}
