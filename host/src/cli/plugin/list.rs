//! `plugin list`: every plugin that a server would know.

use super::Context;
use crate::{catalog::Family, exit::Exit};

pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Exit> {
    let mut families = Family::embedded(context.product.plugins)?;
    families.extend(context.home.families()?);
    for family in families {
        let origin = if family.is_first_party() { "first-party" } else { "added" };
        let (name, tools, digest) = (family.name(), family.tools().len(), family.digest());
        context.printer.line(&format!("{name} ({origin}, {tools} tools, sha256:{digest})"));
    }
    Ok(Exit::Success)
}
