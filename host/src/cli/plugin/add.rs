//! `plugin add`: admits a plugin of a third party, after showing what it may do.

use std::sync::Arc;

use anyhow::bail;
use auth0_mcp_sandbox::Engine;

use super::{Context, candidate::Candidate, refuse};
use crate::{
    catalog::{
        admit::source::Source,
        stored::{
            change::New,
            lock::{Lock, Row},
        },
    },
    cli::{args::AddArgs, terminal::Terminal},
    exit::Exit,
};

pub(super) fn run(args: &AddArgs, context: &Context<'_>) -> anyhow::Result<Exit> {
    // Before anything is fetched or compiled.
    if let Err(denial) = context.home.policy().third_party() {
        return Ok(refuse(context, &[denial.to_string()]));
    }
    let terminal = Terminal::new(false);
    if !args.yes && !terminal.asks() {
        context
            .printer
            .note("there is nobody to ask, so this only shows the plugin; with --yes it is added");
    }
    context.block_on(add(args, context, terminal))
}

async fn add(args: &AddArgs, context: &Context<'_>, terminal: Terminal) -> anyhow::Result<Exit> {
    let engine = Arc::new(Engine::new()?);
    let seen = Lock::read(context.home.data())?;
    let source = Source::parse(&args.source)?;
    let reserved = args.allow_reserved_prefix;
    let candidate = Candidate::get(context, &engine, &source, &seen, reserved).await?;
    context.printer.line(&candidate.card(context)?.text());
    if !candidate.verdict.reasons.is_empty() {
        return Ok(refuse(context, &candidate.verdict.reasons));
    }
    let name = &candidate.examined.manifest.name;
    if let Some(row) = seen.row(name).filter(|row| row.sha256 != candidate.examined.digest) {
        return Ok(refuse(context, &[another(row, &args.source)]));
    }
    if !consent(args.yes, terminal, &format!("Add {name} with these rights?"))? {
        return Ok(declined(context));
    }
    store(context, &engine, &candidate, &seen, reserved).await?;
    context.printer.note(&format!("{name} is added; running servers notice it"));
    Ok(Exit::Success)
}

/// A plugin of that name is there, and it is another one.
fn another(row: &Row, source: &str) -> String {
    format!(
        "plugin `{0}` {1} is added already, from {2}; to see what would change and replace it, run `auth0-mcp plugin update {0} --from {source}`",
        row.name, row.version, row.source
    )
}

/// Whether it may be done: as `--yes` says, or as somebody answers.
pub(super) fn consent(yes: bool, terminal: Terminal, question: &str) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !terminal.asks() {
        bail!(
            "nothing was changed: there is no terminal to ask at; look at the rights above, then run it again with --yes"
        );
    }
    Ok(terminal.confirm(question, false)?)
}

/// Somebody said no.
pub(super) fn declined(context: &Context<'_>) -> Exit {
    context.printer.error("nothing was changed: you said no");
    Exit::Plugin
}

/// Stores a candidate that was agreed to, in the state in which it was seen.
pub(super) async fn store(
    context: &Context<'_>,
    engine: &Arc<Engine>,
    candidate: &Candidate,
    seen: &Lock,
    reserved: bool,
) -> anyhow::Result<()> {
    let turn = context.home.change()?;
    // Names were compared with this lock, and somebody agreed to it.
    if turn.lock != *seen {
        bail!(
            "another process changed plugins.lock meanwhile, and nothing was stored: run it again"
        );
    }
    let new = New {
        component: &candidate.fetched.component,
        examined: &candidate.examined,
        signature: candidate.fetched.signature.as_deref(),
        publisher: candidate.verdict.publisher.clone(),
        source: candidate.fetched.source.to_string(),
        added: super::now()?,
        reserved,
    };
    if let Some(problem) = turn.add(engine, new).await? {
        let seconds = candidate.examined.compiled_in.as_secs_f32();
        tracing::debug!("the key for compiled code: {}", problem.cause());
        context.printer.note(&format!(
            "its compiled code is not kept, since no keychain can vouch for it: each server compiles it again, which took {seconds:.1} s now"
        ));
    }
    Ok(())
}
