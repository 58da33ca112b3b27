//! The binary: the command line with the first-party plugins.

use std::process::ExitCode;

use auth0_mcp::{catalog::store::BUNDLE, cli, policy::place::SYSTEM};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let limits = Default::default();
    cli::main(&cli::Product { plugins: BUNDLE, limits, policy: SYSTEM.into() })
}
