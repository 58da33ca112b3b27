//! Anonymous usage events, for whoever distributes this program to know which tools are used and which fail.
//!
//! Nothing is sent unless an endpoint is configured, and then only what [`event`] names: no arguments, no answers,
//! nothing of the tenant, no identifier. Nobody waits for it: events are put into a short queue and dropped when it
//! is full, a thread of its own sends them, and what is unsent when a server ends is lost. A command that ends at
//! once hands its one event to a process of its own ([`errand`]).

mod errand;
pub mod event;
mod send;
mod state;

use std::sync::mpsc::{SyncSender, sync_channel};

pub use errand::{COMMAND, hand_over, run as run_errand};
pub use event::{Duration, Event, Kind, Outcome};
pub use state::{Off, State, state};

use crate::auth::Trust;

/// Whose certificates are believed: the system's, and those of `SSL_CERT_FILE`. None where they cannot be read.
#[must_use]
pub fn trust(ca_file: Option<&std::path::Path>) -> Option<Trust> {
    match ca_file {
        Some(file) => Trust::system().with_file(file).ok(),
        None => Some(Trust::system()),
    }
}

/// How many events wait at most. More are dropped.
const QUEUE: usize = 64;

/// Where events are put. Clones share one queue.
#[derive(Clone, Debug, Default)]
pub struct Telemetry(Option<SyncSender<Event>>);

impl Telemetry {
    /// Starts the thread that sends, if there is anything to be sent. `trust` says whose certificates are believed.
    #[must_use]
    pub fn start(state: &State, trust: impl FnOnce() -> Option<Trust> + Send + 'static) -> Self {
        let State::On(endpoint) = state.clone() else { return Self::default() };
        let (sender, receiver) = sync_channel(QUEUE);
        let work = move || {
            if let Some(trust) = trust() {
                send::all(&receiver, &endpoint, &trust);
            }
        };
        // Without a thread nothing is sent, and nothing else is missing.
        let started = std::thread::Builder::new().name("telemetry".to_owned()).spawn(work);
        Self(started.is_ok().then_some(sender))
    }

    /// Puts an event into the queue, or drops it. Never waits.
    pub fn record(&self, event: impl FnOnce() -> Event) {
        if let Some(queue) = &self.0 {
            _ = queue.try_send(event());
        }
    }
}

#[cfg(test)]
mod tests;
