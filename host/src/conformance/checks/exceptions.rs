//! Failures that say nothing but the name of an exception: the projects of `plugin new` make them of what a tool does
//! not catch.

use auth0_mcp_sandbox::{contract::Failure, manifest::Tool};

use super::{Context, count};
use crate::conformance::{
    bench::{Ended, Trace},
    report::{Check, Finding},
};

/// So many places of one tool are told.
const MOST: usize = 5;

pub(super) fn check(context: &Context<'_>) -> Check {
    let (mut calls, mut findings) = (0, Vec::new());
    for tool in context.tools() {
        let traces = context.traces(tool);
        calls += traces.len();
        let mut places: Vec<(&str, String)> = Vec::new();
        for trace in &traces {
            let Some(name) = exception(tool, trace) else { continue };
            let place = (name, place(trace));
            if places.contains(&place) {
                continue;
            }
            places.push(place);
            let what = format!("{}: a call ended in {name}{}", tool.name, trace.log_lines());
            findings.push(Finding::new(what, ADVICE));
        }
        let more = places.len().saturating_sub(MOST);
        findings.truncate(findings.len() - more);
        if more > 0 {
            let what = format!("{}: calls ended in exceptions at {more} more places", tool.name);
            findings.push(Finding::new(what, "correct those above, and try again"));
        }
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

const ADVICE: &str = "look at the place that the log names: an argument is always there only if `required` names it; check what Auth0 answers, and fail with `malformed` or `invalid-arguments` and a text that helps";

/// Where it happened: the calls that the last line of the log names after the text.
fn place(trace: &Trace) -> String {
    let line = trace.log.last().map(String::as_str).unwrap_or_default();
    line.split_once("; ").map_or(line, |(_, calls)| calls).to_owned()
}

/// The exception of a failure that says `KeyError in TOOL` and nothing else.
fn exception<'t>(tool: &Tool, trace: &'t Trace) -> Option<&'t str> {
    let Ended::Failure(Failure::Other(text)) = &trace.ended else { return None };
    let name = text.strip_suffix(tool.name.as_str())?.strip_suffix(" in ")?;
    (!name.is_empty() && name.chars().all(char::is_alphanumeric)).then_some(name)
}
