//! The tests of the product: the real binary, real pipes, a real HTTPS socket.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::type_complexity,
    unreachable_pub,
    reason = "tests"
)]

mod actions;
mod applications;
mod audit;
mod bodies;
mod cli;
mod clients;
mod contract;
mod deep;
mod definitions;
mod docs;
mod everything;
mod faults;
mod forms;
mod generate;
mod grants;
mod ids;
#[cfg(target_os = "linux")]
mod keychain;
mod lifecycle;
mod logs;
mod logs_entries;
mod parity;
mod plugin_new;
mod plugin_store;
mod policy;
#[cfg(target_os = "linux")]
mod profiles;
mod protocol;
mod recordings;
mod resource_servers;
mod secrets;
mod selection;
mod session;
#[cfg(target_os = "linux")]
mod sign_in;
mod telemetry;
mod tidy;
mod unusable;
#[cfg(target_os = "linux")]
mod vault;

/// The product, as it is shipped.
const BINARY: &str = env!("CARGO_BIN_EXE_auth0-mcp");
