//! The Model Context Protocol over standard input and output: the only place that knows rmcp.
//!
//! Both eras are served: the `initialize` handshake (2024-11-05 to 2025-11-25) and the stateless protocol
//! (2026-07-28). What rmcp does not do by itself is done here, each with its reason: exact JSON-RPC errors
//! ([`transport`]), an answer after a panic and a prompt end ([`server`], [`lifecycle`]).

mod checked;
mod lifecycle;
mod output;
mod progress;
mod report;
mod server;
mod translate;
mod transport;

use std::sync::Arc;

use rmcp::{ServiceExt, service::ServerInitializeError};

use crate::{call::Calls, catalog::Live};
use lifecycle::Lifecycle;
use server::Server;
use transport::Stdio;

/// Serves until the client closes standard input, or until `stop` resolves. Running calls then get a bounded
/// grace.
///
/// # Errors
/// The transport failed before a session began.
pub async fn serve(
    live: Arc<Live>,
    calls: Calls,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let lifecycle = Lifecycle::default();
    let ending = lifecycle.clone();
    tokio::spawn(async move {
        stop.await;
        ending.close();
    });
    let (reader, writer) = rmcp::transport::io::stdio_pipes();
    tokio::spawn(live.clone().watch(calls.engine.clone()));
    let (server, ended) = (Server::new(live, calls, lifecycle.clone()), lifecycle.clone());
    match server.serve(Stdio::new(reader, writer, lifecycle)).await {
        Ok(session) => tokio::select! {
            _ = session.waiting() => {}
            // A client that does not read holds the last answers up, but not the end.
            () = ended.overdue() => {}
        },
        // Closed before a session began: nothing was asked, nothing is wrong.
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => {}
        Err(error) => return Err(std::io::Error::other(error.to_string())),
    }
    Ok(())
}
