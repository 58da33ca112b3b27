//! The one HTTPS client of a tenant, shared by the token endpoint and the Management API.
//!
//! It is built on first use: reading the system's certificates costs milliseconds that `initialize` and
//! `tools/list` need not wait for.

#![expect(clippy::disallowed_types, reason = "this is where the one client is made")]

use std::{sync::Arc, time::Duration};

use reqwest::{Client, header, redirect};
use rustls::crypto::{CryptoProvider, ring};
use tokio::sync::OnceCell;

use super::{Domain, Trust, TrustError};

/// What the tenant's logs show of us.
pub const USER_AGENT: &str = concat!("auth0-mcp/", env!("CARGO_PKG_VERSION"));

/// How long a connection may take to come about, name lookup and TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an idle connection is kept: less than the 60 s after which common load balancers close theirs,
/// since a write that meets such a close cannot be repeated.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// How often an idle connection is probed: a laptop that wakes up on another network must not wait for its old
/// connection until the deadline.
const PROBE: Duration = Duration::from_secs(5);

/// How long sent data may stay unacknowledged before the connection counts as dead, where the system can be told.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// A lazily built client. Clones share it.
#[derive(Clone, Debug)]
pub struct Https(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    trust: Trust,
    /// Without the system's proxy: for a tenant on this machine.
    direct: bool,
    client: OnceCell<Client>,
}

impl Https {
    /// A client for this tenant. Nothing is read or opened yet.
    #[must_use]
    pub fn new(trust: Trust, domain: &Domain) -> Self {
        Self(Arc::new(Inner { trust, direct: domain.is_loopback(), client: OnceCell::new() }))
    }

    /// The client, built now if it was not.
    ///
    /// # Errors
    /// [`TrustError`] where TLS cannot be set up; the next call tries again.
    pub async fn client(&self) -> Result<&Client, TrustError> {
        self.0.client.get_or_try_init(|| self.build()).await
    }

    /// Files are read and certificates parsed on a thread that may block.
    async fn build(&self) -> Result<Client, TrustError> {
        let inner = Arc::clone(&self.0);
        let built = tokio::task::spawn_blocking(move || build(&inner.trust, inner.direct)).await;
        built.unwrap_or_else(|failed| Err(TrustError::Setup(failed.to_string())))
    }
}

fn build(trust: &Trust, direct: bool) -> Result<Client, TrustError> {
    if CryptoProvider::get_default().is_none() {
        // Losing a race is fine: the provider is there then.
        let _ = ring::default_provider().install_default();
    }
    let mut headers = header::HeaderMap::new();
    headers.insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    let mut builder = Client::builder()
        .https_only(true)
        .redirect(redirect::Policy::none())
        .user_agent(USER_AGENT)
        .default_headers(headers)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        // One request at a time on a connection: cheaper here than HTTP/2, whose gain would be many requests at
        // once, and those are few. A cancelled request closes its connection, which is certain to stop it.
        .http1_only()
        .tcp_keepalive(PROBE)
        .tcp_keepalive_interval(PROBE)
        .tcp_keepalive_retries(2)
        .tcp_nodelay(true);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        builder = builder.tcp_user_timeout(UNACKNOWLEDGED);
    }
    if direct {
        builder = builder.no_proxy();
    }
    trust
        .apply(builder)?
        .build()
        .map_err(|error| TrustError::Setup(super::cause::innermost(&error)))
}
