//! The tenant over its real socket: one module per thing it promises.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
#![expect(clippy::disallowed_types, reason = "these tests are clients of the tenant")]

mod actions;
mod activate;
mod client_grants;
mod clients;
mod device_flow;
mod faults;
mod fidelity;
mod fidelity_actions;
mod forms;
mod logs;
mod oauth;
mod refresh;
mod resource_servers;
mod session;
mod token;
mod transport;
