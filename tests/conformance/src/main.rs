//! The product's command line without plugins of its own.

use std::process::ExitCode;

use auth0_mcp::cli;

fn main() -> ExitCode {
    cli::main(&cli::Product {
        plugins: &[],
        limits: Default::default(),
        policy: "/nonexistent/policy.toml".into(),
    })
}
