//! `logout`: revokes what can be revoked, erases what is stored, and says what stays valid.

use std::time::SystemTime;

use clap::Args;

use super::{
    Product,
    context::{CommandError, Context},
    words::{plain, relative},
};
use crate::{
    auth::{
        TrustError,
        oauth::OAuthError,
        profile::{ProfileName, ProfileNameError},
        vault::{Kind, Profiles, Session, Vault, VaultError},
    },
    exit::Exit,
    settings::{env::Environment, folders::NoFolder},
};

/// The flags of `logout`.
#[derive(Args, Debug)]
pub struct LogoutArgs {
    /// Sign out of this profile [default: the default one]
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub profile: Option<String>,
    /// Sign out of every profile, and erase what the Node server left in the keychain
    #[arg(long)]
    pub all: bool,
}

/// Why nothing, or not everything, could be erased. The operator reads it.
#[derive(Debug, thiserror::Error)]
enum LogoutError {
    #[error("--profile: {0}")]
    Name(#[from] ProfileNameError),
    #[error("there is no profile `{0}`: there is {1}")]
    NoProfile(ProfileName, String),
    #[error(
        "no profile is the default one: name one with --profile ({0}), or sign out of all with --all"
    )]
    NoDefault(String),
    #[error(transparent)]
    Folder(#[from] NoFolder),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("{0}")]
    System(#[from] std::io::Error),
    #[error("stopped: `auth0-mcp session` shows what is left")]
    Interrupted,
}

impl CommandError for LogoutError {
    const INTERRUPTED: Self = Self::Interrupted;

    fn exit(&self) -> Exit {
        match self {
            Self::Name(_) | Self::Folder(_) => Exit::Settings,
            Self::NoProfile(..) => Exit::Credentials,
            Self::NoDefault(_) => Exit::Usage,
            Self::Vault(_) => Exit::Keychain,
            Self::System(_) => Exit::Failure,
            Self::Interrupted => Exit::Interrupted,
        }
    }
}

/// Why a refresh token was not revoked.
#[derive(Debug, thiserror::Error)]
pub(super) enum RevokeError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    OAuth(#[from] OAuthError),
}

impl RevokeError {
    fn exit(&self) -> Exit {
        match self {
            Self::OAuth(OAuthError::Unreachable { .. }) => Exit::Unreachable,
            _ => Exit::Failure,
        }
    }
}

/// Signs out.
pub(super) fn run(args: &LogoutArgs, environment: &Environment, product: &Product) -> Exit {
    let context = Context::new(environment, product);
    context.run(sign_out(args, &context))
}

async fn sign_out(args: &LogoutArgs, context: &Context<'_>) -> Result<Exit, LogoutError> {
    let named = args.profile.as_deref().map(ProfileName::parse).transpose()?;
    let vault = context.vault()?;
    let profiles = match vault.profiles().await {
        // A list that cannot be read is in nobody's way: it names nothing that could be erased.
        Err(VaultError::DamagedList(_)) if named.is_some() => Profiles::default(),
        found => found?,
    };
    let chosen = choose(args, named, &profiles)?;
    let mut exit = Exit::Success;
    let mut erased = false;
    for profile in &chosen {
        let (found, ended) = leave(profile, &vault, context).await?;
        erased |= found;
        if ended != Exit::Success {
            exit = ended;
        }
    }
    if args.all {
        let (found, ended) = leave_node(&vault, context).await?;
        erased |= found;
        if ended != Exit::Success {
            exit = ended;
        }
    }
    if !erased {
        context.printer.line("Nobody is signed in; nothing was erased.");
    }
    let left: Vec<_> = profiles.names.iter().filter(|name| !chosen.contains(name)).collect();
    if let (Some(first), true) =
        (left.first(), profiles.default.is_some_and(|name| chosen.contains(&name)))
    {
        context.printer.note(&format!(
            "note: no profile is the default one now: choose one with `auth0-mcp session use {first}`, or name it with --profile"
        ));
    }
    Ok(exit)
}

/// Which profiles are meant. Where none is the default one, none is guessed.
fn choose(
    args: &LogoutArgs,
    named: Option<ProfileName>,
    profiles: &Profiles,
) -> Result<Vec<ProfileName>, LogoutError> {
    let Profiles { names, default } = profiles;
    let list = || names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match named {
        _ if args.all => Ok(names.clone()),
        Some(name) if names.is_empty() || names.contains(&name) => Ok(vec![name]),
        Some(name) => Err(LogoutError::NoProfile(name, list())),
        None => match default {
            Some(name) => Ok(vec![name.clone()]),
            None if names.is_empty() => Ok(vec![ProfileName::default()]),
            None => Err(LogoutError::NoDefault(list())),
        },
    }
}

/// Signs out of one profile: whether there was anything, and how it ended.
async fn leave(
    profile: &ProfileName,
    vault: &Vault,
    context: &Context<'_>,
) -> Result<(bool, Exit), LogoutError> {
    let printer = &context.printer;
    let session = match vault.read(profile).await {
        Ok(session) => session,
        Err(error @ (VaultError::Damaged { .. } | VaultError::Newer { .. })) => {
            printer.note(&format!("note: nothing can be revoked: {error}"));
            None
        }
        Err(error) => return Err(error.into()),
    };
    let exit = match &session {
        Some(session) => revoked(session, context).await,
        None => Exit::Success,
    };
    // Also after a failure: what is on this machine is what the user can be sure of.
    let found = vault.erase(profile).await?;
    match &session {
        Some(session) => {
            printer.line(&format!(
                "✓ Signed out of {} (profile `{profile}`): erased from the keychain.",
                session.domain
            ));
            remains(session, context);
        }
        None if found => {
            printer.line(&format!("✓ Profile `{profile}` was erased from the keychain."));
        }
        None => {}
    }
    Ok((found, exit))
}

/// The Node server's session: its refresh token is revoked too.
async fn leave_node(vault: &Vault, context: &Context<'_>) -> Result<(bool, Exit), LogoutError> {
    let exit = match vault.import_node().await? {
        Some(session) => revoked(&session, context).await,
        None => Exit::Success,
    };
    let erased = vault.erase_node().await?;
    if !erased.is_empty() {
        let names = erased.join(", ");
        context
            .printer
            .line(&format!("✓ The Node server's session was erased from the keychain ({names})."));
    }
    Ok((!erased.is_empty(), exit))
}

/// Revokes, and says if that failed.
async fn revoked(session: &Session, context: &Context<'_>) -> Exit {
    match revoke(context, session).await {
        Ok(()) => Exit::Success,
        Err(error) => {
            context.printer.error(&format!(
                "the refresh token was not revoked ({error}); it is erased here, and stays valid at {} until it expires: revoke it in the Auth0 Dashboard, or wait",
                session.domain
            ));
            error.exit()
        }
    }
}

/// Revokes the refresh token of a session, if it has one.
pub(super) async fn revoke(context: &Context<'_>, session: &Session) -> Result<(), RevokeError> {
    session.secrets().for_each(|secret| context.redactor.add(secret));
    if let Kind::DeviceFlow { server, client_id, refresh_token: Some(token) } = &session.kind {
        context.server(server)?.revoke(client_id, token).await?;
    }
    Ok(())
}

/// What stays valid although it is erased here.
fn remains(session: &Session, context: &Context<'_>) {
    let printer = &context.printer;
    let now = SystemTime::now();
    match session.token().ok().and_then(|token| token.expires_at()) {
        Some(at) if at <= now => printer.line("  Its access token has expired already."),
        Some(at) => printer.line(&format!(
            "  An access token cannot be revoked: one that somebody copied stays valid until it expires {}.",
            relative(at, now)
        )),
        None => printer.line(
            "  An access token cannot be revoked: one that somebody copied stays valid until it expires, and nobody said when.",
        ),
    }
    if let Kind::ClientCredentials { client_id, .. } = &session.kind {
        printer.line(&format!(
            "  The secret of the application {} stays valid: rotate it in the Auth0 Dashboard if somebody else may have it.",
            plain(client_id)
        ));
    }
}
