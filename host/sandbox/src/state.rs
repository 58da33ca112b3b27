//! The data of one call's store, and the WIT imports on it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use wasmtime::Result;

use crate::{
    Capabilities, Limits,
    bindings::auth0_mcp::plugin::{invocation, log, management, types},
    contract::{Level, Refusal, Request, Response},
    limits::Limiter,
    text::bounded,
};

/// How the text of a Rust panic begins (`PanicHookInfo`), which the SDK's hook writes before the trap.
const PANIC: &str = "panicked at ";

/// How long before the call's deadline a request is given up: the plugin then still has time to say what it
/// had done before.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// One call: what it may do, what it has used, what it said last.
pub(crate) struct State {
    capabilities: Arc<dyn Capabilities>,
    limits: Limits,
    deadline: Instant,
    requests: u32,
    log_lines: u32,
    progress: u32,
    pub(crate) limiter: Limiter,
    pub(crate) panic_text: Option<String>,
}

impl State {
    pub(crate) fn new(
        capabilities: Arc<dyn Capabilities>,
        limits: Limits,
        deadline: Instant,
    ) -> Self {
        let limiter = Limiter::new(&limits);
        Self {
            capabilities,
            limits,
            deadline,
            requests: 0,
            log_lines: 0,
            progress: 0,
            limiter,
            panic_text: None,
        }
    }
}

impl types::Host for State {}

impl management::Host for State {
    async fn send(&mut self, request: Request) -> Result<Result<Response, Refusal>> {
        self.requests += 1;
        if self.requests > self.limits.requests {
            let text =
                format!("one call may send {} requests, and this one has", self.limits.requests);
            return Ok(Err(Refusal::NotGranted(text)));
        }
        let deadline = self.deadline.checked_sub(LAST_WORDS).unwrap_or(self.deadline);
        Ok(self.capabilities.send(request, deadline).await)
    }
}

impl invocation::Host for State {
    async fn started(&mut self) -> Result<u64> {
        Ok(self.capabilities.started())
    }

    async fn pause(&mut self, milliseconds: u32) -> Result<Result<(), Refusal>> {
        let wake = Instant::now() + Duration::from_millis(milliseconds.into());
        if wake + LAST_WORDS >= self.deadline {
            return Ok(Err(Refusal::TimedOut));
        }
        tokio::time::sleep_until(wake.into()).await;
        Ok(Ok(()))
    }

    async fn progress(&mut self, done: u32, total: Option<u32>, message: String) -> Result<()> {
        self.progress += 1;
        if self.progress <= self.limits.progress {
            self.capabilities.progress(done, total, bounded(&message, self.limits.log_line));
        }
        Ok(())
    }
}

impl log::Host for State {
    async fn write(&mut self, level: Level, message: String) -> Result<()> {
        let line = bounded(&message, self.limits.log_line);
        if let Some(text) = message.strip_prefix(PANIC) {
            self.panic_text = Some(bounded(&text.replace('\n', " "), 500));
        }
        self.log_lines += 1;
        if self.log_lines <= self.limits.log_lines {
            self.capabilities.log(level, &line);
        }
        Ok(())
    }
}
