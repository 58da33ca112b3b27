//! What a tool may ask of the host. There is nothing else: no clock, no file, no socket.

use crate::{
    Refusal,
    wit::auth0_mcp::plugin::management::{Request, Response},
};

pub use crate::wit::auth0_mcp::plugin::log::Level;

/// The host as a tool sees it: the imports of the component, or `testing::Script` in unit tests.
///
/// Tools take it as `&impl Api`, so that a component imports only the functions that its tools call.
pub trait Api {
    /// Sends one Management API request. [`crate::Request`] builds and sends in one go.
    ///
    /// # Errors
    /// Why the host did not let it out, or why nothing came back. An error status is an answer.
    fn send(&self, request: &Request) -> Result<Response, Refusal>;

    /// When the call began, in milliseconds since 1970-01-01T00:00:00Z. Constant during a call.
    fn started(&self) -> u64;

    /// Waits. The time counts against the call's deadline.
    ///
    /// # Errors
    /// [`Refusal::TimedOut`] where the deadline comes first.
    fn pause(&self, milliseconds: u32) -> Result<(), Refusal>;

    /// Tells a client that asked how far the call is.
    fn progress(&self, done: u32, total: Option<u32>, message: &str);

    /// Writes a line into the operator's debug log.
    fn log(&self, level: Level, message: &str);
}

/// The real host: the imports of the component.
#[cfg(target_family = "wasm")]
#[derive(Clone, Copy, Debug)]
pub struct Host;

#[cfg(target_family = "wasm")]
mod host {
    use super::{Api, Host, Level, Refusal, Request, Response};
    use crate::wit::auth0_mcp::plugin::{invocation, log, management};

    impl Api for Host {
        fn send(&self, request: &Request) -> Result<Response, Refusal> {
            management::send(request)
        }

        fn started(&self) -> u64 {
            invocation::started()
        }

        fn pause(&self, milliseconds: u32) -> Result<(), Refusal> {
            invocation::pause(milliseconds)
        }

        fn progress(&self, done: u32, total: Option<u32>, message: &str) {
            invocation::progress(done, total, message);
        }

        fn log(&self, level: Level, message: &str) {
            log::write(level, message);
        }
    }
}
