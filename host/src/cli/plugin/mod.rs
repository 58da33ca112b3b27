//! `plugin`: third-party plugins, from the first line of one to its removal. One file a command.

mod add;
mod candidate;
mod card;
mod compile;
mod componentize;
mod inspect;
mod list;
mod new;
mod remove;
mod templates;
mod test;
mod update;
mod verify;

use std::{future::Future, sync::Arc};

use auth0_mcp_sandbox::Manifest;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Product, args::PluginCommand, printer::Printer};
use crate::{
    catalog::{
        Embedded, Family,
        admit::clash::{Owner, Taken},
        pattern::nearest,
        store::Damaged,
        stored::{Home, lock::Lock},
    },
    exit::Exit,
    log,
    policy::Policy,
    secret::Redactor,
    settings::{self, env::Environment, folders},
};

pub use templates::Language;

/// What the commands for added plugins work with.
struct Context<'a> {
    product: &'a Product,
    printer: &'a Printer,
    home: Home,
}

impl<'a> Context<'a> {
    /// The data folder, under the operator's policy.
    fn new(
        environment: &Environment,
        product: &'a Product,
        printer: &'a Printer,
    ) -> anyhow::Result<Self> {
        let policy = Policy::load(&product.policy, environment)?;
        let limits = policy.limits(product.limits);
        let home = Home::new(folders::data(environment)?, policy, limits);
        Ok(Self { product, printer, home })
    }

    /// The plugins of this program.
    fn first_party(&self) -> Result<Vec<Arc<Family>>, Damaged> {
        Family::embedded(self.product.plugins)
    }

    /// Runs what waits for a registry, a compiler or a keychain.
    fn block_on<T>(&self, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work)
    }
}

/// Runs one of the commands.
pub(super) fn run(command: PluginCommand, environment: &Environment, product: &Product) -> Exit {
    let redactor = Redactor::default();
    let printer = &Printer::new(redactor.clone());
    // The commands for added plugins: they know the data folder, and share how they fail.
    let added = |run: &dyn Fn(&Context<'_>) -> anyhow::Result<Exit>| {
        log::init(settings::debug(environment), redactor.clone());
        // Registries are reached over TLS; a second install (tests in one process) keeps the first.
        _ = rustls::crypto::ring::default_provider().install_default();
        let done = Context::new(environment, product, printer).and_then(|context| run(&context));
        done.unwrap_or_else(|error| {
            printer.error(&format!("{error:#}"));
            Exit::Plugin
        })
    };
    match command {
        PluginCommand::New(args) => new::run(&args, product.plugins, printer),
        PluginCommand::Componentize(args) => componentize::run(&args, printer),
        PluginCommand::Test(args) => test::run(&args, product.plugins, printer),
        PluginCommand::Compile(args) => compile::run(&args),
        PluginCommand::Add(args) => added(&|context| add::run(&args, context)),
        PluginCommand::Update(args) => added(&|context| update::run(&args, context)),
        PluginCommand::List(args) => added(&|context| list::run(&args, context)),
        PluginCommand::Inspect(args) => added(&|context| inspect::run(&args, context)),
        PluginCommand::Remove(args) => added(&|context| remove::run(&args, context)),
        PluginCommand::Verify(args) => added(&|context| verify::run(&args, context)),
    }
}

/// Says why a plugin is refused.
fn refuse(context: &Context<'_>, reasons: &[String]) -> Exit {
    reasons.iter().for_each(|reason| context.printer.error(reason));
    Exit::Plugin
}

/// What to say about a name that no added plugin has.
fn known(context: &Context<'_>, lock: &Lock, name: &str) -> String {
    let shown: String = name.escape_debug().take(100).collect();
    if context.product.plugins.iter().any(|plugin| plugin.name == name) {
        return format!(
            "`{shown}` is part of auth0-mcp and was not added; a policy with deny.families turns it off"
        );
    }
    let names: Vec<_> = lock.plugins.iter().map(|row| row.name.as_str()).collect();
    let own = context.product.plugins.iter().map(|plugin| plugin.name);
    let near = nearest(name, &names.iter().copied().chain(own).collect::<Vec<_>>());
    match (near.as_slice(), names.as_slice()) {
        ([], []) => format!("no plugin `{shown}` was added, nor any other"),
        ([], names) => format!("no plugin `{shown}` was added; there are {}", names.join(", ")),
        (near, _) => format!("no plugin `{shown}` was added; did you mean {}?", near.join(" or ")),
    }
}

/// Now, as it is written into the lock.
fn now() -> anyhow::Result<String> {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0)?;
    Ok(now.format(&Rfc3339)?)
}

/// The names of this program's own plugins and tools, which no third party can use.
fn first_party(plugins: &[Embedded]) -> Taken {
    // The manifests were checked when the program was built.
    let read = |plugin: &Embedded| serde_json::from_str::<Manifest>(plugin.manifest).ok();
    let owner = |manifest: Manifest| Owner {
        name: manifest.name,
        tools: manifest.tools.into_iter().map(|tool| tool.name).collect(),
        first_party: true,
    };
    let plugins = plugins.iter().filter_map(read).map(owner).collect();
    Taken { plugins, reserved_is_free: false }
}
