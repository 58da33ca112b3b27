//! The author's own calls: each ends as it should, and what a tool answers is what it promises.

use auth0_mcp_sandbox::{contract::Failure, manifest::Tool};
use serde_json::Value;

use super::{Context, count, same};
use crate::{
    catalog::admission::{self, Arguments},
    conformance::{
        bench::{Ended, Trace, failure_json, raw_text},
        difference,
        fixtures::{Call, Expect, FailureKind},
        report::{Check, Exchange, Finding},
        stub::{Script, Sent},
    },
};

pub(super) async fn checks(context: &Context<'_>) -> (Vec<Check>, Vec<Exchange>) {
    let (mut ends, mut shapes, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
    let mut untold = untried(context);
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
        untold.extend(unsaid(&at, call, &trace));
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
        Check::advisory(
            [
                "untested",
                "every tool has a call in the fixtures, and where one fails, it is meant to",
                "only the author knows what a tool is for; the other checks look at what it never may",
            ],
            count(context.tools().len(), "tool"),
            untold,
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

/// The tools that the fixtures leave out.
fn untried(context: &Context<'_>) -> Vec<Finding> {
    let untried = |tool: &&Tool| context.fixtures.of(&tool.name).next().is_none();
    let finding = |tool: &Tool| {
        Finding::new(
            format!("{}: no call of the fixtures is for it", tool.name),
            "add one that works, and one for each failure that you mean to give",
        )
    };
    context.tools().iter().filter(untried).map(finding).collect()
}

/// A failure that nobody said would come. The check of the ends lets it pass.
fn unsaid(at: &str, call: &Call, trace: &Trace) -> Option<Finding> {
    let Ended::Failure(failure) = &trace.ended else { return None };
    let asked = trace.asked_beyond();
    let what = format!("{at}: it has no `expect`, and failed: {}{asked}", failure_json(failure));
    call.expect.is_none().then(|| Finding::new(what, "say in `expect` what should come of it"))
}

/// What is wrong with how a call ended.
fn end(at: &str, call: &Call, trace: &Trace) -> Vec<Finding> {
    let mut findings: Vec<Finding> = trace.finding(at).into_iter().collect();
    findings.extend(trace.sent.iter().filter(|sent| !sent.known).map(|sent| {
        Finding::new(
            format!(
                "{at}: it sent {}{}, and the call has no response for that{}",
                sent.line(),
                query(&sent.query),
                same_path(call, sent)
            ),
            "add the response, or correct the tool; where the `query` of a response names a parameter, it has to fit",
        )
    }));
    findings.extend(asks_in_a_segment(at, call, trace));
    let wrong = match (&call.expect, &trace.ended) {
        (Some(expect), ended) => unexpected(expect, ended),
        (None, _) => None,
    };
    let (asked, log) = (trace.asked_beyond(), trace.log_lines());
    findings.extend(wrong.map(|wrong| {
        Finding::new(
            format!("{at}: {wrong}{asked}{log}"),
            "correct the tool, or what the call expects",
        )
    }));
    findings
}

/// A `?` in a segment that neither an argument nor an answer had: it is sent as %3F, and Auth0 takes it for a part of
/// the id.
fn asks_in_a_segment(at: &str, call: &Call, trace: &Trace) -> Option<Finding> {
    let asks = |sent: &&Sent| sent.path.iter().any(|segment| segment.contains('?'));
    let sent = trace.sent.iter().find(asks)?;
    let bodies = call.responses.iter().filter_map(|response| response.body.as_ref());
    let is_given = call.arguments.values().chain(bodies).any(|it| it.to_string().contains('?'));
    (!is_given).then(|| {
        Finding::new(
            format!("{at}: it sent {}, with a `?` inside a segment of the path", sent.line()),
            "give the query apart from the path",
        )
    })
}

/// How the end is not what was expected, if it is not. A fault is told elsewhere.
fn unexpected(expect: &Expect, ended: &Ended) -> Option<String> {
    let wanted = || match (&expect.answer, &expect.failure, &expect.says) {
        (Some(answer), ..) => format!("the answer {}", cut(&answer.to_string())),
        (_, Some(kind), Some(says)) => format!("a failure `{}` that says `{says}`", kind.word()),
        (_, Some(kind), None) => format!("a failure `{}`", kind.word()),
        _ => "another end".to_owned(),
    };
    match (expect, ended) {
        (_, Ended::Fault(_)) => None,
        (Expect { answer: Some(expected), .. }, Ended::Answer(found)) => {
            difference::first(expected, &serde_json::from_str(found).unwrap_or_default())
        }
        (Expect { failure: Some(kind), says, .. }, Ended::Failure(failure)) => {
            let text = raw_text(failure);
            let fits =
                *kind == kind_of(failure) && says.as_ref().is_none_or(|says| text.contains(says));
            (!fits).then(|| {
                format!("expected {}, but the failure is {}", wanted(), failure_json(failure))
            })
        }
        (_, Ended::Answer(found)) => {
            Some(format!("expected {}, but it answered {}", wanted(), cut(found)))
        }
        (_, Ended::Failure(failure)) => {
            Some(format!("expected {}, but it failed: {}", wanted(), failure_json(failure)))
        }
    }
}

/// ` with the query page=0&per_page=100`, or nothing.
fn query(query: &[(String, String)]) -> String {
    if query.is_empty() {
        return String::new();
    }
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(" with the query {}", pairs.join("&"))
}

/// That only the query does not fit, where that is so.
fn same_path(call: &Call, sent: &Sent) -> &'static str {
    let path = call
        .responses
        .iter()
        .any(|known| sent.line() == format!("{} {}", known.method, known.path));
    if path { " (there is one for this path, with another query)" } else { "" }
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
        Ok(_) => {
            return Some(Finding::new(
                format!("{at}: the answer is not an object"),
                "return the object itself: not its JSON text, not a list, not nothing",
            ));
        }
    };
    Some(Finding::new(
        format!("{at}: {wrong}"),
        "correct the answer or the output schema: what may be absent must not be in `required`, and where Auth0 leaves out what it always has, the tool fails with `malformed-answer`",
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
