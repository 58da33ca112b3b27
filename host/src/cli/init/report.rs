//! What came of a sign-in: who, where, which scopes, which tools, what next.

use std::time::SystemTime;

use super::{error::InitError, node, plan::Plan};
use crate::{
    auth::{
        Domain,
        profile::ProfileName,
        vault::{Kind, Session},
    },
    cli::{
        context::Context,
        session::view::Given,
        usable,
        words::{list, plain, relative},
    },
};

/// A sign-in that is kept.
pub(super) struct Report<'a> {
    pub(super) profile: &'a ProfileName,
    pub(super) is_default: bool,
    pub(super) session: &'a Session,
    /// What was asked for, where something was.
    pub(super) asked: Option<&'a [String]>,
    /// The tenant that the profile was signed in to before.
    pub(super) before: Option<&'a Domain>,
    pub(super) storage: &'a str,
    pub(super) node: node::Choice,
}

impl Report<'_> {
    pub(super) fn print(&self, context: &Context<'_>, plan: &Plan) -> Result<(), InitError> {
        let Self { profile, session, storage, .. } = self;
        let printer = &context.printer;
        let granted = granted(session);
        printer.line(&format!("✓ Signed in to {}{}.", session.domain, self.account()));
        let default = if self.is_default { " (the default one)" } else { "" };
        printer.line(&format!("  profile   {profile}{default}, kept in the keychain ({storage})"));
        printer.line(&format!("  expires   {}", expiry(session)));
        match &granted {
            Some(granted) => self.scopes(granted, context),
            None => printer.line("  scopes    the token does not say; the tenant decides"),
        }
        let tools = usable::tools(
            context.product,
            context.environment,
            &plan.choice.selection,
            granted.as_deref(),
        )?;
        let usable = tools.iter().filter(|tool| tool.is_usable()).count();
        printer.line(&format!("  tools     {usable} of {} can be used", tools.len()));
        self.notes(context);
        Ok(())
    }

    fn account(&self) -> String {
        match (&self.session.kind, &self.session.account) {
            (Kind::ClientCredentials { client_id, .. }, _) => {
                format!(" as the application {client_id}")
            }
            (Kind::DeviceFlow { .. }, Some(account)) => format!(" as {}", plain(account)),
            (Kind::DeviceFlow { .. }, None) => String::new(),
        }
    }

    fn scopes(&self, granted: &[String], context: &Context<'_>) {
        let printer = &context.printer;
        printer.line(&format!("  granted   {}", list(granted)));
        let Some(asked) = self.asked else { return };
        let without = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|scope| !those.contains(scope)).cloned().collect()
        };
        let (refused, more) = (without(asked, granted), without(granted, asked));
        if !refused.is_empty() {
            printer.line(&format!("  refused   {}", list(&refused)));
            printer.note(match self.session.kind {
                Kind::DeviceFlow { .. } => {
                    "note: refused scopes are those that you left out on the page, or that your account may not grant"
                }
                Kind::ClientCredentials { .. } => {
                    "note: the application lacks the refused scopes: grant them in the Auth0 Dashboard under Applications > APIs > Auth0 Management API"
                }
            });
        }
        if !more.is_empty() && matches!(self.session.kind, Kind::ClientCredentials { .. }) {
            printer.note(&format!(
                "note: the application has more than was asked for ({}): its grant in the Auth0 Dashboard decides, so narrow it there",
                list(&more)
            ));
        }
    }

    fn notes(&self, context: &Context<'_>) {
        let printer = &context.printer;
        let Self { profile, session, .. } = self;
        if let Some(before) = self.before.filter(|before| **before != session.domain) {
            printer.note(&format!(
                "note: profile `{profile}` was signed in to {before} before; to keep several tenants, name each with --profile"
            ));
        }
        if let Some(given) = Given::read(context.environment) {
            printer.note(&format!(
                "note: {} is set: a server that is started with it uses it, and not this session",
                given.variables
            ));
        }
        if !session.is_renewable() {
            printer.note(match session.kind {
                Kind::DeviceFlow { .. } => {
                    "note: Auth0 gave nothing to renew this session with: run `auth0-mcp init` again when it has expired"
                }
                Kind::ClientCredentials { .. } => {
                    "note: the client secret was not kept, so this session ends when its token expires; --keep-secret keeps it in the keychain"
                }
            });
        }
        if self.node.mention {
            printer.note(
                "note: the Node server (@auth0/auth0-mcp-server) left a session in the keychain: `auth0-mcp init --erase-node` erases it, and so does `auth0-mcp logout --all`",
            );
        }
        if self.node.erase {
            printer.note("note: the Node server's session was erased from the keychain");
        }
    }
}

/// The scopes of the token, without those that are not about the API.
pub(in crate::cli) fn granted(session: &Session) -> Option<Vec<String>> {
    const NOT_OF_THE_API: [&str; 4] = ["offline_access", "openid", "profile", "email"];
    let token = session.token().ok()?;
    let scopes = token.scopes()?.iter();
    Some(scopes.filter(|scope| !NOT_OF_THE_API.contains(&scope.as_str())).cloned().collect())
}

/// When the session expires, and whether that matters.
pub(in crate::cli) fn expiry(session: &Session) -> String {
    let renewal = if session.is_renewable() { "; renewed without you" } else { "" };
    match session.token().ok().and_then(|token| token.expires_at()) {
        Some(at) => format!("{}{renewal}", relative(at, SystemTime::now())),
        None => format!("nobody said when{renewal}"),
    }
}
