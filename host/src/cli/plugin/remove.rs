//! `plugin remove`: takes a plugin away; running servers notice.

use super::{Context, known, refuse};
use crate::{catalog::stored::lock::Lock, cli::args::RemoveArgs, exit::Exit};

pub(super) fn run(args: &RemoveArgs, context: &Context<'_>) -> anyhow::Result<Exit> {
    let lock = Lock::read(context.home.data())?;
    if lock.row(&args.name).is_none() || !context.home.change()?.remove(&args.name)? {
        return Ok(refuse(context, &[known(context, &lock, &args.name)]));
    }
    context.printer.note(&format!("{} is removed; running servers notice it", args.name));
    Ok(Exit::Success)
}
