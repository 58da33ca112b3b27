//! Everything that can be wrong with the command line is found here, before anything is asked or sent: flags that
//! belong together, patterns, scopes, domains, names.

use super::{
    args::{ChoiceArgs, InitArgs, ServiceArgs},
    machine, picker,
};
use crate::{
    auth::{
        Domain, DomainError,
        profile::{ProfileName, ProfileNameError},
        scopes::{ScopeError, Scopes},
    },
    catalog::{Selection, SelectionError},
    cli::{
        Product,
        terminal::{AskError, Terminal},
        usable::needs,
    },
    clients::Launch,
    exit::Exit,
    policy::{Policy, PolicyError},
    settings::{self, RunFlags, SettingsError, env::Environment},
};

/// The host that runs the device flow for all tenants of Auth0's public cloud, and its public client.
const SERVICE: (&str, &str, &str) =
    ("auth0.auth0.com", "2lhnuYMRQ8IpR5hNsOhDFQqrGQUQMRm5", "https://*.auth0.com/api/v2/");

/// The command line, checked. What it leaves open is asked later.
#[derive(Debug)]
pub(super) struct Plan {
    /// The only tenant that is accepted.
    pub(super) tenant: Option<Domain>,
    /// The profile that was named.
    pub(super) profile: Option<ProfileName>,
    /// Client credentials, if they are to be used instead of the browser.
    pub(super) machine: Option<machine::Flags>,
    /// Where the device flow runs.
    pub(super) service: Service,
    /// Tools and scopes.
    pub(super) choice: Choice,
    /// What the clients start.
    pub(super) launch: Launch,
}

/// Where the device flow runs.
#[derive(Clone, Debug)]
pub(super) struct Service {
    /// Its host.
    pub(super) domain: Domain,
    /// The public client there.
    pub(super) client_id: String,
    /// What its tokens are for.
    pub(super) audience: String,
}

/// What is wrong with the command line. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Selection(#[from] SelectionError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("{source_name}: {error}")]
    Profile { source_name: &'static str, error: ProfileNameError },
    #[error("--scopes: {0}")]
    Scopes(#[from] ScopeError),
    #[error("{flag}: {error}")]
    Domain { flag: &'static str, error: DomainError },
    #[error("{0} is empty: give it a value, or leave it out")]
    Empty(&'static str),
    #[error(
        "client credentials need three things, and {0} is missing: give it, or leave out all of --auth0-domain, --auth0-client-id and --auth0-client-secret to sign in with the browser"
    )]
    Incomplete(String),
    #[error(
        "--tenant is {tenant} and --auth0-domain is {domain}: leave one of them out, or make them the same"
    )]
    TwoTenants { tenant: Domain, domain: Domain },
    #[error(
        "--device-domain needs --device-client-id: the default client is known at auth0.auth0.com only"
    )]
    NoServiceClient,
    #[error(
        "nobody can be asked for scopes here: name them with --scopes (such as `--scopes 'read:*'`), or name the tools with --tools to ask for exactly what they need"
    )]
    NoScopes,
    #[error("standard input holds no client secret: write it there on one line")]
    NoSecretOnStdin,
    #[error("standard input cannot be read: {0}")]
    Stdin(std::io::Error),
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl PlanError {
    /// With which code the command ends.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Ask(AskError::Interrupted) => Exit::Interrupted,
            Self::Ask(AskError::Terminal(_)) | Self::Stdin(_) => Exit::Failure,
            Self::Incomplete(_)
            | Self::TwoTenants { .. }
            | Self::NoServiceClient
            | Self::NoScopes
            | Self::NoSecretOnStdin => Exit::Usage,
            _ => Exit::Settings,
        }
    }
}

impl Plan {
    /// Checks the flags.
    pub(super) fn make(
        args: &InitArgs,
        environment: &Environment,
        product: &Product,
    ) -> Result<Self, PlanError> {
        let tenant = args.tenant.as_deref().map(|text| domain("--tenant", text)).transpose()?;
        let choice = Choice::read(&args.choice, environment, product)?;
        let machine = machine::Flags::read(&args.machine, environment)?;
        let service = service(&args.service, environment)?;
        if let (Some(tenant), Some(machine)) = (&tenant, &machine)
            && *tenant != machine.domain
        {
            let (tenant, domain) = (tenant.clone(), machine.domain.clone());
            return Err(PlanError::TwoTenants { tenant, domain });
        }
        let profile = profile(args.profile.profile.as_deref(), environment)?;
        let launch = Launch {
            tools: args.choice.tools.clone(),
            read_only: choice.selection.read_only,
            profile: args.profile.profile.clone(),
            demo: false,
        };
        Ok(Self { tenant, profile, machine, service, choice, launch })
    }

    /// What a person is asked to grant; asks on the terminal where no flag says it.
    ///
    /// # Errors
    /// [`PlanError::NoScopes`] if nobody can be asked.
    pub(super) fn scopes(&self, terminal: Terminal) -> Result<Vec<String>, PlanError> {
        match &self.choice.scopes {
            Some(scopes) => Ok(scopes.clone()),
            None if terminal.asks() => Ok(picker::pick(&self.choice.known)?),
            None => Err(PlanError::NoScopes),
        }
    }
}

/// `--profile`, or `AUTH0_MCP_PROFILE`.
fn profile(
    flag: Option<&str>,
    environment: &Environment,
) -> Result<Option<ProfileName>, PlanError> {
    let named = match flag {
        Some(name) => Some(("--profile", name)),
        None => environment.text("AUTH0_MCP_PROFILE").map(|name| ("AUTH0_MCP_PROFILE", name)),
    };
    let parse = |(source, name): (&'static str, &str)| {
        ProfileName::parse(name).map_err(|error| PlanError::Profile { source_name: source, error })
    };
    named.map(parse).transpose()
}

/// Tools and scopes as the flags and the environment name them.
#[derive(Debug)]
pub(super) struct Choice {
    /// The tools.
    pub(super) selection: Selection,
    /// The scopes that were named, or that the named tools need.
    pub(super) scopes: Option<Vec<String>>,
    /// Those that the tools need.
    known: Scopes,
}

impl Choice {
    fn read(
        args: &ChoiceArgs,
        environment: &Environment,
        product: &Product,
    ) -> Result<Self, PlanError> {
        let (tools, read_only) = (args.tools.clone(), args.read_only.clone());
        let names_tools = tools.is_some() || environment.get("AUTH0_MCP_TOOLS").is_some();
        let flags = RunFlags { tools, read_only, ..RunFlags::default() };
        let mut selection = settings::selection(&flags, environment)?;
        selection.policy = Policy::load(product.policy.as_ref(), environment)?;
        let selected = Scopes::of(&needs(&product.catalog(environment, &selection)?));
        let scopes = match &args.scopes {
            Some(list) => Some(all(environment, product)?.choose(list)?),
            None => names_tools.then(|| selected.all()),
        };
        Ok(Self { selection, scopes, known: selected })
    }
}

/// Every scope that some tool of the product needs.
fn all(environment: &Environment, product: &Product) -> Result<Scopes, PlanError> {
    let all = settings::selection(&RunFlags::default(), &Environment::default())?;
    Ok(Scopes::of(&needs(&product.catalog(environment, &all)?)))
}

fn service(args: &ServiceArgs, environment: &Environment) -> Result<Service, PlanError> {
    let given = |flag: &'static str, value: &Option<String>, variable| match value {
        Some(value) if value.trim().is_empty() => Err(PlanError::Empty(flag)),
        Some(value) => Ok(Some((flag, value.trim().to_owned()))),
        None => Ok(environment.text(variable).map(|value| (variable, value.to_owned()))),
    };
    let host = given("--device-domain", &args.device_domain, "AUTH0_MCP_DEVICE_DOMAIN")?;
    let client = given("--device-client-id", &args.device_client_id, "AUTH0_MCP_DEVICE_CLIENT_ID")?;
    let audience = given("--device-audience", &args.device_audience, "AUTH0_MCP_DEVICE_AUDIENCE")?;
    let (usual_host, usual_client, usual_audience) = SERVICE;
    let (domain, is_usual) = match host {
        Some((flag, text)) => (domain(flag, &text)?, text == usual_host),
        None => (domain("--device-domain", usual_host)?, true),
    };
    let client_id = match client {
        Some((_, id)) => id,
        None if is_usual => usual_client.to_owned(),
        None => return Err(PlanError::NoServiceClient),
    };
    let audience = match audience {
        Some((_, audience)) => audience,
        None if is_usual => usual_audience.to_owned(),
        None => domain.audience(),
    };
    Ok(Service { domain, client_id, audience })
}

/// A domain, or which flag is wrong.
pub(super) fn domain(flag: &'static str, text: &str) -> Result<Domain, PlanError> {
    Domain::parse(text.trim()).map_err(|error| PlanError::Domain { flag, error })
}
