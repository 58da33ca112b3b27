//! The tests of the product: the real binary, real pipes, a real HTTPS socket.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, unreachable_pub, reason = "tests")]

mod applications;
mod cli;
mod contract;
mod definitions;
mod faults;
mod ids;
mod lifecycle;
mod protocol;
mod secrets;
mod selection;
mod session;
mod tidy;
