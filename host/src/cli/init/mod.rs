//! `init`: sign in, choose scopes, keep the session, set up MCP clients.
//!
//! The order never changes: check the command line ([`plan`]); ask what it leaves open; look whether the keychain
//! and the clients' files can be written; sign in; keep the session; write the clients' files; say what came of it.
//! Nothing is written before the sign-in has succeeded, and after it has begun nothing waits for a person here.

pub mod args;
pub mod clients;
mod device;
mod error;
mod machine;
mod node;
mod picker;
mod plan;
mod report;
mod setup;

use std::cell::Cell;

use super::{Product, context::Context, terminal::Terminal};
use crate::{
    auth::{
        Domain,
        device_flow::DeviceFlow,
        profile::ProfileName,
        vault::{Profiles, Session, Vault, VaultError},
    },
    exit::Exit,
    settings::env::Environment,
};
use args::InitArgs;
use clients::Clients;
use device::Browser;
use error::InitError;
use machine::Machine;
use plan::{Plan, Service};
use report::Report;
pub(super) use report::granted;

/// Signs in and says what came of it.
pub(super) fn run(args: &InitArgs, environment: &Environment, product: &Product) -> Exit {
    let context = Context::new(environment, product);
    start(args, &context).unwrap_or_else(|error| {
        if !matches!(error, InitError::Said(_)) {
            context.printer.error(&error.to_string());
        }
        error.exit()
    })
}

fn start(args: &InitArgs, context: &Context<'_>) -> Result<Exit, InitError> {
    let Context { environment, product, printer, .. } = context;
    let terminal = Terminal::new(args.terminal.no_interaction);
    let plan = Plan::make(args, environment, product)?;
    if args.clients.need_no_sign_in() {
        let asks = terminal.asks();
        return Ok(args.clients.without_sign_in(&plan.launch, environment, asks, printer));
    }
    let vault = context.vault()?;
    let writing = Cell::new(false);
    let ended = context.block_on(async {
        let kept = Init { args, context, terminal, plan: &plan, vault: &vault };
        kept.run(&writing).await
    });
    ended.map_err(InitError::System)?.unwrap_or(Err(InitError::Interrupted(writing.get())))
}

/// One run with a sign-in.
struct Init<'a> {
    args: &'a InitArgs,
    context: &'a Context<'a>,
    terminal: Terminal,
    plan: &'a Plan,
    vault: &'a Vault,
}

/// How the session comes about.
enum Method {
    /// Somebody confirms a code in a browser.
    Device(Service, Vec<String>),
    /// A machine-to-machine application of the tenant.
    Machine(Machine),
    /// The Node server's session is taken over.
    Node,
}

impl Init<'_> {
    async fn run(self, writing: &Cell<bool>) -> Result<Exit, InitError> {
        let Self { args, plan, vault, .. } = self;
        let printer = &self.context.printer;
        // Where nobody can be asked, all that is missing is known now.
        let settled = match self.terminal.asks() {
            true => None,
            false => Some(self.method(args.node.import_node)?),
        };
        let clients = args.clients.choose(self.context.environment, self.terminal.asks())?;
        clients.check(&plan.launch, printer).map_err(InitError::Said)?;
        let profiles = match vault.profiles().await {
            // What `write` makes anew is in the way of nobody who says which profile it is.
            Err(VaultError::DamagedList(_)) if plan.profile.is_some() => Profiles::default(),
            found => found?,
        };
        vault.probe().await?;
        let profile = self.profile(&profiles);
        let before = vault.read(&profile).await.ok().flatten();
        let may_import = plan.machine.is_none() && args.choice.scopes.is_none();
        let node = node::Choice::make(&args.node, may_import, vault, self.terminal).await?;
        let method = match settled {
            Some(method) => method,
            None => self.method(node.import)?,
        };
        let (session, asked) = self.sign_in(&method).await?;
        session.secrets().for_each(|secret| self.context.redactor.add(secret));
        writing.set(true);
        self.keep(&profile, &session, node).await?;
        let is_default =
            args.profile.default || profiles.default.as_ref().is_none_or(|name| *name == profile);
        let report = Report {
            profile: &profile,
            is_default,
            session: &session,
            asked: asked.as_deref(),
            before: before.as_ref().map(|session| &session.domain),
            storage: &vault.storage().await?,
            node,
        };
        report.print(self.context, plan)?;
        self.set_up(&clients, &profile, is_default)
    }

    /// The profile that is written: the named one, else the default one.
    fn profile(&self, profiles: &Profiles) -> ProfileName {
        self.plan.profile.clone().or(profiles.default.clone()).unwrap_or_default()
    }

    /// Asks what is still open.
    fn method(&self, import: bool) -> Result<Method, InitError> {
        let Self { plan, terminal, context, .. } = *self;
        if import {
            return Ok(Method::Node);
        }
        let Some(flags) = &plan.machine else {
            return Ok(Method::Device(plan.service.clone(), plan.scopes(terminal)?));
        };
        let machine = flags.complete(terminal)?;
        context.redactor.pin(&machine.client_secret);
        if machine.was_visible {
            context.printer.note(
                "warning: a client secret on the command line can be seen in the list of processes and stays in the shell's history: use `--auth0-client-secret -` or AUTH0_CLIENT_SECRET, and rotate this one",
            );
        }
        Ok(Method::Machine(machine))
    }

    /// The session, and the scopes that were asked for.
    async fn sign_in(&self, method: &Method) -> Result<(Session, Option<Vec<String>>), InitError> {
        let Self { args, plan, vault, context, terminal } = *self;
        let wanted: Option<&Domain> = plan.tenant.as_ref();
        match method {
            Method::Device(service, scopes) => {
                let flow = DeviceFlow {
                    server: context.server(&service.domain)?,
                    client_id: service.client_id.clone(),
                    audience: service.audience.clone(),
                };
                let browser = Browser::of(terminal, args.terminal.no_browser);
                let session =
                    device::sign_in(&flow, scopes, wanted, browser, &context.printer).await?;
                Ok((session, Some(scopes.clone())))
            }
            Method::Machine(machine) => {
                let session = machine.sign_in(&context.server(&machine.domain)?).await?;
                Ok((session, plan.choice.scopes.clone()))
            }
            Method::Node => Ok((node::import(context, vault, wanted).await?, None)),
        }
    }

    /// Writes the session. Tokens that cannot be kept are revoked where that is possible.
    async fn keep(
        &self,
        profile: &ProfileName,
        session: &Session,
        node: node::Choice,
    ) -> Result<(), InitError> {
        if let Err(error) = self.vault.write(profile, session).await {
            super::logout::revoke(self.context, session).await.unwrap_or_else(|failed| {
                tracing::warn!("the sign-in that could not be kept was not revoked: {failed}");
            });
            return Err(error.into());
        }
        if self.args.profile.default {
            self.vault.set_default(profile).await?;
        }
        if node.erase {
            self.vault.erase_node().await?;
        }
        Ok(())
    }

    /// The clients start `run` with this profile where it is not the one that `run` takes by itself.
    fn set_up(
        &self,
        clients: &Clients,
        profile: &ProfileName,
        is_default: bool,
    ) -> Result<Exit, InitError> {
        let mut launch = self.plan.launch.clone();
        if launch.profile.is_none() && !is_default {
            launch.profile = Some(profile.to_string());
        }
        Ok(clients.apply(&launch, &self.context.printer))
    }
}
