//! `run`: the stdio server.

use std::{collections::HashMap, sync::Arc, time::Duration};

use auth0_mcp_sandbox::{Engine, Folder, FolderError, Folders, OpenError};
use tokio::{runtime::Runtime, time::timeout};

use super::{Product, stop::stop_signal};
use crate::{
    audit::{
        self, Audit, AuditError, AuditSettings,
        event::{Event, PolicyFile},
    },
    auth::{
        Credentials, Domain,
        environment::{self, EnvironmentError, SignedIn},
        profile::ProfileName,
        session::{self, SessionCredentials, SessionError},
        trust::{Trust, TrustError},
        vault::{HEADLESS, Vault},
    },
    call::Calls,
    catalog::{Catalog, Family, Live, SelectionError},
    exit::Exit,
    log,
    management::{Management, Mask},
    mcp,
    policy::{Denial, Layer, Policy, PolicyError, check::Known},
    secret::Redactor,
    settings::{
        self, RunFlags, RunSettings, SettingsError, TenantChoice, allow_dir::AllowedDir,
        env::Environment, folders::NoFolder,
    },
    telemetry::{self, Telemetry},
};

/// How long the end waits for a renewal that is under way.
const SETTLING: Duration = Duration::from_secs(5);

/// What holds the server up. The operator reads it.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Selection(#[from] SelectionError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    AuditSettings(#[from] audit::SettingsError),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error(transparent)]
    Credentials(#[from] EnvironmentError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("there are no credentials: {0}{otherwise}; {DEMO}", otherwise = headless(.0))]
    Session(#[from] SessionError),
    #[error("there are no credentials: {0}; {HEADLESS}; {DEMO}")]
    Folder(#[from] NoFolder),
    #[error(
        "AUTH0_DOMAIN is {wanted}, and profile `{profile}` is signed in to {found}: unset AUTH0_DOMAIN, or name another profile with --profile"
    )]
    OtherTenant { wanted: Domain, profile: ProfileName, found: Domain },
    #[error("the demo tenant has no credentials: this is a bug of auth0-mcp")]
    NoCredentials,
    #[error("the WebAssembly engine does not start: {0}")]
    Engine(#[from] OpenError),
    #[error("{0}")]
    System(#[from] std::io::Error),
    #[error("--allow-dir: there is no plugin `{plugin}`; the plugins are {known}")]
    NoSuchPlugin { plugin: String, known: String },
    #[error(
        "--allow-dir: plugin `{0}` imports no WASI, so it has no use for a folder: leave the flag out"
    )]
    NoUseForFolder(String),
    #[error("--allow-dir: {0}")]
    AllowDir(#[from] FolderError),
    #[error("--allow-dir: the operator's policy forbids it: {0}")]
    AllowDirDenied(Denial),
}

/// For everybody who only wants to look.
const DEMO: &str = "or try `auth0-mcp run --demo`, which needs no account";

/// The way without a keychain, where the text before does not name it.
fn headless(error: &SessionError) -> String {
    match error {
        SessionError::Vault(_) => String::new(),
        _ => format!("; {HEADLESS}"),
    }
}

impl RunError {
    fn exit(&self) -> Exit {
        match self {
            Self::Session(_)
            | Self::Folder(_)
            | Self::Credentials(EnvironmentError::Expired(_) | EnvironmentError::Token(_)) => {
                Exit::Credentials
            }
            Self::Settings(_)
            | Self::NoSuchPlugin { .. }
            | Self::NoUseForFolder(_)
            | Self::AllowDir(_)
            | Self::AllowDirDenied(_)
            | Self::Selection(_)
            | Self::AuditSettings(_)
            | Self::Audit(_)
            | Self::Credentials(_)
            | Self::Trust(_)
            | Self::Policy(_)
            | Self::OtherTenant { .. } => Exit::Settings,
            Self::NoCredentials | Self::Engine(_) | Self::System(_) => Exit::Failure,
        }
    }
}

/// Serves until the client closes standard input.
pub(super) fn run(flags: &RunFlags, environment: &Environment, product: &Product) -> Exit {
    let redactor = Redactor::default();
    log::init(settings::debug(environment), redactor.clone());
    match start(flags, environment, product, &redactor) {
        Ok(()) => Exit::Success,
        Err(error) => {
            tracing::error!("{error}");
            error.exit()
        }
    }
}

fn start(
    flags: &RunFlags,
    environment: &Environment,
    product: &Product,
    redactor: &Redactor,
) -> Result<(), RunError> {
    // Exactly one TLS provider is linked; a second install (tests in one process) keeps the first.
    _ = rustls::crypto::ring::default_provider().install_default();
    let mut settings = RunSettings::resolve(flags, environment)?;
    settings.selection.policy = Policy::load(product.policy.as_ref(), environment)?;
    let policy = &settings.selection.policy;
    let first_party = Family::embedded(product.plugins).map_err(SelectionError::from)?;
    let home = product.home(environment, policy);
    let mut live = Live::start(first_party, home, settings.selection.clone())?;
    if !settings.folders.is_empty() {
        policy.allow_dir().map_err(RunError::AllowDirDenied)?;
    }
    let folders = open_folders(&settings.folders, &live.current())?;
    if !policy.layers().is_empty() {
        let warnings = policy.check(&Known::of(live.current().manifests()))?;
        warnings.iter().for_each(|warning| tracing::warn!("policy: {warning}"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tenant = Tenant::sign_in(&settings, &runtime, redactor)?;
    leave_out_unusable(&mut live, &settings, tenant.signed_in.credentials.scopes());
    let catalog = live.current();
    let calls = policy.concurrent_calls().map_or(usize::MAX, |entry| entry.value as usize);
    let engine = Arc::new(Engine::with_calls(calls)?.granting(folders));
    let management = Arc::new(Management::new(tenant.signed_in, redactor.clone()));
    let mask = Mask::new(redactor.clone());
    announce(&catalog, &settings);
    let audit = open_audit(&settings, &catalog, &tenant.profile, management.domain().as_str())?;
    live.record_in(audit.clone());
    let telemetry = telemetry(environment, &settings);
    let calls = Calls {
        engine,
        management: management.clone(),
        limits: policy.limits(product.limits),
        mask,
        audit: audit.clone(),
        telemetry,
    };
    // Beside `initialize`, not before it: TLS roots take longer than the handshake of MCP.
    let warming = management.clone();
    runtime.spawn(async move { warming.warm().await });
    let served = runtime.block_on(mcp::serve(Arc::new(live), calls, stop_signal()));
    // A renewal that is cut off could lose the sign-in; one that hangs must not hold the end up for long.
    _ = runtime.block_on(async { timeout(SETTLING, management.settled()).await });
    // A read of standard input that is not a pipe cannot be cancelled, and must not hold the end up.
    runtime.shutdown_background();
    audit.stop();
    Ok(served?)
}

/// Where calls are counted, which is nowhere as a rule.
fn telemetry(environment: &Environment, settings: &RunSettings) -> Telemetry {
    let state = telemetry::state(environment);
    if let Some(warning) = state.warning() {
        tracing::warn!("{warning}");
    }
    let ca_file = settings.ca_file.clone();
    Telemetry::start(&state, move || telemetry::trust(ca_file.as_deref()))
}

/// The folders that each plugin may see, opened once for the session.
fn open_folders(
    allowed: &[AllowedDir],
    catalog: &Catalog,
) -> Result<HashMap<String, Folders>, RunError> {
    let mut by_plugin: HashMap<String, Vec<Folder>> = HashMap::new();
    let families = catalog.families();
    for AllowedDir { plugin, folder } in allowed {
        let Some(family) = families.iter().find(|family| family.name() == plugin) else {
            let names: Vec<&str> = families.iter().map(|family| family.name()).collect();
            let (plugin, known) = (plugin.clone(), names.join(", "));
            return Err(RunError::NoSuchPlugin { plugin, known });
        };
        // What no enabled tool belongs to is not read. A component that cannot be read says so when it is called.
        let is_on = catalog.tools().iter().any(|tool| tool.plugin_name() == plugin);
        if is_on && matches!(family.imports_wasi(), Ok(false)) {
            return Err(RunError::NoUseForFolder(plugin.clone()));
        }
        by_plugin.entry(plugin.clone()).or_default().push(folder.clone());
    }
    let open = |(plugin, folders): (String, Vec<Folder>)| Ok((plugin, Folders::open(&folders)?));
    by_plugin.into_iter().map(open).collect()
}

/// Leaves the tools that the sign-in can use, where only those are asked for.
fn leave_out_unusable(live: &mut Live, settings: &RunSettings, scopes: Option<Arc<[String]>>) {
    match (settings.hide_unusable, scopes) {
        (false, _) => {}
        (true, Some(scopes)) => live.leave_out_unusable(scopes),
        (true, None) => {
            tracing::debug!("no tool is left out: the sign-in does not say its scopes");
        }
    }
}

/// The audit log with its first line: what this server may do.
fn open_audit(
    settings: &RunSettings,
    catalog: &Catalog,
    profile: &str,
    tenant: &str,
) -> Result<Audit, RunError> {
    let policy = &settings.selection.policy;
    let audit = AuditSettings::resolve(&settings.audit, policy)?;
    audit.overruled.iter().for_each(|note| tracing::warn!("{note}"));
    let file =
        |layer: &Layer| PolicyFile { file: layer.file.to_string(), sha256: layer.digest.clone() };
    let start = Event::Start {
        version: env!("CARGO_PKG_VERSION"),
        pid: std::process::id(),
        tenant,
        read_only: settings.selection.reads_only(),
        policy: policy.layers().iter().map(file).collect(),
        tools: catalog.tools().iter().map(|tool| tool.definition.name.as_str()).collect(),
    };
    Ok(Audit::open(&audit, profile, &start)?)
}

/// The tenant that is served, and what has to live as long as the session.
struct Tenant {
    signed_in: SignedIn,
    /// The sign-in's name, for the audit log.
    profile: String,
    #[cfg(feature = "demo")]
    _demo: Option<crate::demo::Demo>,
}

impl Tenant {
    fn sign_in(
        settings: &RunSettings,
        runtime: &Runtime,
        redactor: &Redactor,
    ) -> Result<Self, RunError> {
        match &settings.tenant {
            #[cfg(feature = "demo")]
            TenantChoice::Demo => {
                let demo = crate::demo::Demo::start()?;
                let trust = Trust::only(demo.ca_pem())?;
                let signed_in =
                    demo.credentials().sign_in(trust, redactor)?.ok_or(RunError::NoCredentials)?;
                let signed_in = crate::demo::signed_in(signed_in);
                Ok(Self { signed_in, profile: "demo".to_owned(), _demo: Some(demo) })
            }
            #[cfg(not(feature = "demo"))]
            TenantChoice::Demo => Err(RunError::NoCredentials),
            TenantChoice::Environment(credentials) => {
                let trust = match &settings.ca_file {
                    Some(file) => Trust::system().with_file(file)?,
                    None => Trust::system(),
                };
                let (signed_in, profile) =
                    match credentials.clone().sign_in(trust.clone(), redactor)? {
                        Some(signed_in) => {
                            unused(settings);
                            (signed_in, "environment".to_owned())
                        }
                        None => from_vault(settings, credentials, runtime, trust, redactor)?,
                    };
                Ok(Self {
                    signed_in,
                    profile,
                    #[cfg(feature = "demo")]
                    _demo: None,
                })
            }
        }
    }
}

/// Says that the environment's credentials are used, loudly if a profile was named.
fn unused(settings: &RunSettings) {
    match &settings.profile {
        Some(profile) => tracing::warn!(
            "the credentials of the environment are used, and profile `{profile}` is not: unset AUTH0_TOKEN and AUTH0_CLIENT_SECRET to use it"
        ),
        None => tracing::debug!("the credentials of the environment are used; the keychain is not"),
    }
}

/// The sign-in that the keychain holds. Which profile is meant is decided here, once.
fn from_vault(
    settings: &RunSettings,
    environment: &environment::Environment,
    runtime: &Runtime,
    trust: Trust,
    redactor: &Redactor,
) -> Result<(SignedIn, String), RunError> {
    let vault = Vault::open(settings.data.as_deref().ok_or(NoFolder)?);
    let credentials = runtime.block_on(async {
        let profile = session::resolve(&vault, settings.profile.clone()).await?;
        SessionCredentials::open(vault, profile, trust, redactor.clone()).await
    })?;
    let (profile, found) = (credentials.profile().clone(), credentials.domain().clone());
    tracing::debug!("profile `{profile}` of the keychain is used, for {found}");
    match environment.domain.as_deref().map(Domain::parse).transpose() {
        Ok(Some(wanted)) if wanted != found => {
            Err(RunError::OtherTenant { wanted, profile, found })
        }
        Ok(_) => Ok((credentials.signed_in(), profile.to_string())),
        Err(error) => Err(EnvironmentError::Domain(error).into()),
    }
}

/// One line that says what this session can do.
fn announce(catalog: &Catalog, settings: &RunSettings) {
    let (on, all) = (catalog.tools().len(), catalog.total());
    let mode = if settings.selection.reads_only() { ", read-only" } else { "" };
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!("auth0-mcp {version} serves {on} of {all} tools over stdio{mode}");
}
