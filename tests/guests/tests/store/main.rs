//! Plugins of third parties from `plugin add` to `plugin remove`, with hostile components: the product's command
//! line and server, real files, a real registry.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    unreachable_pub,
    dead_code,
    reason = "tests; the session driver is shared"
)]

mod commands;
mod home;
#[cfg(target_os = "linux")]
#[path = "../../../it/keychain.rs"]
mod keychain;
mod live;
mod policy;
mod refused;
mod registry;
#[cfg(target_os = "linux")]
mod sealed;
#[path = "../../../it/session.rs"]
mod session;
mod tampered;

/// The product with its own plugins and short limits.
const BINARY: &str = env!("CARGO_BIN_EXE_store-host");
