//! The way to the endpoint, on a thread that nobody waits for.

#![expect(clippy::disallowed_types, reason = "one of the places that send HTTP")]

use std::{
    sync::mpsc::Receiver,
    time::{Duration, Instant},
};

use reqwest::{Client, Url, redirect};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use super::{Event, QUEUE, state::is_loopback};
use crate::auth::{Trust, https::USER_AGENT};

/// How long one request may take. The answer is not read.
const TIMEOUT: Duration = Duration::from_secs(3);

/// How long an endpoint that failed is left alone: at first, and at most.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(300)];

/// Sends what comes until nobody is left to put anything in.
pub(super) fn all(events: &Receiver<Event>, endpoint: &Url, trust: &Trust) {
    let Some(way) = Way::new(endpoint, trust) else { return };
    let [shortest, longest] = PAUSES;
    let mut pause = shortest;
    let mut closed_until = Instant::now();
    while let Ok(event) = events.recv() {
        let batch: Vec<_> = std::iter::once(event).chain(events.try_iter().take(QUEUE)).collect();
        if Instant::now() < closed_until {
            continue;
        }
        if way.send(&batch) {
            pause = shortest;
        } else {
            closed_until = Instant::now() + pause;
            pause = (pause * 2).min(longest);
        }
    }
}

/// A client and the runtime that it needs.
pub(super) struct Way {
    client: Client,
    runtime: Runtime,
    endpoint: Url,
}

impl Way {
    /// None where TLS cannot be set up; whoever needs it for the tenant hears why.
    pub(super) fn new(endpoint: &Url, trust: &Trust) -> Option<Self> {
        // Losing a race is fine: the provider is there then.
        _ = rustls::crypto::ring::default_provider().install_default();
        let is_local = is_loopback(endpoint);
        let builder = Client::builder()
            .https_only(!is_local)
            .redirect(redirect::Policy::none())
            .user_agent(USER_AGENT)
            .timeout(TIMEOUT);
        let builder = if is_local { builder.no_proxy() } else { builder };
        let client = trust.apply(builder).ok()?.build().ok()?;
        let runtime = Builder::new_current_thread().enable_all().build().ok()?;
        Some(Self { client, runtime, endpoint: endpoint.clone() })
    }

    /// Whether the endpoint took the events.
    pub(super) fn send(&self, events: &[Event]) -> bool {
        let request = self.client.post(self.endpoint.clone()).json(&json!({ "events": events }));
        // The request's timer belongs to the runtime, so that it has to begin there.
        match self.runtime.block_on(async { request.send().await }) {
            Ok(answer) if answer.status().is_success() => true,
            Ok(answer) => {
                tracing::debug!("the telemetry endpoint answers {}", answer.status());
                false
            }
            Err(error) => {
                let cause = crate::auth::cause::innermost(&error);
                tracing::debug!("the telemetry endpoint cannot be reached: {cause}");
                false
            }
        }
    }
}
