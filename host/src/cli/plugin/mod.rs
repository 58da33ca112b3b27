//! `plugin`: third-party plugins, from the first line of one to its removal. One file a command.

mod compile;
mod componentize;
mod list;
mod new;
mod templates;

use super::{Product, args::PluginCommand, printer::Printer};
use crate::{
    catalog::stored::Home,
    exit::Exit,
    policy::Policy,
    secret::Redactor,
    settings::{env::Environment, folders},
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
}

/// Runs one of the commands.
pub(super) fn run(command: PluginCommand, environment: &Environment, product: &Product) -> Exit {
    let printer = &Printer::new(Redactor::default());
    // The commands for added plugins: they know the data folder, and share how they fail.
    let added = |run: &dyn Fn(&Context<'_>) -> anyhow::Result<Exit>| {
        let done = Context::new(environment, product, printer).and_then(|context| run(&context));
        done.unwrap_or_else(|error| {
            printer.error(&format!("{error:#}"));
            Exit::Failure
        })
    };
    match command {
        PluginCommand::New(args) => new::run(&args, product.plugins, printer),
        PluginCommand::Componentize(args) => componentize::run(&args, printer),
        PluginCommand::Compile(args) => compile::run(&args),
        PluginCommand::List => added(&list::run),
    }
}
