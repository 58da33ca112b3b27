//! A call while it runs, as the log follows it. A record that is dropped before its end was cancelled: nothing has to
//! be said at each place where a call can stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use auth0_mcp_sandbox::contract::{Refusal, Response};

use super::{
    Audit, Halted,
    event::{Event, ToolName},
    words,
};
use crate::policy::Denial;

/// No tool asks a person before it runs.
pub(super) const UNASKED: &str = "none";

/// A tool, the code behind it, and what it does.
#[derive(Clone, Debug)]
pub struct Named {
    /// The tool's name.
    pub tool: String,
    /// SHA-256 of the plugin's component, in hex.
    pub plugin: String,
    /// `read-only`, `write` or `destructive`.
    pub effect: &'static str,
}

impl Named {
    pub(super) fn as_event(&self) -> ToolName<'_> {
        let Self { tool, plugin, effect } = self;
        ToolName { tool, plugin: Some(plugin), effect: Some(effect) }
    }
}

/// A call that runs.
pub struct CallRecord {
    audit: Audit,
    call: u64,
    tool: Arc<Named>,
    requests: AtomicU64,
    began: Instant,
    ended: AtomicBool,
}

/// A request that is under way.
pub struct RequestRecord {
    call: Arc<CallRecord>,
    row: Option<String>,
    method: &'static str,
    path: String,
    began: Instant,
    ended: bool,
}

impl CallRecord {
    pub(super) fn new(audit: Audit, call: u64, tool: Arc<Named>) -> Self {
        let (requests, ended) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { audit, call, tool, requests, began: Instant::now(), ended }
    }

    /// The call ended; `outcome` is a word of [`Event::Call`].
    pub fn end(&self, outcome: &str, bytes: usize) {
        if self.ended.swap(true, Relaxed) {
            return;
        }
        // It has happened: that nothing more does is seen to by the next line.
        _ = self.audit.write(&Event::Call {
            call: self.call,
            tool: Some(self.tool.as_event()),
            requests: self.requests.load(Relaxed),
            bytes: bytes as u64,
            ms: millis(self.began),
            outcome,
            rule: None,
            confirmation: UNASKED,
        });
    }

    /// Whether anything is written of it; if not, nothing need be made ready for that.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.audit.is_on()
    }

    /// A request begins. `row` is the tool's row that covers it, `path` its path without ids.
    ///
    /// # Errors
    /// The log cannot be written, and the policy requires it.
    pub fn request(
        self: &Arc<Self>,
        row: Option<String>,
        method: &'static str,
        path: String,
    ) -> Result<RequestRecord, Halted> {
        if !self.audit.may_go_on() {
            return Err(Halted);
        }
        self.requests.fetch_add(1, Relaxed);
        Ok(RequestRecord {
            call: self.clone(),
            row,
            method,
            path,
            began: Instant::now(),
            ended: false,
        })
    }
}

impl Drop for CallRecord {
    fn drop(&mut self) {
        self.end(if std::thread::panicking() { "fault:host" } else { "cancelled" }, 0);
    }
}

impl RequestRecord {
    /// The request ended; `denial` is the policy's, if it denies this request.
    pub fn end(mut self, result: &Result<Response, Refusal>, denial: Option<Denial>) {
        match (result, denial) {
            (Ok(response), _) => {
                let bytes = response.body.as_ref().map_or(0, String::len);
                self.write(words::ANSWERED, Some(response.status), bytes, None);
            }
            (Err(Refusal::NotGranted(_)), Some(denial)) => {
                self.write("refused:policy", None, 0, Some(denial.rule.to_string()));
            }
            (Err(refusal), _) => self.write(words::refusal(refusal), None, 0, None),
        }
    }

    fn write(&mut self, outcome: &str, status: Option<u16>, bytes: usize, rule: Option<String>) {
        self.ended = true;
        let CallRecord { audit, call, tool, .. } = &*self.call;
        // The request is over: that nothing more is sent is seen to by the next one.
        _ = audit.write(&Event::Request {
            call: *call,
            tool: &tool.tool,
            plugin: &tool.plugin,
            row: self.row.as_deref(),
            method: self.method,
            path: &self.path,
            status,
            bytes: bytes as u64,
            ms: millis(self.began),
            outcome,
            rule,
        });
    }
}

impl Drop for RequestRecord {
    fn drop(&mut self) {
        if !self.ended {
            self.write("cancelled", None, 0, None);
        }
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
