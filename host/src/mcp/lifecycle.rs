//! When a session ends: at the end of input, a signal, or a closed output.
//!
//! rmcp waits up to five seconds for handlers that are still running, and a client of the stateless protocol
//! keeps one open for ever (`subscriptions/listen`). Clients kill a server after about two seconds. So the
//! end is announced here: listeners return at once, calls after a grace.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

/// How long a running call may go on after the end of input.
const GRACE: Duration = Duration::from_millis(1500);

/// How long the answers of stopped calls may take to be written.
const LAST_ANSWERS: Duration = Duration::from_millis(300);

/// The end of the session, as everyone who has to know sees it.
#[derive(Clone)]
pub(crate) struct Lifecycle(Arc<watch::Sender<bool>>);

impl Default for Lifecycle {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Lifecycle {
    /// Announces the end. Announcing it again changes nothing.
    pub(crate) fn close(&self) {
        self.0.send_replace(true);
    }

    /// Resolves when the session is to end.
    pub(crate) async fn closed(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        _ = self.0.subscribe().wait_for(|closed| *closed).await;
    }

    /// Resolves when a call that is still running has to stop.
    pub(crate) async fn abandoned(&self) {
        self.closed().await;
        tokio::time::sleep(GRACE).await;
    }

    /// Resolves when the process has to end, whatever has not been written yet.
    pub(crate) async fn overdue(&self) {
        self.abandoned().await;
        tokio::time::sleep(LAST_ANSWERS).await;
    }
}
