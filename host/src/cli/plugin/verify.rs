//! `plugin verify`: whether what is stored is what was admitted, each problem by its name.

use std::sync::Arc;

use anyhow::anyhow;
use auth0_mcp_sandbox::Engine;

use super::{Context, known, now, refuse};
use crate::{
    catalog::stored::{
        check::{Finding, check},
        lock::Lock,
    },
    cli::args::VerifyArgs,
    exit::Exit,
};

pub(super) fn run(args: &VerifyArgs, context: &Context<'_>) -> anyhow::Result<Exit> {
    let lock = Lock::read(context.home.data()).map_err(|error| anyhow!(error));
    let lock = match lock {
        Ok(lock) => lock,
        Err(error) => return Ok(refuse(context, &[format!("{error:#}")])),
    };
    let rows: Vec<_> = match &args.name {
        Some(name) => match lock.row(name) {
            Some(row) => vec![row],
            None => return Ok(refuse(context, &[known(context, &lock, name)])),
        },
        None => lock.plugins.iter().collect(),
    };
    let engine = Arc::new(Engine::new()?);
    let first_party = context.first_party()?;
    let mut sound = Vec::new();
    for row in &rows {
        let checked = async { Ok(check(&context.home, &engine, &first_party, &lock, row).await) };
        let findings = context.block_on(checked)?;
        let problems = findings.iter().filter(|finding| matches!(finding, Finding::Problem(_)));
        if problems.count() == 0 {
            sound.push(row.name.clone());
        }
        let verdict = if sound.contains(&row.name) { "ok" } else { "NOT OK" };
        context.printer.line(&format!("{} {}: {verdict}", row.name, row.version));
        for finding in findings {
            match finding {
                Finding::Problem(text) => context.printer.line(&format!("  problem: {text}")),
                Finding::Note(text) => context.printer.line(&format!("  note: {text}")),
            }
        }
    }
    if rows.is_empty() {
        context.printer.line("no plugins were added");
    }
    // Running servers give back the tools of a plugin that they had withdrawn.
    if !sound.is_empty() {
        context.home.change()?.verified(&sound, &now()?)?;
    }
    Ok(if sound.len() == rows.len() { Exit::Success } else { Exit::Plugin })
}
