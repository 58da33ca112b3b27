//! Why `init` ends without a session, and with which code.

use super::{clients::ChoiceError, machine::MachineError, node::NodeError, plan::PlanError};
use crate::{
    auth::{TrustError, device_flow::DeviceFlowError, oauth::OAuthError, vault::VaultError},
    catalog::SelectionError,
    cli::terminal::AskError,
    exit::Exit,
    settings::folders::NoFolder,
};

/// Why `init` fails. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub(super) enum InitError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Folder(#[from] NoFolder),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Clients(#[from] ChoiceError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Device(#[from] DeviceFlowError),
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error(transparent)]
    Catalog(#[from] SelectionError),
    #[error("{0}")]
    System(std::io::Error),
    #[error("{}", interrupted(*.0))]
    Interrupted(bool),
    /// Everything has been said already.
    #[error("the clients' files cannot be written")]
    Said(Exit),
}

impl From<AskError> for InitError {
    fn from(error: AskError) -> Self {
        Self::Plan(error.into())
    }
}

fn interrupted(writing: bool) -> &'static str {
    if writing {
        "stopped while the session was being kept: `auth0-mcp session` shows what is there"
    } else {
        "stopped; nothing was written"
    }
}

impl InitError {
    /// With which code the command ends.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Plan(error) => error.exit(),
            Self::Clients(error) => error.exit(),
            Self::Machine(error) => error.exit(),
            Self::Node(error) => error.exit(),
            Self::Device(error) => device(error),
            Self::Vault(_) => Exit::Keychain,
            Self::Folder(_) | Self::Trust(_) | Self::Catalog(_) => Exit::Settings,
            Self::Interrupted(_) => Exit::Interrupted,
            Self::Said(exit) => *exit,
            Self::System(_) => Exit::Failure,
        }
    }
}

fn device(error: &DeviceFlowError) -> Exit {
    match error {
        DeviceFlowError::Denied | DeviceFlowError::WrongTenant { .. } => Exit::Denied,
        DeviceFlowError::Expired => Exit::CodeExpired,
        DeviceFlowError::Lost(_) | DeviceFlowError::Unreachable(OAuthError::Unreachable { .. }) => {
            Exit::Unreachable
        }
        DeviceFlowError::Unreachable(_) => Exit::Settings,
        DeviceFlowError::Refused { .. }
        | DeviceFlowError::Malformed(_)
        | DeviceFlowError::NoTenant(_) => Exit::Failure,
    }
}
