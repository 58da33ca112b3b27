//! What a call may ask of the host: the imports of the WIT world as one trait.
//!
//! The sandbox knows nothing of grants, tokens or HTTP. It hands each import to the [`Capabilities`] of the
//! running call, and the host decides there.

use std::{future::Future, pin::Pin, time::Instant};

use crate::contract::{Level, Refusal, Request, Response};

/// The future of an import that may wait.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The host's side of one call's imports.
pub trait Capabilities: Send + Sync + 'static {
    /// `management.send`: one request to the tenant, answered before `deadline`.
    ///
    /// Dropping the future must stop the request: this is how a deadline or a cancelled call reaches HTTP.
    fn send(&self, request: Request, deadline: Instant) -> Answer<'_, Result<Response, Refusal>>;

    /// `invocation.started`: milliseconds since the Unix epoch, the same value for the whole call.
    fn started(&self) -> u64;

    /// `invocation.progress`: how far the call is, for a client that asked.
    fn progress(&self, done: u32, total: Option<u32>, message: String);

    /// `log.write`: one line, already bounded and free of control characters.
    fn log(&self, level: Level, message: &str);
}

/// Refuses everything: what a plugin gets while it describes itself.
pub struct Deny;

impl Capabilities for Deny {
    fn send(&self, _: Request, _: Instant) -> Answer<'_, Result<Response, Refusal>> {
        let refusal =
            Refusal::NotGranted("a plugin sends nothing while it describes itself".into());
        Box::pin(async { Err(refusal) })
    }

    fn started(&self) -> u64 {
        0
    }

    fn progress(&self, _: u32, _: Option<u32>, _: String) {}

    fn log(&self, level: Level, message: &str) {
        tracing::debug!(?level, "describe: {message}");
    }
}
