//! The tenant over its real socket: one module per thing it promises.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
#![expect(clippy::disallowed_types, reason = "these tests are clients of the tenant")]

mod clients;
mod faults;
mod fidelity;
mod session;
mod token;
mod transport;
