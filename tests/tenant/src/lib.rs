//! An Auth0 tenant in memory, served over HTTPS on 127.0.0.1.
//!
//! It stands in for the real service in tests, in `run --demo` and in benchmarks: the Management
//! API of the families that the product speaks to and the OAuth endpoints with the page on which a
//! user confirms a device, with the true error envelopes, paging, defaults and headers, and faults
//! on demand. `FIDELITY.md` says how well that
//! holds, measured against recorded traffic. It protects nothing: its secrets are random but weak.
//!
//! ```no_run
//! # fn main() -> std::io::Result<()> {
//! let tenant = tenant::Tenant::start(tenant::Options::default())?;
//! let token = tenant.issue_token(&["read:clients"], std::time::Duration::from_secs(60));
//! println!("https://{}/api/v2/clients with {token}, trusting {}", tenant.domain(), tenant.ca_pem());
//! # Ok(()) }
//! ```

mod activate;
mod api;
mod clock;
mod faults;
mod ids;
mod oauth;
mod record;
pub mod replay;
mod resources;
mod seed;
mod server;
mod sign_in;
mod store;
mod tls;

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use serde_json::Value;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

pub use faults::{Fault, FaultKind, Faults, When};
pub use oauth::{ActivationError, DEVICE_CLIENT_ID, DeviceRequest, DeviceState, TokenCount};
pub use record::{BODY_LIMIT, Outcome, Recorded};

/// How a tenant is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The host name in [`Tenant::domain`]. `localhost`, `127.0.0.1` and names below `auth0.test`
    /// are in the certificate, and so is this one.
    pub host: String,
    /// The tenant's short name, as its page and its objects show it.
    pub name: String,
    /// Whether the tenant starts with the data of an invented company.
    pub seed: bool,
    /// How long a token from the token endpoint is valid.
    pub token_lifetime: Duration,
    /// How long a device code and its user code are valid.
    pub device_code_lifetime: Duration,
    /// How long a device must wait between two polls, in whole seconds.
    pub device_interval: Duration,
    /// How long a sign-in can be renewed, counted from the sign-in.
    pub refresh_lifetime: Duration,
    /// How long a refresh token can be used again after it was exchanged (Auth0's leeway).
    pub refresh_leeway: Duration,
    /// Whether a renewal gives a new refresh token and uses up the old one.
    pub rotate_refresh_tokens: bool,
    /// Calls beyond this are refused with 429; `None` refuses nothing.
    pub rate_limit: Option<RateLimit>,
    /// Whether the paths below `/_tenant/` exist, by which another process steers this tenant.
    pub control: bool,
    /// How many requests are remembered; 0 remembers none, which suits benchmarks.
    pub record: usize,
    /// How long an action is built; one whose dependency is missing takes three times as long.
    pub build_time: Duration,
    /// Whether the tenant has modules of actions; without them their endpoints answer 403.
    pub modules: bool,
}

impl Default for Options {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(86_400);
        Self {
            port: 0,
            host: "localhost".to_owned(),
            name: "harbour-books".to_owned(),
            seed: true,
            token_lifetime: DAY,
            device_code_lifetime: DAY / 96,
            device_interval: Duration::from_secs(5),
            refresh_lifetime: DAY * 30,
            refresh_leeway: Duration::ZERO,
            rotate_refresh_tokens: true,
            rate_limit: None,
            control: false,
            record: 10_000,
            build_time: store::BUILD_TIME,
            modules: false,
        }
    }
}

/// A rate limit of the Management API, as the plans of Auth0 word theirs.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// Calls that may come at once.
    pub burst: u32,
    /// Calls that are added every second.
    pub per_second: u32,
}

/// A running tenant; dropping it stops it.
pub struct Tenant {
    shared: Arc<Shared>,
    ca_pem: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What requests and the owner of the tenant share.
pub(crate) struct Shared {
    options: Options,
    domain: String,
    state: Mutex<State>,
    router: api::Router,
    all_scopes: Vec<String>,
    /// Every scope that exists, with the words for it.
    scopes: BTreeMap<String, String>,
    administrator: Administrator,
    counts: oauth::Counts,
    /// What the page's forms are protected with.
    form_key: String,
    /// Other tenants of the same user.
    neighbours: Mutex<Vec<Weak<Shared>>>,
    faults: Faults,
    records: Arc<record::Records>,
    connections: AtomicU64,
}

/// What changes while the tenant runs.
pub(crate) struct State {
    store: store::Store,
    tokens: api::Tokens,
    sessions: oauth::Sessions,
    limiter: api::Limiter,
}

/// The machine-to-machine application that may do everything.
struct Administrator {
    client_id: String,
    client_secret: String,
}

impl Administrator {
    fn is(&self, client_id: &str, client_secret: &str) -> bool {
        self.client_id == client_id && self.client_secret == client_secret
    }
}

impl Shared {
    fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    fn clear_requests(&self) {
        self.records.clear();
        self.counts.clear();
    }
}

impl Tenant {
    /// Starts a tenant on a thread of its own, ready for connections when this returns.
    pub fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let identity = tls::Identity::new(&options.host)?;
        let domain = format!("{}:{}", options.host, listener.local_addr()?.port());
        let shared = Arc::new(Shared::new(options, domain)?);
        let (stop, stopped) = oneshot::channel();
        let acceptor = TlsAcceptor::from(identity.server);
        let served = Arc::clone(&shared);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serve = move || {
            runtime.block_on(async {
                match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => tokio::select! {
                        () = server::run(listener, acceptor, served) => {}
                        _ = stopped => {}
                    },
                    Err(_) => drop(stopped),
                }
            });
        };
        let thread = std::thread::Builder::new().name("tenant".to_owned()).spawn(serve)?;
        Ok(Self { shared, ca_pem: identity.ca_pem, stop: Some(stop), thread: Some(thread) })
    }

    /// Host and port: `localhost:49152`.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.shared.domain
    }

    /// The certificate a client must trust.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// A token of the Management API with these scopes.
    #[must_use]
    pub fn issue_token(&self, scopes: &[&str], lifetime: Duration) -> String {
        let client_id = &self.shared.administrator.client_id;
        let claims = api::Claims::of_machine(&self.shared.domain, client_id, scopes.join(" "));
        let scopes = api::Scopes::from_iter(scopes.iter().copied());
        self.with_state(|state| state.tokens.issue(&claims, scopes, lifetime))
    }

    /// Makes all access tokens given out so far unknown.
    pub fn revoke_tokens(&self) {
        self.with_state(|state| state.tokens.revoke_all());
    }

    /// Every scope that [`Tenant::client_credentials`] carries.
    #[must_use]
    pub fn all_scopes(&self) -> Vec<&str> {
        self.shared.all_scopes.iter().map(String::as_str).collect()
    }

    /// Id and secret of a machine-to-machine application with all scopes.
    #[must_use]
    pub fn client_credentials(&self) -> (&str, &str) {
        let administrator = &self.shared.administrator;
        (&administrator.client_id, &administrator.client_secret)
    }

    /// The faults that requests meet.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.shared.faults.clone()
    }

    /// The requests received so far, oldest first, up to [`Options::record`].
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.records.list()
    }

    /// Forgets the requests received so far, and their counts.
    pub fn clear_requests(&self) {
        self.shared.clear_requests();
    }

    /// How many TCP connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections()
    }

    /// Puts an application into the tenant as it is, without any defaults.
    pub fn put_client(&self, client: Value) -> Option<String> {
        self.load("clients", client)
    }

    /// Puts an object into a family as it is, replacing one with the same id; answers the id, or
    /// `None` if the object has none. Families are named as in paths: `clients`,
    /// `clients/{id}/credentials`, `clients/{id}/connections`, `resource-servers`,
    /// `client-grants`, `client-grants/{id}/organizations`, `logs` (known by their `log_id`),
    /// `actions/actions`, `actions/actions/{id}/versions`, `actions/triggers/{id}/bindings`,
    /// `forms`, `flows`, `flows/vault/connections`; `cimd-documents` holds the documents that
    /// registration would fetch.
    pub fn load(&self, family: &str, object: Value) -> Option<String> {
        self.with_state(|state| resources::load(&mut state.store, family, object))
    }

    /// An object as the tenant holds it, which may be more than it answers: the values of an
    /// action's secrets are in `actions/actions/{id}/secrets`, by name, and the `setup` of vault
    /// connections is in `flows/vault/setups`, by the connection's id.
    #[must_use]
    pub fn stored(&self, family: &str, id: &str) -> Option<Value> {
        self.with_state(|state| state.store.get(family, id).cloned().map(Value::Object))
    }

    /// All objects of a family as the tenant holds them, in its order.
    #[must_use]
    pub fn listed(&self, family: &str) -> Vec<Value> {
        self.with_state(|state| state.store.all(family).map(|(_, object)| object.clone()).collect())
    }

    /// Lets time pass at once for builds and deployments of actions, for device codes and refresh
    /// tokens; access tokens name the time at which they end and live by the real clock.
    pub fn advance(&self, time: Duration) {
        self.with_state(|state| state.store.clock.advance(time));
    }

    /// Removes all objects of a family.
    pub fn clear(&self, family: &str) {
        self.with_state(|state| state.store.clear(family));
    }

    fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.shared.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic over there has been printed already.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn new(options: Options, domain: String) -> io::Result<Self> {
        let router = resources::router()?;
        let mut store = store::Store::new(&options.name, domain.clone());
        store.build_time = options.build_time;
        store.modules = options.modules;
        let administrator =
            Administrator { client_id: ids::client_id(), client_secret: ids::client_secret() };
        if options.seed {
            seed::fill(&mut store)?;
            resources::seed_administrator(
                &mut store,
                &administrator.client_id,
                &administrator.client_secret,
            );
        }
        let limiter = api::Limiter::new(options.rate_limit);
        let tokens = api::Tokens::default();
        let sessions = oauth::Sessions::default();
        let all_scopes = resources::all_scopes();
        Ok(Self {
            scopes: seed::scopes(&all_scopes)?,
            all_scopes,
            state: Mutex::new(State { store, tokens, sessions, limiter }),
            counts: oauth::Counts::default(),
            form_key: ids::client_secret(),
            neighbours: Mutex::default(),
            records: record::Records::new(options.record),
            connections: AtomicU64::new(0),
            faults: Faults::default(),
            options,
            domain,
            router,
            administrator,
        })
    }
}
