//! Client credentials on the command line: which parts are given, where the secret comes from, whether it stays.

use std::io::{IsTerminal, Read, stdin};

use super::{
    args::MachineArgs,
    plan::{PlanError, domain},
};
use crate::{
    auth::{
        Domain, client_credentials,
        oauth::{AuthorizationServer, OAuthError},
        vault::{Kind, Session},
    },
    cli::terminal::Terminal,
    exit::Exit,
    secret::Secret,
    settings::env::Environment,
};

/// A secret is never longer; a file that was piped in by mistake is not read whole.
const LONGEST_SECRET: u64 = 16 * 1024;

/// The application, and whether its secret is kept.
#[derive(Debug)]
pub(super) struct Machine {
    /// The tenant.
    pub(super) domain: Domain,
    /// Its client id.
    pub(super) client_id: String,
    /// Its secret.
    pub(super) client_secret: Secret,
    /// Whether the keychain keeps both.
    pub(super) keep: bool,
    /// The secret stood on the command line.
    pub(super) was_visible: bool,
}

/// The flags of client credentials, where they are given; the secret may still have to be asked for.
#[derive(Clone, Debug)]
pub(super) struct Flags {
    pub(super) domain: Domain,
    client_id: String,
    secret: Source,
    keep: Option<bool>,
}

/// Where the secret comes from.
#[derive(Clone, Debug)]
enum Source {
    CommandLine(Secret),
    StandardInput,
    Environment(Secret),
    Nowhere,
}

impl Flags {
    /// None if no flag of the three is given.
    pub(super) fn read(
        args: &MachineArgs,
        environment: &Environment,
    ) -> Result<Option<Self>, PlanError> {
        let MachineArgs { auth0_domain, auth0_client_id, auth0_client_secret, .. } = args;
        let given =
            [auth0_domain.is_some(), auth0_client_id.is_some(), auth0_client_secret.is_some()];
        if given == [false; 3] {
            return Ok(None);
        }
        let names = ["--auth0-domain", "--auth0-client-id"];
        let missing: Vec<_> = names.into_iter().zip(given).filter(|(_, given)| !given).collect();
        let (Some(host), Some(id)) = (auth0_domain, auth0_client_id) else {
            let names: Vec<_> = missing.into_iter().map(|(name, _)| name).collect();
            return Err(PlanError::Incomplete(names.join(" and ")));
        };
        if id.trim().is_empty() {
            return Err(PlanError::Empty("--auth0-client-id"));
        }
        let secret = match auth0_client_secret {
            Some(secret) if secret.expose() == "-" => Source::StandardInput,
            Some(secret) if secret.expose().trim().is_empty() => {
                return Err(PlanError::Empty("--auth0-client-secret"));
            }
            Some(secret) => Source::CommandLine(trimmed(secret)),
            None => environment
                .secret("AUTH0_CLIENT_SECRET")
                .map_or(Source::Nowhere, Source::Environment),
        };
        let keep = (args.keep_secret || args.no_keep_secret).then_some(args.keep_secret);
        let (domain, client_id) = (domain("--auth0-domain", host)?, id.trim().to_owned());
        Ok(Some(Self { domain, client_id, secret, keep }))
    }

    /// Reads or asks for the secret, and asks whether it shall be kept.
    pub(super) fn complete(&self, terminal: Terminal) -> Result<Machine, PlanError> {
        let Self { domain, client_id, secret, keep } = self.clone();
        let was_visible = matches!(secret, Source::CommandLine(_));
        let client_secret = match secret {
            Source::CommandLine(secret) | Source::Environment(secret) => secret,
            Source::StandardInput if !stdin().is_terminal() => from_stdin()?,
            Source::StandardInput | Source::Nowhere if terminal.asks() => ask(terminal)?,
            Source::StandardInput => return Err(PlanError::NoSecretOnStdin),
            Source::Nowhere => {
                let missing = "the secret (--auth0-client-secret -, or AUTH0_CLIENT_SECRET)";
                return Err(PlanError::Incomplete(missing.to_owned()));
            }
        };
        let keep = match keep {
            Some(keep) => keep,
            None if terminal.asks() => terminal.confirm(
                "Keep the client id and secret in the keychain, so that the session renews itself?",
                true,
            )?,
            None => false,
        };
        Ok(Machine { domain, client_id, client_secret, keep, was_visible })
    }
}

/// Why the application is not signed in. The operator reads it; nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum MachineError {
    #[error(
        "{0} did not accept the client id and secret: nothing was written; check both, and that the application is a machine-to-machine application of this tenant"
    )]
    InvalidClient(Domain),
    #[error(
        "{domain} does not let this application use the Management API ({code}): nothing was written; authorize it in the Auth0 Dashboard under Applications > APIs > Auth0 Management API, and check that --auth0-domain is the tenant's own domain, not a custom domain"
    )]
    NotAuthorized { domain: Domain, code: String },
    #[error("{0}: nothing was written")]
    Other(OAuthError),
}

impl MachineError {
    /// With which code the command ends.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::InvalidClient(_) | Self::NotAuthorized { .. } => Exit::Credentials,
            Self::Other(OAuthError::Unreachable { .. }) => Exit::Unreachable,
            Self::Other(OAuthError::Trust(_)) => Exit::Settings,
            Self::Other(_) => Exit::Failure,
        }
    }
}

impl From<OAuthError> for MachineError {
    fn from(error: OAuthError) -> Self {
        match &error {
            OAuthError::Refused { domain, status, code, .. } => match (code.as_deref(), status) {
                (Some("invalid_client"), _) | (None, 401) => Self::InvalidClient(domain.clone()),
                (Some(code @ ("access_denied" | "unauthorized_client")), _) => {
                    Self::NotAuthorized { domain: domain.clone(), code: code.to_owned() }
                }
                _ => Self::Other(error),
            },
            _ => Self::Other(error),
        }
    }
}

impl Machine {
    /// Gets a token for the application, at the tenant itself.
    pub(super) async fn sign_in(
        &self,
        tenant: &AuthorizationServer,
    ) -> Result<Session, MachineError> {
        let Self { client_id, client_secret, .. } = self;
        let tokens = client_credentials::exchange(tenant, client_id, client_secret).await?;
        let client_secret = self.keep.then(|| client_secret.clone());
        let kind = Kind::ClientCredentials { client_id: client_id.clone(), client_secret };
        Ok(Session::new(self.domain.clone(), kind, &tokens, Some(client_id.clone())))
    }
}

fn ask(terminal: Terminal) -> Result<Secret, PlanError> {
    let secret = trimmed(&terminal.secret("Client secret:")?);
    if secret.expose().is_empty() { Err(PlanError::Empty("the client secret")) } else { Ok(secret) }
}

fn from_stdin() -> Result<Secret, PlanError> {
    let mut text = String::new();
    stdin().lock().take(LONGEST_SECRET).read_to_string(&mut text).map_err(PlanError::Stdin)?;
    let secret = trimmed(&Secret::new(text));
    if secret.expose().is_empty() { Err(PlanError::NoSecretOnStdin) } else { Ok(secret) }
}

fn trimmed(secret: &Secret) -> Secret {
    Secret::new(secret.expose().trim().to_owned())
}
