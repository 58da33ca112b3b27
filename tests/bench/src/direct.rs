//! The same requests without a server: what the overhead is counted from.

#![expect(clippy::disallowed_types, reason = "the yardstick is a bare HTTPS client")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use reqwest::{Certificate, Client, Url, header};
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{figures::Latencies, world::World};

/// A bare HTTPS client (HTTP/1.1) whose connections are kept alive.
pub(crate) struct Direct {
    runtime: Runtime,
    client: Client,
    urls: Arc<[Url]>,
}

impl Direct {
    pub(crate) fn new(world: &World) -> Result<Self> {
        let urls: Result<Arc<[Url]>, _> =
            (0..1000).map(|number| Url::parse(&world.url(number))).collect();
        Self::with(world.ca_pem(), world.token(), urls?)
    }

    /// A client that trusts this CA alone.
    pub(crate) fn with(ca_pem: &str, token: &str, urls: Arc<[Url]>) -> Result<Self> {
        // Exactly one TLS provider is linked; a second install keeps the first.
        _ = rustls::crypto::ring::default_provider().install_default();
        let mut bearer = header::HeaderValue::try_from(format!("Bearer {token}"))?;
        bearer.set_sensitive(true);
        let client = Client::builder()
            .tls_certs_only([Certificate::from_pem(ca_pem.as_bytes())?])
            .default_headers([(header::AUTHORIZATION, bearer)].into_iter().collect())
            .no_proxy()
            // The cheapest that there is, and what the published figures were counted from.
            .http1_only()
            .build()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, client, urls })
    }

    /// Requests one after the other.
    pub(crate) fn sequential(&self, count: usize) -> Result<Latencies> {
        let send = |number| self.runtime.block_on(get(&self.client, &self.urls, number));
        (0..count).map(send).collect::<Result<_>>().map(Latencies::new)
    }

    /// The body of one answer.
    pub(crate) fn body(&self, url: Url) -> Result<Vec<u8>> {
        self.runtime.block_on(async {
            let request = self.client.get(url).header(header::ACCEPT, "application/json");
            let response = request.send().await?.error_for_status()?;
            Ok(response.bytes().await?.to_vec())
        })
    }

    /// Keeps so many requests under way until `count` have been answered; also gives the time of it all.
    pub(crate) fn concurrent(
        &self,
        count: usize,
        in_flight: usize,
    ) -> Result<(Latencies, Duration)> {
        let began = Instant::now();
        let times = self.runtime.block_on(self.share(count, in_flight))?;
        Ok((Latencies::new(times), began.elapsed()))
    }

    async fn share(&self, count: usize, in_flight: usize) -> Result<Vec<Duration>> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut senders = JoinSet::new();
        for _ in 0..in_flight {
            let (client, urls, next) = (self.client.clone(), self.urls.clone(), next.clone());
            senders.spawn(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return Ok(times);
                    }
                    times.push(get(&client, &urls, number).await?);
                }
            });
        }
        let all: Result<Vec<Vec<Duration>>> = senders.join_all().await.into_iter().collect();
        Ok(all?.concat())
    }
}

/// One request, from before it is made until its body is there.
async fn get(client: &Client, urls: &[Url], number: usize) -> Result<Duration> {
    let url = urls.get(number % urls.len().max(1)).context("no URL")?.clone();
    let began = Instant::now();
    let response = client.get(url).header(header::ACCEPT, "application/json").send().await?;
    let status = response.status();
    let body = response.bytes().await?;
    let took = began.elapsed();
    ensure!(status == 200 && body.len() > 1000, "the tenant answered {status}");
    Ok(took)
}
