//! Auth0 on a bad day: error statuses, answers that are no answers, silence, far too much.

use std::time::{Duration, Instant};

use auth0_mcp_sandbox::{Limits, PluginFault, contract::Refusal, manifest::Tool};
use serde_json::{Value, json};

use super::{Base, Context, answers, count, same};
use crate::conformance::{
    bench::{Ended, Trace, failure_json},
    fixtures::Call,
    report::{Check, Finding},
    stub::{Raw, Script, fits_template},
    twist::{self, Without},
};

/// The deadline of calls to a silent Auth0, in place of the product's 30 s.
const DEADLINE: Duration = Duration::from_millis(1_500);

/// How late a call may end: the host's own grace, on a busy machine.
const GRACE: Duration = Duration::from_millis(1_000);

/// So many missing members that a tool does not bear are told.
const MOST_MISSED: usize = 3;

/// About how large the large answers are, in bytes: a full page of the longest items that Auth0 has.
const LARGE: usize = 512 << 10;

pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let mut found = Found::default();
    for tool in context.tools() {
        let base = context.base(tool);
        let before = context.call(tool, &base.arguments, canned(&base)).await;
        if before.sent.is_empty() {
            found.silent.push(tool.name.clone());
            continue;
        }
        errors(context, tool, &base, &mut found).await;
        odd(context, tool, &base, &mut found).await;
        absent(context, tool, &base, &before.ended, &mut found).await;
        large(context, tool, &base, &mut found).await;
        silence(context, tool, &base, &mut found).await;
        let after = context.call(tool, &base.arguments, canned(&base)).await;
        if !same(&before.ended, &after.ended) {
            found.changed.push(Finding::new(
                format!("{}: after all that, the same call ends differently", tool.name),
                "keep nothing between calls: each one has a fresh instance",
            ));
        }
    }
    found.checks(context.tools().len())
}

#[derive(Default)]
struct Found {
    /// Tools that sent nothing: there is nothing to answer badly.
    silent: Vec<String>,
    errors: (usize, Vec<Finding>),
    odd: (usize, Vec<Finding>),
    absent: (usize, Vec<Finding>),
    large: (usize, Vec<Finding>),
    late: (usize, Vec<Finding>),
    changed: Vec<Finding>,
}

impl Found {
    fn checks(self, tools: usize) -> Vec<Check> {
        let none = self.silent.len() == tools;
        let note = |number| match self.silent.len() {
            0 => count(number, "call"),
            silent => {
                format!(
                    "{}; of {} no request got out",
                    count(number, "call"),
                    count(silent, "tool")
                )
            }
        };
        let required = |texts, (number, findings)| {
            Check::required(texts, note(number), findings).or_skipped(none)
        };
        vec![
            required(
                [
                    "errors",
                    "an error status of Auth0 becomes a typed failure",
                    "the model is told what happened and what to do next",
                ],
                self.errors,
            ),
            required(
                [
                    "odd-answers",
                    "an answer that is not what the API promises becomes a failure, not a trap",
                    "APIs change, and proxies answer in their place",
                ],
                self.odd,
            ),
            Check::advisory(
                [
                    "absent",
                    "where Auth0 leaves something out, the tool fails, or its author has thought of it",
                    "a model believes an answer that was made of nothing",
                ],
                note(self.absent.0),
                self.absent.1,
            )
            .or_skipped(self.absent.0 == 0),
            required(
                [
                    "size",
                    "an answer stays within its limit, however much Auth0 sends",
                    "the host refuses answers of more than 1 MiB, and a model reads far less",
                ],
                self.large,
            ),
            required(
                [
                    "deadline",
                    "a call ends in time when Auth0 does not answer, and says so",
                    "a client that waits for ever shows nothing",
                ],
                self.late,
            ),
            Check::required(
                [
                    "recovery",
                    "after any fault the next call works",
                    "what one call leaves behind must not reach another",
                ],
                count(tools, "tool"),
                self.changed,
            )
            .or_skipped(none),
        ]
    }
}

fn canned(base: &Base) -> Script {
    Script::Canned(base.responses.clone())
}

async fn errors(context: &Context<'_>, tool: &Tool, base: &Base, found: &mut Found) {
    for (status, error, message, code) in [
        (
            400,
            "Bad Request",
            "Query validation error: 'String' is too short",
            Some("invalid_query_string"),
        ),
        (401, "Unauthorized", "Invalid token", None),
        (
            403,
            "Forbidden",
            "Insufficient scope, expected any of: read:things",
            Some("insufficient_scope"),
        ),
        (404, "Not Found", "The thing does not exist", Some("inexistent_thing")),
        (409, "Conflict", "A thing with this name exists already", None),
        (429, "Too Many Requests", "Global limit has been reached", Some("too_many_requests")),
        (500, "Internal Server Error", "Something went wrong", None),
    ] {
        let raw = Raw::error(status, error, message, code);
        let trace = context.call(tool, &base.arguments, Script::Always(raw)).await;
        let at = format!("{}, Auth0 answers {status}", tool.name);
        found.errors.0 += 1;
        found.errors.1.extend(trace.finding(&at));
        found.errors.1.extend(hidden(&at, status, &trace));
    }
}

/// A tool may know what a missing thing or a conflict means, and answer. Nothing else is an answer.
fn hidden(at: &str, status: u16, trace: &Trace) -> Option<Finding> {
    let answered = matches!(trace.ended, Ended::Answer(_)) && !matches!(status, 404 | 409);
    answered.then(|| {
        Finding::new(
            format!("{at}: the tool answers as if nothing had happened"),
            "return a failure of the case `tenant` with the status and Auth0's message",
        )
    })
}

async fn odd(context: &Context<'_>, tool: &Tool, base: &Base, found: &mut Found) {
    let json = "application/json";
    let broken = [
        ("half of a JSON text", Raw::text(200, json, r#"{"client_id":"a","na"#)),
        ("a page of HTML", Raw::text(200, "text/html", "<!doctype html><title>Sign in</title>")),
        ("bytes that are no UTF-8", Raw::text(200, json, b"\xff\xfe{}".as_slice())),
    ];
    let strange = [
        ("an empty body", Raw::text(200, json, "")),
        ("204 without a body", Raw::text(204, json, "")),
        ("null", Raw::json(200, &Value::Null)),
        ("an empty object", Raw::json(200, &json!({}))),
        ("an empty list", Raw::json(200, &json!([]))),
        ("a list of numbers and null", Raw::json(200, &json!([1, null, "x"]))),
        ("a text", Raw::json(200, &json!("text"))),
        ("a number", Raw::json(200, &json!(1e300))),
        ("an error without a body", Raw::text(400, json, "")),
        ("an error with a body of null", Raw::json(400, &Value::Null)),
        ("an error that is a list", Raw::json(400, &json!([{ "message": 1 }]))),
        (
            "an error with odd fields",
            Raw::json(400, &json!({ "statusCode": "x", "message": {}, "errorCode": [] })),
        ),
    ];
    for (what, raw) in broken.into_iter().chain(strange) {
        let must_fail = raw.status == 200
            && (raw.kind == "text/html" || what.contains("JSON") || what.contains("UTF-8"));
        let trace = context.call(tool, &base.arguments, Script::Always(raw)).await;
        judge(tool, what, must_fail, &trace, found);
    }
    for (what, responses) in twist::all(&base.responses) {
        let trace = context.call(tool, &base.arguments, Script::Canned(responses)).await;
        judge(tool, what, false, &trace, found);
    }
}

/// Leaves out each member of Auth0's answers, one at a time. `good` is how the call ends with all of them.
async fn absent(context: &Context<'_>, tool: &Tool, base: &Base, good: &Ended, found: &mut Found) {
    let before = (found.odd.1.len(), found.absent.1.len());
    for without in twist::without_one(&base.responses) {
        let script = Script::Canned(without.responses.clone());
        let trace = context.call(tool, &base.arguments, script).await;
        judge(tool, &format!("without {}", without.place()), false, &trace, found);
        found.absent.0 += 1;
        let what = format!(
            "{}: without {} the answer is another one, and no failure",
            tool.name,
            without.place()
        );
        // Two pages of a list have the same members.
        let is_told = found.absent.1.iter().any(|finding| finding.what == what);
        let other =
            !is_told && matches!(trace.ended, Ended::Answer(_)) && !same(good, &trace.ended);
        if other && !is_known_absent(context, tool, &without) {
            found.absent.1.push(Finding::new(
                what,
                "if Auth0 may leave it out, add a call to the fixtures in which it does; if it never does, fail with `malformed-answer`",
            ));
        }
    }
    // One cause as a rule: three places show it.
    found.odd.1.truncate(before.0 + MOST_MISSED);
    found.absent.1.truncate(before.1 + MOST_MISSED);
}

/// Whether a call of the fixtures that is no failure has an answer of this row without the member.
fn is_known_absent(context: &Context<'_>, tool: &Tool, without: &Without<'_>) -> bool {
    let ends_well = |call: &&Call| call.expect.as_ref().is_some_and(|it| it.answer.is_some());
    let row =
        |path: &str| tool.endpoints.iter().position(|row| fits_template(&row.path, &split(path)));
    let of = (&without.of.method, row(&without.of.path));
    let calls = context.fixtures.of(&tool.name).filter(ends_well);
    calls.flat_map(|call| &call.responses).any(|response| {
        (&response.method, row(&response.path)) == of
            && response.body.as_ref().is_some_and(|body| twist::lacks(body, &without.path))
    })
}

fn split(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn judge(tool: &Tool, what: &str, must_fail: bool, trace: &Trace, found: &mut Found) {
    let at = format!("{}, Auth0 answers {what}", tool.name);
    found.odd.0 += 1;
    found.odd.1.extend(trace.finding(&at));
    found.odd.1.extend(answers::shape(&at, tool, trace));
    if must_fail && matches!(trace.ended, Ended::Answer(_)) {
        found.odd.1.push(Finding::new(
            format!("{at}: the tool answers all the same"),
            "pass the host's refusal on as a failure of the case `refused`",
        ));
    }
}

async fn large(context: &Context<'_>, tool: &Tool, base: &Base, found: &mut Found) {
    let mut responses = base.responses.clone();
    for response in &mut responses {
        response.body = response.body.as_ref().map(|body| twist::inflated(body, LARGE));
    }
    let trace = context.call(tool, &base.arguments, Script::Canned(responses)).await;
    found.large.0 += 1;
    found.large.1.extend(trace.finding(&format!("{}, Auth0 answers {LARGE} bytes", tool.name)));
}

async fn silence(context: &Context<'_>, tool: &Tool, base: &Base, found: &mut Found) {
    context.bench.stub.play(Script::Silent);
    let limits = Limits { deadline: DEADLINE, ..context.bench.limits };
    let before = Instant::now();
    let trace = context.bench.run(tool, &base.arguments, false, limits).await;
    let took = before.elapsed();
    found.late.0 += 1;
    let at = format!("{}, Auth0 does not answer", tool.name);
    let asked = trace.refused.iter().filter(|(_, why)| matches!(why, Refusal::TimedOut)).count();
    let problem = match &trace.ended {
        _ if took > DEADLINE + GRACE => Some(format!("the call ended after {took:?}")),
        Ended::Fault(PluginFault::Deadline(_)) => Some("the host had to stop the call".to_owned()),
        Ended::Fault(fault) => Some(fault.to_string()),
        Ended::Answer(_) => Some("the tool answers as if nothing had happened".to_owned()),
        Ended::Failure(failure) if failure_json(failure)["text"] == "" => {
            Some("the failure says nothing".to_owned())
        }
        Ended::Failure(_) if asked > 1 => Some(format!(
            "the tool went on asking after the host said that time is up, {asked} times"
        )),
        Ended::Failure(_) => None,
    };
    found.late.1.extend(problem.map(|problem| {
        Finding::new(format!("{at}: {problem}"), "when the host says `timed-out`, send nothing more and return that refusal as the failure")
    }));
    context.remember(tool, trace);
}
