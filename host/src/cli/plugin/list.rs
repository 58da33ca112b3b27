//! `plugin list`: every plugin that a server would know.

use serde_json::{Value, json};

use super::Context;
use crate::{
    catalog::stored::lock::{Lock, Row},
    cli::args::ListArgs,
    exit::Exit,
};

pub(super) fn run(args: &ListArgs, context: &Context<'_>) -> anyhow::Result<Exit> {
    let first_party = context.first_party()?;
    let lock = Lock::read(context.home.data())?;
    if args.json {
        let own = first_party.iter().map(|family| {
            json!({"name": family.name(), "first_party": true, "sha256": family.digest(), "tools": family.tools()})
        });
        let all: Vec<_> = own.chain(lock.plugins.iter().map(added)).collect();
        context.printer.line(&format!("{:#}", Value::from(all)));
        return Ok(Exit::Success);
    }
    for family in first_party {
        let tools = counted(family.tools().len());
        context.printer.line(&format!("{}: part of auth0-mcp, {tools}", family.name()));
    }
    for row in &lock.plugins {
        let signer = row.signer.as_deref().map_or("unsigned".to_owned(), |by| format!("by {by}"));
        context.printer.line(&format!(
            "{} {}: added {}, {}, {signer}, from {}",
            row.name,
            row.version,
            row.added,
            counted(row.granted.len()),
            row.source
        ));
    }
    Ok(Exit::Success)
}

fn counted(tools: usize) -> String {
    format!("{tools} tool{}", if tools == 1 { "" } else { "s" })
}

fn added(row: &Row) -> Value {
    json!({
        "name": row.name, "version": row.version, "first_party": false, "sha256": row.sha256,
        "source": row.source, "signer": row.signer, "added": row.added, "verified": row.verified,
        "tools": row.tools().collect::<Vec<_>>(),
    })
}
