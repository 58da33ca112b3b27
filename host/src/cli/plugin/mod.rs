//! `plugin`: third-party plugins, from the first line of one to its removal. One file a command.

mod componentize;
mod new;
mod templates;

use super::{Product, args::PluginCommand, printer::Printer};
use crate::{exit::Exit, secret::Redactor};

pub use templates::Language;

/// Runs one of the commands.
pub(super) fn run(command: PluginCommand, product: &Product) -> Exit {
    let printer = Printer::new(Redactor::default());
    match command {
        PluginCommand::New(args) => new::run(&args, product.plugins, &printer),
        PluginCommand::Componentize(args) => componentize::run(&args, &printer),
    }
}
