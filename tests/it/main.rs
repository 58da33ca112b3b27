//! The tests of the product: the real binary, real pipes, a real HTTPS socket.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, unreachable_pub, reason = "tests")]

mod applications;
mod cli;
mod contract;
mod definitions;
mod docs;
mod faults;
mod ids;
mod lifecycle;
mod protocol;
mod secrets;
mod selection;
mod session;
mod tidy;

/// The product, as it is shipped.
const BINARY: &str = env!("CARGO_BIN_EXE_auth0-mcp");
