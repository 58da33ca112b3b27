//! What becomes of the session that the Node server left in the keychain: taken over, erased, or left alone.

use super::{args::NodeArgs, error::InitError};
use crate::{
    auth::{
        Domain, TrustError,
        oauth::OAuthError,
        vault::{Kind, Session, Vault, VaultError},
    },
    cli::{context::Context, terminal::Terminal},
    exit::Exit,
};

/// What to do about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Take it over instead of signing in.
    pub(super) import: bool,
    /// Erase it at the end.
    pub(super) erase: bool,
    /// It is there, and nothing is done about it.
    pub(super) mention: bool,
}

/// Why it cannot be taken over. The operator reads it; nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum NodeError {
    #[error(
        "there is no complete session of the Node server in the keychain: nothing was written; run `auth0-mcp init` without --import-node"
    )]
    Nothing,
    #[error(
        "the Node server's session for {0} has expired and cannot be renewed: nothing was written; run `auth0-mcp init` without --import-node to sign in anew"
    )]
    Expired(Domain),
    #[error(
        "the Node server's session is for {found}, not for {wanted}: nothing was written; drop --tenant, or sign in anew without --import-node"
    )]
    WrongTenant { wanted: Domain, found: Domain },
    #[error("the Node server's session could not be renewed ({0}): nothing was written")]
    Renewal(OAuthError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl NodeError {
    /// With which code the command ends.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Nothing | Self::Expired(_) => Exit::Credentials,
            Self::WrongTenant { .. } => Exit::Denied,
            Self::Renewal(OAuthError::Unreachable { .. }) => Exit::Unreachable,
            Self::Trust(_) => Exit::Settings,
            Self::Renewal(_) => Exit::Credentials,
            Self::Vault(_) => Exit::Keychain,
        }
    }
}

const QUESTION: &str = "The Node server (@auth0/auth0-mcp-server) left a session in the keychain.";

const ANSWERS: [(&str, Choice); 4] = [
    ("sign in anew, and leave it there", Choice { import: false, erase: false, mention: false }),
    ("sign in anew, and erase it", Choice { import: false, erase: true, mention: false }),
    ("take it over, and erase it there", Choice { import: true, erase: true, mention: false }),
    ("take it over, and leave it there", Choice { import: true, erase: false, mention: false }),
];

impl Choice {
    /// By the flags, or by asking where there is something to ask about. `may_import` is false where the flags say
    /// how to sign in.
    pub(super) async fn make(
        args: &NodeArgs,
        may_import: bool,
        vault: &Vault,
        terminal: Terminal,
    ) -> Result<Self, InitError> {
        let given = Self { import: args.import_node, erase: args.erase_node, mention: false };
        if given != Self::default() {
            return Ok(given);
        }
        if vault.node_entries().await?.is_empty() {
            return Ok(given);
        }
        if !terminal.asks() {
            return Ok(Self { mention: true, ..given });
        }
        let answers = ANSWERS.iter().filter(|(_, choice)| may_import || !choice.import);
        let answers: Vec<_> = answers.collect();
        let words: Vec<_> = answers.iter().map(|(words, _)| *words).collect();
        let chosen = terminal.choose(QUESTION, &words)?;
        Ok(answers.get(chosen).map_or(given, |(_, choice)| *choice))
    }
}

/// Its session, renewed if it has to be. A renewal uses its refresh token up, so that the Node server has to sign in
/// anew.
pub(super) async fn import(
    context: &Context<'_>,
    vault: &Vault,
    wanted: Option<&Domain>,
) -> Result<Session, NodeError> {
    let mut session = vault.import_node().await?.ok_or(NodeError::Nothing)?;
    session.secrets().for_each(|secret| context.redactor.add(secret));
    let found = session.domain.clone();
    if let Some(wanted) = wanted.filter(|wanted| **wanted != found) {
        return Err(NodeError::WrongTenant { wanted: wanted.clone(), found });
    }
    let works = session.expires_at.is_none_or(|at| std::time::SystemTime::now() < at);
    if works {
        return Ok(session);
    }
    let Kind::DeviceFlow { server, client_id, refresh_token: Some(refresh_token) } = &session.kind
    else {
        return Err(NodeError::Expired(found));
    };
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client_id.as_str()),
        ("refresh_token", refresh_token.expose()),
    ];
    match context.server(server)?.tokens(&form).await {
        Ok(tokens) => session.renew(&tokens),
        Err(error) if error.code() == Some("invalid_grant") => {
            return Err(NodeError::Expired(found));
        }
        Err(error) => return Err(NodeError::Renewal(error)),
    }
    Ok(session)
}
