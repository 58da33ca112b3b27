//! What `session` shows, and the text for people.

use std::time::SystemTime;

use crate::{
    auth::{
        profile::ProfileName,
        vault::{Kind, Session, VaultError},
    },
    catalog::{Selection, SelectionError},
    cli::{
        context::Context,
        init::granted,
        printer::Printer,
        usable::{self, Tool},
        words::{list, plain, relative},
    },
    exit::Exit,
    settings::env::Environment,
};

/// Everything that is known about sign-ins.
pub(super) struct View {
    /// Credentials of the environment, which go before those of the keychain.
    pub(super) given: Option<Given>,
    /// The keychain's.
    pub(super) stored: Stored,
    /// Why the keychain could not be asked, where that does not matter.
    pub(super) keychain: Option<String>,
}

/// Credentials of the environment.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Given {
    /// `AUTH0_DOMAIN`.
    pub(super) tenant: Option<String>,
    /// `access_token` or `client_credentials`.
    pub(super) kind: &'static str,
    /// The variables that hold them.
    pub(in crate::cli) variables: &'static str,
}

/// What the keychain holds.
#[derive(Default)]
pub(super) struct Stored {
    /// What people call the keychain.
    pub(super) storage: Option<String>,
    /// The profile that is meant where none is named.
    pub(super) default: Option<ProfileName>,
    /// The profiles that were asked for.
    pub(super) rows: Vec<Row>,
    /// Entries of the Node server.
    pub(super) node: Vec<&'static str>,
}

/// One profile.
pub(super) struct Row {
    pub(super) profile: ProfileName,
    pub(super) is_default: bool,
    /// Its sign-in, or why it cannot be read.
    pub(super) session: Result<Session, VaultError>,
    /// None where the token does not say.
    pub(super) scopes: Option<Vec<String>>,
    pub(super) tools: Vec<Tool>,
}

impl Given {
    /// What `run` would use instead of the keychain.
    pub(in crate::cli) fn read(environment: &Environment) -> Option<Self> {
        let tenant = environment.text("AUTH0_DOMAIN").map(plain);
        let is_set = |name| environment.text(name).is_some();
        let (kind, variables) = if is_set("AUTH0_TOKEN") {
            ("access_token", "AUTH0_TOKEN")
        } else if is_set("AUTH0_CLIENT_ID") || is_set("AUTH0_CLIENT_SECRET") {
            ("client_credentials", "AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET")
        } else {
            return None;
        };
        Some(Self { tenant, kind, variables })
    }
}

impl Row {
    pub(super) fn of(
        profile: ProfileName,
        is_default: bool,
        session: Result<Session, VaultError>,
        context: &Context<'_>,
        selection: &Selection,
    ) -> Result<Self, SelectionError> {
        let scopes = session.as_ref().ok().and_then(granted);
        let tools =
            usable::tools(context.product, context.environment, selection, scopes.as_deref())?;
        Ok(Self { profile, is_default, session, scopes, tools })
    }

    /// When its token expires, where that is known.
    pub(super) fn expires_at(&self) -> Option<SystemTime> {
        self.session.as_ref().ok()?.token().ok()?.expires_at()
    }

    /// Whether `run` can start on it.
    pub(super) fn works(&self, now: SystemTime) -> bool {
        let Ok(session) = &self.session else { return false };
        session.is_renewable() || self.expires_at().is_none_or(|at| now < at)
    }
}

impl View {
    /// Success if there is something that `run` can start on.
    pub(super) fn exit(&self, now: SystemTime) -> Exit {
        let works = self.given.is_some() || self.stored.rows.iter().any(|row| row.works(now));
        if works { Exit::Success } else { Exit::Credentials }
    }

    /// For people, on standard output.
    pub(super) fn print(&self, named: Option<&ProfileName>, printer: &Printer) {
        let now = SystemTime::now();
        if let Some(given) = &self.given {
            let tenant = given.tenant.as_deref().unwrap_or("no tenant: AUTH0_DOMAIN is not set");
            printer.line(&format!(
                "The environment's credentials are used ({}), for {tenant}; what the keychain holds is not.",
                given.variables
            ));
        }
        if let Some(why) = &self.keychain {
            printer.note(&format!("note: {why}"));
        }
        for row in &self.stored.rows {
            row.print(now, printer);
        }
        match (self.stored.rows.is_empty(), &self.stored.storage, named) {
            (false, Some(storage), _) => {
                printer.line(&format!("Kept in the keychain ({storage})."))
            }
            (true, _, Some(named)) => printer.line(&format!(
                "Nobody is signed in as profile `{named}`: run `auth0-mcp init --profile {named}`."
            )),
            (true, _, None) if self.given.is_none() => {
                printer.line("Nobody is signed in: run `auth0-mcp init`.");
            }
            _ => {}
        }
        if !self.stored.node.is_empty() {
            printer.note(
                "note: the Node server (@auth0/auth0-mcp-server) left a session in the keychain: `auth0-mcp init --import-node` takes it over, `auth0-mcp logout --all` erases it",
            );
        }
    }
}

impl Row {
    fn print(&self, now: SystemTime, printer: &Printer) {
        let default = if self.is_default { " (the default one)" } else { "" };
        printer.line(&format!("Profile {}{default}", self.profile));
        let session = match &self.session {
            Ok(session) => session,
            Err(error) => {
                printer.line(&format!("  cannot be used: {error}"));
                return;
            }
        };
        printer.line(&format!("  tenant     {}", session.domain));
        printer.line(&format!("  account    {}", account(session)));
        printer.line(&format!("  signed in  {}", relative(session.signed_in_at, now)));
        printer.line(&format!("  expires    {}", self.expiry(session, now)));
        match &self.scopes {
            Some(scopes) => printer.line(&format!("  scopes     {}", list(scopes))),
            None => printer.line("  scopes     the token does not say; the tenant decides"),
        }
        self.print_tools(printer);
    }

    fn expiry(&self, session: &Session, now: SystemTime) -> String {
        match (self.expires_at(), session.is_renewable()) {
            (Some(at), true) if now < at => format!("{}; renewed without you", relative(at, now)),
            (Some(at), true) => format!("{}; renewed by the next use", relative(at, now)),
            (Some(at), false) if now < at => {
                format!("{}; cannot be renewed, run `{}` then", relative(at, now), self.init())
            }
            (Some(at), false) => {
                format!(
                    "expired {}, and cannot be renewed: run `{}`",
                    relative(at, now),
                    self.init()
                )
            }
            (None, true) => "nobody said when; renewed without you".to_owned(),
            (None, false) => "nobody said when; cannot be renewed".to_owned(),
        }
    }

    fn init(&self) -> String {
        match self.is_default {
            true => "auth0-mcp init".to_owned(),
            false => format!("auth0-mcp init --profile {}", self.profile),
        }
    }

    fn print_tools(&self, printer: &Printer) {
        let (usable, others): (Vec<_>, Vec<_>) =
            self.tools.iter().partition(|tool| tool.is_usable());
        let (count, all) = (usable.len(), self.tools.len());
        printer.line(&format!("  tools      {count} of {all} can be used"));
        for tool in usable {
            printer.line(&format!("    ✓ {}", tool.name));
        }
        for tool in others {
            let why = match &tool.denied {
                Some(denied) => plain(denied),
                None => format!("needs {}", list(&tool.lacking)),
            };
            printer.line(&format!("    ✗ {}: {why}", tool.name));
        }
    }
}

/// Who signed in, and how.
fn account(session: &Session) -> String {
    let account = session.account.as_deref().map(plain);
    match &session.kind {
        Kind::DeviceFlow { server, .. } => {
            format!("{} (a person, signed in at {server})", account.as_deref().unwrap_or("unknown"))
        }
        Kind::ClientCredentials { client_id, .. } => {
            format!("{} (an application, by client credentials)", plain(client_id))
        }
    }
}
