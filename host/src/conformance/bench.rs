//! One call as the product runs it: the real sandbox, grant, client and mask, against the stub.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use auth0_mcp_sandbox::{
    Answer, Capabilities, Limits, Manifest, OpenError, Plugin, PluginFault,
    contract::{self, Failure, Level, Refusal, Request, Response},
    manifest::{Effect, Endpoint, Tool},
};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::{
    fixtures::Response as Canned,
    report::Finding,
    stub::{Script, Sent, Stub},
};
use crate::{
    auth::{self, Trust},
    management::{Grant, Management, Mask},
    secret::{Redactor, Secret},
};

/// The access token of the stub. Nothing may ever show it.
pub(crate) const TOKEN: &str = "conformance-access-token-0f6b1d3c9e";

/// The moment at which every call begins, so that the same call can give the same answer.
const STARTED: u64 = 1_767_225_600_000;

/// The deadline of a call, in place of the product's 30 s: the stub answers at once, so only a tool that waits for
/// something that never comes gets near it.
const DEADLINE: Duration = Duration::from_secs(4);

/// How many lines of its log are told of a call that did not end as it should.
const LOG_LINES: usize = 5;

/// How many generated calls run at once.
const AT_ONCE: usize = 8;

/// A plugin on the bench.
pub(crate) struct Bench {
    pub(crate) manifest: Manifest,
    pub(crate) plugin: Plugin,
    pub(crate) stub: Stub,
    pub(crate) limits: Limits,
    management: Arc<Management>,
    mask: Mask,
    calls: Mutex<usize>,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    Answer(String),
    Failure(Failure),
    Fault(PluginFault),
}

/// One call and everything that it did.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// What its client would see: masked.
    pub(crate) ended: Ended,
    /// What came over the wire.
    pub(crate) sent: Vec<Sent>,
    /// Requests that the host refused, with the reason.
    pub(crate) refused: Vec<(Request, Refusal)>,
    /// What its operator would see: masked.
    pub(crate) log: Vec<String>,
    pub(crate) took: Duration,
}

/// Why nothing can be tested. The author reads it.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The stub.
    #[error("the stub of a tenant cannot be started on 127.0.0.1: {0}")]
    Stub(#[from] std::io::Error),
    /// The sandbox.
    #[error("the WebAssembly engine does not start: {0}")]
    Engine(#[from] OpenError),
    /// Its certificate or credentials.
    #[error("the stub of a tenant cannot be used: {0}")]
    Client(String),
}

impl Bench {
    pub(crate) async fn new(manifest: Manifest, plugin: Plugin) -> Result<Self, BenchError> {
        let stub = Stub::start().await?;
        let client = |error: &dyn std::fmt::Display| BenchError::Client(error.to_string());
        let trust = Trust::only(&stub.certificate).map_err(|error| client(&error))?;
        let redactor = Redactor::default();
        let credentials = auth::Environment {
            domain: Some(stub.domain.clone()),
            token: Some(Secret::new(TOKEN.to_owned())),
            ..auth::Environment::default()
        };
        let signed_in = credentials.sign_in(trust, &redactor).map_err(|error| client(&error))?;
        let signed_in = signed_in.ok_or_else(|| client(&"no credentials"))?;
        let management = Arc::new(Management::new(signed_in, redactor.clone()));
        let mask = Mask::new(redactor);
        let limits = Limits { deadline: DEADLINE, ..Limits::default() };
        Ok(Self { manifest, plugin, stub, limits, management, mask, calls: Mutex::new(0) })
    }

    /// How many calls have been made.
    pub(crate) fn calls(&self) -> usize {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays the script and runs one call, with everything that the tool's rows allow.
    pub(crate) async fn call(
        &self,
        tool: &Tool,
        arguments: &Map<String, Value>,
        script: Script,
    ) -> Trace {
        self.stub.play(script);
        self.run(tool, arguments, false, self.limits).await
    }

    /// Runs one call against the script that is playing.
    pub(crate) async fn run(
        &self,
        tool: &Tool,
        arguments: &Map<String, Value>,
        session_reads_only: bool,
        limits: Limits,
    ) -> Trace {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let seen = Arc::new(Seen {
            grant: grant(tool, session_reads_only),
            management: Arc::clone(&self.management),
            refused: Mutex::default(),
            log: Mutex::default(),
        });
        let before = Instant::now();
        let capabilities: Arc<dyn Capabilities> = seen.clone();
        let arguments = Value::Object(arguments.clone()).to_string();
        let ended = self.plugin.call(&tool.name, &arguments, capabilities, limits).await;
        let took = before.elapsed();
        let take = |lines: &Mutex<Vec<String>>| {
            lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        Trace {
            ended: self.masked(ended),
            sent: self.stub.sent(),
            refused: seen.refused.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            log: take(&seen.log).iter().map(|line| self.mask.text(line).into_owned()).collect(),
            took,
        }
    }

    /// Runs many calls, some at once, against one script; the traces hold all that was sent.
    pub(crate) async fn run_all(
        &self,
        tool: &Tool,
        many: &[Map<String, Value>],
        script: Script,
    ) -> Vec<Trace> {
        self.stub.play(script);
        let places = Semaphore::new(AT_ONCE);
        let one = async |arguments: &Map<String, Value>| {
            // The semaphore is never closed, so this is always a permit.
            let _place = places.acquire().await;
            self.run(tool, arguments, false, self.limits).await
        };
        join(many.iter().map(one)).await
    }

    /// Sends a request that no plugin made, under the grant of a tool.
    pub(crate) async fn probe(&self, tool: &Tool, request: Request) -> Result<Response, Refusal> {
        let deadline = Instant::now() + self.limits.deadline;
        self.management.send(&grant(tool, false), request, deadline).await
    }

    /// As the host masks what leaves it.
    fn masked(&self, ended: Result<Result<String, Failure>, PluginFault>) -> Ended {
        match ended {
            Err(fault) => Ended::Fault(fault),
            Ok(Ok(answer)) => Ended::Answer(self.mask.live(&answer).into_owned()),
            Ok(Err(failure)) => Ended::Failure(failure),
        }
    }

    /// A failure's text, as the host masks it.
    pub(crate) fn failure_text(&self, failure: &Failure) -> String {
        self.mask.text(&raw_text(failure)).into_owned()
    }
}

/// Futures that run together, on one thread.
async fn join<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut ready = true;
        for (future, done) in &mut futures {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *done = Some(value),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    futures.into_iter().filter_map(|(_, done)| done).collect()
}

/// The imports of one call: the grant of its tool, and a look at what it does with them.
struct Seen {
    grant: Grant,
    management: Arc<Management>,
    refused: Mutex<Vec<(Request, Refusal)>>,
    log: Mutex<Vec<String>>,
}

impl Capabilities for Seen {
    fn send(&self, request: Request, deadline: Instant) -> Answer<'_, Result<Response, Refusal>> {
        Box::pin(async move {
            let answer = self.management.send(&self.grant, request.clone(), deadline).await;
            if let Err(refusal) = &answer {
                let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                refused.push((request, refusal.clone()));
            }
            answer
        })
    }

    fn started(&self) -> u64 {
        STARTED
    }

    fn progress(&self, _: u32, _: Option<u32>, _: String) {}

    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        let line = format!("{level}: {message}");
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

impl Trace {
    /// Whether it ended with an answer or a typed failure.
    pub(crate) fn fault(&self) -> Option<&PluginFault> {
        match &self.ended {
            Ended::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// A finding for a call that did not end as a call should.
    pub(crate) fn finding(&self, at: &str) -> Option<Finding> {
        let fault = self.fault()?;
        // The text of a panic is the fault already.
        let says_more = !matches!(fault, PluginFault::Panic(_));
        let log = if says_more { self.log_lines() } else { String::new() };
        Some(Finding::new(format!("{at}: {fault}{log}"), advice(fault)))
    }

    /// What the host did not let out, with its ids, which the refusal hides: they are the author's own. `; it asked for
    /// GET clients/abc`, or nothing.
    pub(crate) fn asked_beyond(&self) -> String {
        let refused = self.refused.iter().find(|(_, refusal)| match refusal {
            Refusal::NotGranted(text) => text.contains("may not send"),
            _ => false,
        });
        refused.map(|(request, _)| asked(request)).unwrap_or_default()
    }

    /// What the plugin logged last: `; it logged: warn: …`, or nothing.
    pub(crate) fn log_lines(&self) -> String {
        let last = self.log.len().saturating_sub(LOG_LINES);
        let lines = self.log[last..].join(" | ");
        if lines.is_empty() { lines } else { format!("; it logged: {lines}") }
    }
}

/// `; it asked for GET clients/abc`
pub(crate) fn asked(request: &Request) -> String {
    // A segment with a `/` in it is no two segments.
    let path: Vec<_> = request.path.iter().map(|part| part.replace('/', "%2F")).collect();
    let path: String = path.join("/").escape_debug().take(200).collect();
    format!("; it asked for {} {path}", request.method.as_str())
}

fn advice(fault: &PluginFault) -> &'static str {
    match fault {
        PluginFault::Deadline(_) => {
            "end loops, and give up a request when the host says `timed-out`"
        }
        PluginFault::Memory { .. } | PluginFault::Table { .. } => {
            "keep less at once: ask for smaller pages or fewer fields, and drop what is not shown"
        }
        PluginFault::Stack => "bound the recursion",
        PluginFault::AnswerTooLarge { .. } => {
            "answer with fewer items or fields, bound the length of texts that you hand on, and say in the answer that there is more"
        }
        _ => {
            "return a failure in place of a panic, an unwrap or an uncaught exception, and do without what a plugin has not: files, timers, threads, a clock (`started` is the call's time)"
        }
    }
}

/// All text of a failure.
pub(crate) fn raw_text(failure: &Failure) -> String {
    match failure {
        Failure::InvalidArguments(text) | Failure::Other(text) => text.clone(),
        Failure::Tenant(error) => format!(
            "{}{}",
            error.message,
            error.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default()
        ),
        Failure::Refused(refusal) => refusal_text(refusal),
    }
}

/// A refusal by its name in the WIT, and what it says: `not-granted: …`.
fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotGranted(text) => format!("not-granted: {text}"),
        Refusal::InvalidRequest(text) => format!("invalid-request: {text}"),
        Refusal::InsufficientScope(scopes) => format!("insufficient-scope: {}", scopes.join(" ")),
        Refusal::SessionExpired => "session-expired".to_owned(),
        Refusal::RateLimited(seconds) => format!("rate-limited: {seconds} s"),
        Refusal::Unreachable(text) => format!("unreachable: {text}"),
        Refusal::TimedOut => "timed-out".to_owned(),
        Refusal::TooLarge(bytes) => format!("too-large: {bytes} bytes"),
        Refusal::MalformedAnswer(text) => format!("malformed-answer: {text}"),
    }
}

/// A failure as the report's JSON shows it.
pub(crate) fn failure_json(failure: &Failure) -> Value {
    match failure {
        Failure::InvalidArguments(text) => json!({ "kind": "invalid-arguments", "text": text }),
        Failure::Tenant(error) => json!({
            "kind": "tenant", "status": error.status, "code": error.code, "text": error.message
        }),
        Failure::Refused(refusal) => {
            json!({ "kind": "refused", "text": refusal_text(refusal) })
        }
        Failure::Other(text) => json!({ "kind": "other", "text": text }),
    }
}

/// Answers for calls that no fixture foresees: those of the fixtures wherever they fit the row, else an empty object.
pub(crate) fn by_row(tool: &Tool, known: &[&Canned]) -> Vec<Canned> {
    let template = |row: &Endpoint| {
        row.path
            .split('/')
            .map(|part| if part.starts_with('{') { "{any}" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    let found = |row: &Endpoint| {
        let path = |canned: &Canned| canned.path.split('/').map(str::to_owned).collect::<Vec<_>>();
        known.iter().find(|canned| {
            canned.method == row.method.as_str()
                && canned.status < 300
                && super::stub::fits_template(&row.path, &path(canned))
        })
    };
    let answer = |row: &Endpoint| {
        let (status, body, next) = match found(row) {
            Some(canned) => (canned.status, canned.body.clone(), canned.next.clone()),
            None => (200, Some(json!({})), None),
        };
        Canned {
            method: row.method.as_str().to_owned(),
            path: template(row),
            query: Map::new(),
            status,
            body,
            next,
        }
    };
    tool.endpoints.iter().map(answer).collect()
}

/// Whether a tool only reads.
pub(crate) fn only_reads(tool: &Tool) -> bool {
    tool.effect == Effect::ReadOnly
}

/// What the host grants a call of the tool.
fn grant(tool: &Tool, session_reads_only: bool) -> Grant {
    let row = |row: &Endpoint| contract::Endpoint {
        method: row.method,
        path: row.path.clone(),
        scopes: row.scopes.clone(),
    };
    let rows: Vec<_> = tool.endpoints.iter().map(row).collect();
    Grant::new(&tool.name, &rows, session_reads_only || only_reads(tool))
}
