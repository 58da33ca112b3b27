//! The author's own calls: each ends as it should, and what a tool answers is what it promises.

use auth0_mcp_sandbox::{contract::Failure, manifest::Tool};
use serde_json::Value;

use super::{Context, count, same};
use crate::{
    catalog::admission::{self, Arguments},
    conformance::{
        bench::{Ended, Trace, failure_json, raw_text},
        fixtures::{Call, Expect, FailureKind},
        report::{Check, Exchange, Finding},
        stub::Script,
    },
};

pub(super) async fn checks(context: &Context<'_>) -> (Vec<Check>, Vec<Exchange>) {
    let (mut ends, mut shapes, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
    let mut exchanges = Vec::new();
    for call in &context.fixtures.calls {
        let at = format!("call `{}`", call.name);
        let Some(tool) = context.tools().iter().find(|tool| tool.name == call.tool) else {
            let known: Vec<_> = context.tools().iter().map(|tool| tool.name.as_str()).collect();
            let what = format!("{at}: there is no tool `{}`", call.tool);
            ends.push(Finding::new(what, format!("name one of {}", known.join(", "))));
            continue;
        };
        let arguments = Value::Object(call.arguments.clone());
        if let Err(refused) = Arguments::of(&tool.name, &tool.input_schema).check(&arguments) {
            ends.push(Finding::new(
                format!("{at}: {refused}"),
                "correct the arguments or the input schema",
            ));
            continue;
        }
        let trace =
            context.call(tool, &call.arguments, Script::Canned(call.responses.clone())).await;
        ends.extend(end(&at, call, &trace));
        shapes.extend(shape(&at, tool, &trace));
        let again =
            context.call(tool, &call.arguments, Script::Canned(call.responses.clone())).await;
        if !same(&trace.ended, &again.ended) {
            repeats.push(Finding::new(
                format!("{at}: a second time it ends differently"),
                "take nothing from a clock, randomness or the order of a hash map; `invocation.started` is the one thing to know of time",
            ));
        }
        exchanges.push(exchange(call, &trace));
    }
    let number = count(exchanges.len(), "call");
    let none = context.fixtures.calls.is_empty();
    let checks = vec![
        Check::required(
            [
                "fixtures",
                "every call of the fixtures ends as it should",
                "it is what the author says that the tool does",
            ],
            if none {
                "there are no fixtures: give some with --fixtures".to_owned()
            } else {
                number.clone()
            },
            ends,
        )
        .or_skipped(none),
        Check::required(
            [
                "answers",
                "every answer is a JSON object that fits the output schema",
                "clients refuse an answer that breaks the schema",
            ],
            number.clone(),
            shapes,
        )
        .or_skipped(none),
        Check::advisory(
            [
                "repeats",
                "the same call with the same answers of Auth0 ends the same",
                "then a call can be replayed to find out what happened",
            ],
            number,
            repeats,
        )
        .or_skipped(none),
    ];
    (checks, exchanges)
}

/// What is wrong with how a call ended.
fn end(at: &str, call: &Call, trace: &Trace) -> Vec<Finding> {
    let mut findings: Vec<Finding> = trace.finding(at).into_iter().collect();
    findings.extend(trace.sent.iter().filter(|sent| !sent.known).map(|sent| {
        Finding::new(
            format!(
                "{at}: it sent {} with the query {:?}, and the call has no response for that",
                sent.line(),
                sent.query
            ),
            "add the response, or correct the tool",
        )
    }));
    let wrong = match (&call.expect, &trace.ended) {
        (_, Ended::Fault(_)) | (None, _) => None,
        (Some(Expect { answer: Some(expected), .. }), Ended::Answer(found)) => {
            differs(expected, found)
        }
        (Some(Expect { failure: Some(kind), says, .. }), Ended::Failure(failure)) => {
            let text = raw_text(failure);
            let fits =
                *kind == kind_of(failure) && says.as_ref().is_none_or(|says| text.contains(says));
            (!fits).then(|| format!("the failure is {}", failure_json(failure)))
        }
        (Some(_), Ended::Answer(found)) => Some(format!("it answered {}", cut(found))),
        (Some(_), Ended::Failure(failure)) => Some(format!("it failed: {}", failure_json(failure))),
    };
    let expected = call.expect.as_ref().map(expected).unwrap_or_default();
    findings.extend(wrong.map(|wrong| {
        Finding::new(
            format!("{at}: expected {expected}, but {wrong}"),
            "correct the tool, or what the call expects",
        )
    }));
    findings
}

fn expected(expect: &Expect) -> String {
    match (&expect.answer, &expect.failure, &expect.says) {
        (Some(answer), ..) => format!("the answer {}", cut(&answer.to_string())),
        (_, Some(kind), Some(says)) => format!("a failure {kind:?} that says `{says}`"),
        (_, Some(kind), None) => format!("a failure {kind:?}"),
        _ => String::new(),
    }
}

fn differs(expected: &Value, found: &str) -> Option<String> {
    let found = serde_json::from_str::<Value>(found).ok();
    (found.as_ref() != Some(expected))
        .then(|| format!("it answered {}", cut(&found.unwrap_or_default().to_string())))
}

fn cut(text: &str) -> String {
    let shown: String = text.chars().take(400).collect();
    if shown.len() < text.len() { format!("{shown}\u{2026}") } else { shown }
}

fn kind_of(failure: &Failure) -> FailureKind {
    match failure {
        Failure::InvalidArguments(_) => FailureKind::InvalidArguments,
        Failure::Tenant(_) => FailureKind::Tenant,
        Failure::Refused(_) => FailureKind::Refused,
        Failure::Other(_) => FailureKind::Other,
    }
}

/// What is wrong with the shape of an answer, for a call of any origin.
pub(super) fn shape(at: &str, tool: &Tool, trace: &Trace) -> Option<Finding> {
    let Ended::Answer(text) = &trace.ended else { return None };
    let wrong = match serde_json::from_str::<Value>(text) {
        Err(error) => format!("the answer is not JSON: {error}"),
        Ok(answer @ Value::Object(_)) => admission::misfit(tool.output_schema.as_ref()?, &answer)?,
        Ok(_) if tool.output_schema.is_none() => return None,
        Ok(_) => "the answer is not an object".to_owned(),
    };
    Some(Finding::new(
        format!("{at}: {wrong}"),
        "correct the answer or the output schema; what may be absent must not be in `required`",
    ))
}

fn exchange(call: &Call, trace: &Trace) -> Exchange {
    let (mut answer, mut failure, mut fault) = (None, None, None);
    match &trace.ended {
        Ended::Answer(text) => answer = Some(text.clone()),
        Ended::Failure(said) => failure = Some(failure_json(said)),
        Ended::Fault(stopped) => fault = Some(stopped.to_string()),
    }
    let requests = trace.sent.iter().map(|sent| sent.line()).collect();
    Exchange { name: call.name.clone(), tool: call.tool.clone(), requests, answer, failure, fault }
}
