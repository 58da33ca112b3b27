//! `plugin compile`: the process that compiles for `plugin add` and for `run`. Nobody calls it by hand.

use crate::{catalog::admit::compiler, cli::args::CompileArgs, exit::Exit};

/// Standard input to standard output.
#[expect(clippy::print_stderr, reason = "the parent reads the reason there")]
pub(super) fn run(args: &CompileArgs) -> Exit {
    match compiler::child(args.processor_seconds, args.memory) {
        Ok(()) => Exit::Success,
        Err(error) => {
            eprint!("{error}");
            compiler::exit(&error)
        }
    }
}
