//! `session`: who is signed in where, until when, and which tools that opens.

mod json;
pub(super) mod view;

use std::time::SystemTime;

use clap::{Args, Subcommand};

use super::{
    Product,
    context::{CommandError, Context},
};
use crate::{
    auth::{
        profile::{ProfileName, ProfileNameError},
        vault::{Profiles, Vault, VaultError},
    },
    catalog::{Selection, SelectionError},
    exit::Exit,
    policy::{Policy, PolicyError},
    settings::{self, RunFlags, SettingsError, env::Environment, folders::NoFolder},
};
use view::{Given, Row, Stored, View};

/// The flags of `session`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SessionArgs {
    /// What to do instead of showing them
    #[command(subcommand)]
    pub command: Option<SessionCommand>,
    /// Show this profile only
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Print JSON; its form is stable and described in the README
    #[arg(long)]
    pub json: bool,
}

/// The commands of `session`.
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// Make a profile the default one; running servers keep theirs
    Use {
        /// The profile
        #[arg(value_name = "NAME")]
        profile: String,
    },
}

/// Why nothing can be shown. The operator reads it.
#[derive(Debug, thiserror::Error)]
enum SessionError {
    #[error("{0}")]
    Name(#[from] ProfileNameError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Selection(#[from] SelectionError),
    #[error(transparent)]
    Folder(#[from] NoFolder),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("{0}")]
    System(#[from] std::io::Error),
    #[error("the answer cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("stopped")]
    Interrupted,
}

impl CommandError for SessionError {
    const INTERRUPTED: Self = Self::Interrupted;

    fn exit(&self) -> Exit {
        match self {
            Self::Name(_)
            | Self::Settings(_)
            | Self::Policy(_)
            | Self::Selection(_)
            | Self::Folder(_) => Exit::Settings,
            Self::Vault(VaultError::NoProfile(_)) => Exit::Credentials,
            Self::Vault(_) => Exit::Keychain,
            Self::System(_) | Self::Json(_) => Exit::Failure,
            Self::Interrupted => Exit::Interrupted,
        }
    }
}

/// Shows the sign-ins, or changes the default one.
pub(super) fn run(args: &SessionArgs, environment: &Environment, product: &Product) -> Exit {
    let context = Context::new(environment, product);
    context.run(async {
        match &args.command {
            Some(SessionCommand::Use { profile }) => switch(profile, &context).await,
            None => show(args, &context).await,
        }
    })
}

async fn switch(profile: &str, context: &Context<'_>) -> Result<Exit, SessionError> {
    let profile = ProfileName::parse(profile)?;
    context.vault()?.set_default(&profile).await?;
    context.printer.line(&format!(
        "✓ Profile `{profile}` is the default one now. Servers that run keep theirs until they are restarted."
    ));
    Ok(Exit::Success)
}

async fn show(args: &SessionArgs, context: &Context<'_>) -> Result<Exit, SessionError> {
    let named = args.profile.as_deref().map(ProfileName::parse).transpose()?;
    let selection = selection(context)?;
    let given = Given::read(context.environment);
    let vault = context.vault()?;
    let stored = match stored(&vault, named.as_ref(), &selection, context).await {
        Ok(stored) => Ok(stored),
        Err(SessionError::Vault(error)) => Err(error),
        Err(error) => return Err(error),
    };
    // Credentials of the environment are all that a machine without a keychain has.
    let (stored, keychain) = match stored {
        Ok(stored) => (stored, None),
        Err(error) if given.is_some() => (Stored::default(), Some(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    let view = View { given, stored, keychain };
    if args.json {
        let telemetry = crate::telemetry::state(context.environment);
        let answer = json::of(&view, &telemetry, SystemTime::now());
        context.printer.line(&serde_json::to_string_pretty(&answer)?);
    } else {
        view.print(named.as_ref(), &context.printer);
    }
    Ok(view.exit(SystemTime::now()))
}

/// All tools that the policy allows: what `run` is started with is not known here.
fn selection(context: &Context<'_>) -> Result<Selection, SessionError> {
    let mut selection = settings::selection(&RunFlags::default(), &Environment::default())?;
    selection.policy = Policy::load(context.product.policy.as_ref(), context.environment)?;
    Ok(selection)
}

/// What the keychain holds.
async fn stored(
    vault: &Vault,
    named: Option<&ProfileName>,
    selection: &Selection,
    context: &Context<'_>,
) -> Result<Stored, SessionError> {
    let Profiles { mut names, default } = vault.profiles().await?;
    if let Some(named) = named {
        names.retain(|name| name == named);
    }
    let mut rows = Vec::new();
    for name in names {
        let is_default = default.as_ref() == Some(&name);
        let session = match vault.read(&name).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) => continue, // signed out meanwhile
            Err(error @ (VaultError::Damaged { .. } | VaultError::Newer { .. })) => Err(error),
            Err(error) => return Err(error.into()),
        };
        if let Ok(session) = &session {
            session.secrets().for_each(|secret| context.redactor.add(secret));
        }
        rows.push(Row::of(name, is_default, session, context, selection)?);
    }
    let storage = Some(vault.storage().await?);
    Ok(Stored { storage, default, rows, node: vault.node_entries().await? })
}
