//! One tool call: its grant, its sandbox and its way to the tenant, joined.

use std::{
    borrow::Cow,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use auth0_mcp_sandbox::{
    Answer, Capabilities, Engine, Limits, PluginFault,
    contract::{Failure, Level, Refusal, Request, Response},
};

use crate::{
    audit::{Audit, CallRecord, Halted, words},
    catalog::EnabledTool,
    management::{Grant, Management, Mask},
    telemetry::Telemetry,
};

/// What every call of a session shares.
pub struct Calls {
    /// Runs components.
    pub engine: Arc<Engine>,
    /// Reaches the tenant.
    pub management: Arc<Management>,
    /// What one call may use.
    pub limits: Limits,
    /// Keeps secrets out of what a plugin says when it fails.
    pub mask: Mask,
    /// Writes down what happens.
    pub audit: Audit,
    /// Hears how calls end.
    pub telemetry: Telemetry,
}

/// How a call ended.
#[derive(Debug)]
pub enum Outcome {
    /// The plugin's answer, JSON.
    Answer(String),
    /// The plugin said why there is none.
    Failure(Failure),
    /// The plugin misbehaved or hit a limit: which one, or the text of its panic.
    Fault(String),
    /// The plugin's code cannot be used.
    Unusable(String),
    /// It was not begun, because it cannot be written down.
    Unaudited(Halted),
}

impl Outcome {
    /// How long the answer is, if there is one.
    fn bytes(&self) -> usize {
        match self {
            Self::Answer(json) => json.len(),
            _ => 0,
        }
    }
}

/// How far a call is: done, total, message.
pub type Progress = Box<dyn Fn(u32, Option<u32>, String) + Send + Sync>;

impl Calls {
    /// Runs one call to its end. Dropping the future stops the guest and its HTTP request.
    pub async fn run(&self, tool: &EnabledTool, arguments: &str, progress: Progress) -> Outcome {
        let record = match self.audit.admit(&tool.named) {
            Ok(record) => record,
            Err(halted) => return Outcome::Unaudited(halted),
        };
        let (outcome, word) = self.execute(tool, arguments, progress, &record).await;
        record.end(&word, outcome.bytes());
        outcome
    }

    /// The call itself, and how it ended in a word of the audit log.
    async fn execute(
        &self,
        tool: &EnabledTool,
        arguments: &str,
        progress: Progress,
        record: &Arc<CallRecord>,
    ) -> (Outcome, Cow<'static, str>) {
        let definition = &tool.definition;
        let plugin = match tool.plugin(&self.engine).await {
            Ok(plugin) => plugin,
            Err(error) => {
                return (Outcome::Unusable(error.for_the_model()), "fault:unusable".into());
            }
        };
        let capabilities = Arc::new(Granted {
            tool: definition.name.clone(),
            grant: tool.grant.clone(),
            management: self.management.clone(),
            record: record.clone(),
            started: now(),
            progress,
        });
        match plugin.call(&definition.name, arguments, capabilities, self.limits).await {
            Ok(Ok(answer)) => (Outcome::Answer(self.unseen(answer)), words::ANSWERED.into()),
            Ok(Err(failure)) => {
                let word = words::failure(&failure);
                (Outcome::Failure(self.masked(failure)), word.into())
            }
            // Not the plugin's doing: too many calls were made at once.
            Err(busy @ PluginFault::Busy(_)) => {
                let word = format!("fault:{}", busy.name());
                (Outcome::Failure(Failure::Other(busy.to_string())), word.into())
            }
            Err(fault) => {
                let word = format!("fault:{}", fault.name());
                (Outcome::Fault(self.text(fault.to_string())), word.into())
            }
        }
    }

    /// The answer without the credentials in use. A plugin never gets them from the host, but a model or a
    /// user may have pasted one into an argument that the plugin repeats.
    fn unseen(&self, answer: String) -> String {
        match self.mask.live(&answer) {
            Cow::Borrowed(_) => answer,
            Cow::Owned(masked) => masked,
        }
    }

    /// A failure's texts without anything that looks like a secret.
    fn masked(&self, failure: Failure) -> Failure {
        failure.map(|text| self.text(text))
    }

    fn text(&self, text: String) -> String {
        self.mask.text(&text).into_owned()
    }
}

/// The imports of one call, on the grant of its tool.
struct Granted {
    tool: String,
    grant: Grant,
    management: Arc<Management>,
    record: Arc<CallRecord>,
    started: u64,
    progress: Progress,
}

impl Capabilities for Granted {
    fn send(&self, request: Request, deadline: Instant) -> Answer<'_, Result<Response, Refusal>> {
        Box::pin(async move {
            let kept = self.record.is_kept();
            let (row, path) =
                if kept { self.grant.described(&request) } else { Default::default() };
            let record = self.record.request(row, request.method.as_str(), path);
            let record = record.map_err(|halted| Refusal::NotGranted(halted.to_string()))?;
            let denial = self.grant.denial(&request);
            let result = self.management.send(&self.grant, request, deadline).await;
            record.end(&result, denial);
            result
        })
    }

    fn started(&self) -> u64 {
        self.started
    }

    fn progress(&self, done: u32, total: Option<u32>, message: String) {
        (self.progress)(done, total, message);
    }

    fn log(&self, level: Level, message: &str) {
        match level {
            Level::Debug | Level::Info => tracing::debug!("tool `{}`: {message}", self.tool),
            Level::Warn | Level::Error => tracing::warn!("tool `{}`: {message}", self.tool),
        }
    }
}

/// Milliseconds since the Unix epoch; 0 on a clock before it.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
