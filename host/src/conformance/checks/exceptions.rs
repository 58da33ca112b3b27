//! Failures that say nothing but the name of an exception: the projects of `plugin new` make them of what a tool does
//! not catch.

use auth0_mcp_sandbox::{contract::Failure, manifest::Tool};

use super::{Context, count};
use crate::conformance::{
    bench::{Ended, Trace},
    report::{Check, Finding},
};

/// So many exceptions of one tool are told, each at another place.
const MOST: usize = 3;

pub(super) fn check(context: &Context<'_>) -> Check {
    let (mut calls, mut findings) = (0, Vec::new());
    for tool in context.tools() {
        let traces = context.traces(tool);
        calls += traces.len();
        let mut told: Vec<String> = Vec::new();
        for trace in &traces {
            let Some(name) = exception(tool, trace) else { continue };
            let what = format!("{}: a call ended in {name}{}", tool.name, trace.log_lines());
            if told.len() < MOST && !told.contains(&what) {
                told.push(what);
            }
        }
        findings.extend(told.into_iter().map(|what| {
            Finding::new(
                what,
                "look at the place that the log names: check what comes from outside, and fail with `malformed` or `invalid-arguments` and a text that helps",
            )
        }));
    }
    Check::advisory(
        [
            "exceptions",
            "a tool says itself why it fails",
            "the model learns nothing from the name of an exception",
        ],
        count(calls, "call"),
        findings,
    )
    .or_skipped(calls == 0)
}

/// The exception of a failure that says `KeyError in TOOL` and nothing else.
fn exception<'t>(tool: &Tool, trace: &'t Trace) -> Option<&'t str> {
    let Ended::Failure(Failure::Other(text)) = &trace.ended else { return None };
    let name = text.strip_suffix(tool.name.as_str())?.strip_suffix(" in ")?;
    (!name.is_empty() && name.chars().all(char::is_alphanumeric)).then_some(name)
}
