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
    log::Log,
    store::Data,
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
    /// When the guest last began to compute: at the start, and after a wait.
    computing: Instant,
    requests: u32,
    progress: u32,
    pub(crate) limiter: Limiter,
    pub(crate) log: Arc<Log>,
}

impl State {
    pub(crate) fn new(
        capabilities: Arc<dyn Capabilities>,
        limits: Limits,
        deadline: Instant,
    ) -> Self {
        let limiter = Limiter::new(&limits);
        let log = Arc::new(Log::new(capabilities.clone(), &limits));
        let computing = Instant::now();
        Self { capabilities, limits, deadline, computing, requests: 0, progress: 0, limiter, log }
    }

    /// Whether the guest has computed for so long without a wait.
    pub(crate) fn has_computed_for(&self, long: Duration, now: Instant) -> bool {
        now.saturating_duration_since(self.computing) >= long
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl Data for State {
    fn call(&self) -> &State {
        self
    }

    fn call_mut(&mut self) -> &mut State {
        self
    }
}

impl types::Host for State {}

impl management::Host for State {
    async fn send(&mut self, request: Request) -> Result<Result<Response, Refusal>> {
        self.requests = self.requests.saturating_add(1);
        if self.requests > self.limits.requests {
            let text =
                format!("one call may send {} requests, and this one has", self.limits.requests);
            return Ok(Err(Refusal::NotGranted(text)));
        }
        if size(&request) > self.limits.request {
            return Ok(Err(Refusal::TooLarge(self.limits.request as u64)));
        }
        let deadline = self.deadline.checked_sub(LAST_WORDS).unwrap_or(self.deadline);
        let answer = self.capabilities.send(request, deadline).await;
        // A request that did not leave is no wait; those that leave are counted.
        if !matches!(answer, Err(Refusal::NotGranted(_))) {
            self.computing = Instant::now();
        }
        Ok(answer)
    }
}

/// All text of a request, in bytes.
fn size(request: &Request) -> usize {
    let path: usize = request.path.iter().map(String::len).sum();
    let query: usize = request.query.iter().map(|(name, value)| name.len() + value.len()).sum();
    path + query + request.body.as_ref().map_or(0, String::len)
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
        if milliseconds > 0 {
            self.computing = Instant::now();
        }
        Ok(Ok(()))
    }

    async fn progress(&mut self, done: u32, total: Option<u32>, message: String) -> Result<()> {
        self.progress = self.progress.saturating_add(1);
        if self.progress <= self.limits.progress {
            self.capabilities.progress(done, total, bounded(&message, self.limits.log_line));
        }
        Ok(())
    }
}

impl log::Host for State {
    async fn write(&mut self, level: Level, message: String) -> Result<()> {
        if let Some(text) = message.strip_prefix(PANIC) {
            self.log.remember(text);
        }
        self.log.write(level, &message);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future as _,
        pin::pin,
        task::{Context, Waker},
    };

    use super::*;
    use crate::{Answer, Deny, contract::Method};

    /// A tenant that answers at once.
    struct Tenant;

    impl Capabilities for Tenant {
        fn send(&self, _: Request, _: Instant) -> Answer<'_, Result<Response, Refusal>> {
            Box::pin(async { Err(Refusal::TimedOut) })
        }

        fn started(&self) -> u64 {
            0
        }

        fn progress(&self, _: u32, _: Option<u32>, _: String) {}

        fn log(&self, _: Level, _: &str) {}
    }

    /// A call that has computed for a minute, and then does this.
    fn computes_for_long(capabilities: Arc<dyn Capabilities>) -> bool {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut state = State::new(capabilities, Limits::default(), deadline);
        state.computing = Instant::now() - Duration::from_secs(60);
        let request = Request { method: Method::Get, path: vec![], query: vec![], body: None };
        let mut context = Context::from_waker(Waker::noop());
        let sent = pin!(management::Host::send(&mut state, request)).poll(&mut context);
        assert!(sent.is_ready());
        state.has_computed_for(Duration::from_secs(30), Instant::now())
    }

    /// Where this is wrong, calls that wait for the tenant queue for the one thread as if they computed.
    #[test]
    fn who_waited_for_the_tenant_has_not_computed_for_long() {
        assert!(!computes_for_long(Arc::new(Tenant)));
        assert!(computes_for_long(Arc::new(Deny)), "a request that does not leave is no wait");
    }
}
