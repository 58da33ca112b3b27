//! The product's command line with its own plugins and short limits, for tests that add others.

use std::{process::ExitCode, time::Duration};

use auth0_mcp::{catalog::store::BUNDLE, cli};
use auth0_mcp_sandbox::Limits;

fn main() -> ExitCode {
    let limits = Limits { deadline: Duration::from_secs(2), ..Limits::default() };
    // The system's policy of a test is not the machine's.
    cli::main(&cli::Product { plugins: BUNDLE, limits, policy: "/nonexistent/policy.toml".into() })
}
