//! `plugin inspect`: what a plugin is and may do. A component that was never added is examined as if it were
//! to be, and nothing is stored.

use std::{path::Path, sync::Arc};

use auth0_mcp_sandbox::{Engine, classified};
use serde_json::json;

use super::{Context, candidate::Candidate, card::Card, known, refuse};
use crate::{
    catalog::{
        Embedded,
        admit::{
            self,
            source::Source,
            vet::{Rules, vet},
        },
        stored::lock::{Lock, Row},
    },
    cli::args::InspectArgs,
    exit::Exit,
    policy::Maker,
};

pub(super) fn run(args: &InspectArgs, context: &Context<'_>) -> anyhow::Result<Exit> {
    let lock = Lock::read(context.home.data())?;
    let embedded = context.product.plugins.iter().find(|plugin| plugin.name == args.plugin);
    if let Some(embedded) = embedded {
        return first_party(args, context, embedded);
    }
    if let Some(row) = lock.row(&args.plugin) {
        return added(args, context, &lock, row);
    }
    let is_place = args.plugin.contains(['/', '.']) || Path::new(&args.plugin).exists();
    if !is_place {
        return Ok(refuse(context, &[known(context, &lock, &args.plugin)]));
    }
    context.block_on(unknown(args, context, &lock))
}

/// A plugin of this program.
fn first_party(
    args: &InspectArgs,
    context: &Context<'_>,
    embedded: &Embedded,
) -> anyhow::Result<Exit> {
    let manifest = serde_json::from_str(embedded.manifest)?;
    let card = Card {
        manifest: &manifest,
        maker: Maker::FirstParty,
        source: "part of auth0-mcp".to_owned(),
        digest: embedded.digest,
        size: embedded.component.len(),
        imports: classified(embedded.component)?,
        signer: "auth0-mcp".to_owned(),
        policy: context.home.policy(),
        reasons: Vec::new(),
    };
    Ok(show(args, context, &card))
}

/// A plugin that was added, from its files.
fn added(
    args: &InspectArgs,
    context: &Context<'_>,
    lock: &Lock,
    row: &Row,
) -> anyhow::Result<Exit> {
    let stored = context.home.stored(row.clone());
    let files = stored
        .manifest()
        .and_then(|manifest| Ok((manifest, stored.component()?, stored.signature()?)));
    let (manifest, component, signature) = match files {
        Ok(files) => files,
        Err(error) => {
            let reasons = [error.0];
            return Ok(nothing(args, context, &row.source, &reasons));
        }
    };
    let rules = Rules {
        policy: context.home.policy(),
        first_party: &context.first_party()?,
        lock,
        reserved_is_free: row.reserved,
    };
    let verdict = vet(&component, signature.as_deref(), &manifest, &rules);
    let card = Card {
        manifest: &manifest,
        maker: Maker::ThirdParty,
        source: row.source.clone(),
        digest: &row.sha256,
        size: component.len(),
        imports: classified(&component)?,
        signer: verdict.signer,
        policy: context.home.policy(),
        reasons: verdict.reasons,
    };
    Ok(show(args, context, &card))
}

/// A component that was never added.
async fn unknown(args: &InspectArgs, context: &Context<'_>, lock: &Lock) -> anyhow::Result<Exit> {
    let engine = Arc::new(Engine::new()?);
    let source = Source::parse(&args.plugin)?;
    let reserved = args.allow_reserved_prefix;
    match Candidate::get(context, &engine, &source, lock, reserved).await {
        Ok(candidate) => Ok(show(args, context, &candidate.card(context)?)),
        Err(error) => Ok(nothing(args, context, &args.plugin, &[format!("{error:#}")])),
    }
}

fn show(args: &InspectArgs, context: &Context<'_>, card: &Card<'_>) -> Exit {
    if args.json {
        context.printer.line(&format!("{:#}", card.json()));
    } else {
        context.printer.line(&card.text());
        _ = refuse(context, &card.reasons);
    }
    if card.reasons.is_empty() { Exit::Success } else { Exit::Plugin }
}

/// A component of which nothing more can be said than why; its imports, where its bytes show them.
fn nothing(args: &InspectArgs, context: &Context<'_>, source: &str, reasons: &[String]) -> Exit {
    if !args.json {
        return refuse(context, reasons);
    }
    let bytes = std::fs::metadata(source)
        .ok()
        .filter(|file| file.is_file() && file.len() <= admit::LARGEST as u64)
        .and_then(|_| std::fs::read(source).ok());
    let imports = bytes.as_deref().and_then(|bytes| classified(bytes).ok()).unwrap_or_default();
    let import =
        |import: &auth0_mcp_sandbox::Import| json!({"name": import.name, "gives": import.gives()});
    let shown = json!({
        "source": source,
        "sha256": bytes.as_deref().map(admit::digest),
        "size": bytes.as_ref().map(Vec::len),
        "imports": imports.iter().map(import).collect::<Vec<_>>(),
        "admitted": false,
        "reasons": reasons,
    });
    context.printer.line(&format!("{shown:#}"));
    Exit::Plugin
}
