//! `plugin update`: looks at the places that plugins came from, and shows in which rights they differ.

use std::sync::Arc;

use anyhow::{anyhow, bail};
use auth0_mcp_sandbox::{Engine, Manifest, imports};

use super::{
    Context,
    add::{consent, declined, store},
    candidate::Candidate,
    known, refuse,
};
use crate::{
    catalog::{
        admit::source::Source,
        stored::{
            lock::{Lock, Row},
            rights::{Change, Side, changes},
        },
    },
    cli::{args::UpdateArgs, terminal::Terminal},
    exit::Exit,
};

pub(super) fn run(args: &UpdateArgs, context: &Context<'_>) -> anyhow::Result<Exit> {
    if let Err(denial) = context.home.policy().third_party() {
        return Ok(refuse(context, &[denial.to_string()]));
    }
    let names: Vec<String> = match &args.name {
        Some(name) => vec![name.clone()],
        None if args.from.is_some() => bail!("--from needs the name of a plugin"),
        None => {
            let lock = Lock::read(context.home.data())?;
            lock.plugins.iter().map(|row| row.name.clone()).collect()
        }
    };
    let engine = Arc::new(Engine::new()?);
    let mut worst = Exit::Success;
    for name in &names {
        // One that cannot be updated does not keep the others from it.
        let updated = context.block_on(update(name, args, context, &engine));
        let exit = updated.unwrap_or_else(|error| {
            context.printer.error(&format!("{name}: {error:#}"));
            Exit::Plugin
        });
        if exit != Exit::Success {
            worst = exit;
        }
    }
    Ok(worst)
}

async fn update(
    name: &str,
    args: &UpdateArgs,
    context: &Context<'_>,
    engine: &Arc<Engine>,
) -> anyhow::Result<Exit> {
    let seen = Lock::read(context.home.data())?;
    let row = seen.row(name).ok_or_else(|| anyhow!(known(context, &seen, name)))?;
    let source = source(row, args.from.as_deref())?;
    let candidate = Candidate::get(context, engine, &source, &seen, row.reserved).await?;
    let new = &candidate.examined;
    if new.manifest.name != row.name {
        let text = format!("{source} is plugin `{}` now, and not `{name}`", new.manifest.name);
        return Ok(refuse(context, &[text]));
    }
    if !candidate.verdict.reasons.is_empty() {
        return Ok(refuse(context, &candidate.verdict.reasons));
    }
    if new.digest == row.sha256 && key(&candidate) == row.key.as_deref() {
        context.printer.line(&format!("{name} {}: nothing new at {source}", row.version));
        return Ok(Exit::Success);
    }
    let found = differences(context, row, &candidate);
    context
        .printer
        .line(&format!("{name} {} → {}, from {source}", row.version, new.manifest.version));
    context.printer.line(&format!("  sha256 {} → {}", row.sha256, new.digest));
    found.iter().for_each(|change| context.printer.line(&format!("  {}", change.text)));
    if found.iter().any(|change| change.grows) {
        let terminal = Terminal::new(false);
        if !consent(args.yes, terminal, &format!("Update {name} with these changes?"))? {
            return Ok(declined(context));
        }
    } else {
        context.printer.line("  no right grows and no text changes");
    }
    store(context, engine, &candidate, &seen, row.reserved).await?;
    context.printer.note(&format!("{name} is updated; running servers notice it"));
    Ok(Exit::Success)
}

/// The place to look at: a new one, or the one before with the digest left out, which a tag may have left behind.
fn source(row: &Row, from: Option<&str>) -> anyhow::Result<Source> {
    let text = from.unwrap_or(&row.source);
    let tag = text.strip_prefix("oci://").and_then(|text| text.split_once('@')).map(|(tag, _)| tag);
    match tag {
        Some(tag) if from.is_none() => {
            let name = tag.rsplit('/').next().unwrap_or_default();
            if !name.contains(':') {
                bail!(
                    "it was added by digest, which always means the same; name another with --from"
                );
            }
            Ok(Source::parse(&format!("oci://{tag}"))?)
        }
        _ => Ok(Source::parse(text)?),
    }
}

/// The key of the publisher whose signature was verified.
fn key(candidate: &Candidate) -> Option<&str> {
    candidate.verdict.publisher.as_ref().map(|known| known.key.as_str())
}

/// What differs. If the old files cannot be read any more, everything does.
fn differences(context: &Context<'_>, row: &Row, candidate: &Candidate) -> Vec<Change> {
    let stored = context.home.stored(row.clone());
    let nothing = Manifest {
        name: row.name.clone(),
        version: row.version.clone(),
        description: String::new(),
        tools: Vec::new(),
    };
    let manifest = stored.manifest().unwrap_or(nothing);
    let component = stored.component().unwrap_or_default();
    let old = Side {
        manifest: &manifest,
        imports: &imports(&component).unwrap_or_default(),
        publisher: row.signer.as_deref(),
    };
    let new = Side {
        manifest: &candidate.examined.manifest,
        imports: &candidate.examined.imports,
        publisher: candidate.verdict.publisher.as_ref().map(|known| known.name.as_str()),
    };
    changes(&old, &new)
}
