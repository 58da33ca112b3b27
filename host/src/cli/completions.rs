//! `completions`: what a shell needs to complete this command line.

use clap::{Args, Command, CommandFactory};
use clap_complete::{Shell, generate};

use super::{args::Cli, printer::Printer};
use crate::exit::Exit;

/// The flags of `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell that reads them
    pub shell: Shell,
}

/// Prints the script.
pub(super) fn run(args: &CompletionsArgs, printer: &Printer) -> Exit {
    let (mut command, mut script) = (shown(&Cli::command()), Vec::new());
    let name = command.get_name().to_owned();
    generate(args.shell, &mut command, name, &mut script);
    printer.line(String::from_utf8_lossy(&script).trim_end());
    Exit::Success
}

/// The command without those that nobody calls by hand: the scripts would offer them.
fn shown(command: &Command) -> Command {
    let inner = command.get_subcommands().filter(|it| !it.is_hide_set()).map(shown);
    Command::new(command.get_name().to_owned())
        .about(command.get_about().cloned().unwrap_or_default())
        .args(command.get_arguments().cloned())
        .subcommands(inner)
}
