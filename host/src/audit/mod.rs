//! The audit log: which tool was called with which code, what was sent, and how it ended. One JSON line each,
//! linked by hashes, so that `auth0-mcp audit verify` finds any change.
//!
//! It never holds what a call is about: no arguments, no bodies, no ids, no tokens ([`event`]). A line is written
//! when a decision is taken: before anything is sent ([`Audit::admit`]), after each request, at the end. Where the
//! policy requires the log, what cannot be written down does not happen.
//!
//! [`line`] is the form of a line, [`chain`] appends under a lock, [`place`] opens files safely, [`verify`] checks.

mod chain;
pub mod event;
mod line;
mod place;
mod record;
mod scan;
mod settings;
pub mod verify;
pub mod words;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use chain::Chain;
use event::{Event, ToolName};
pub use line::Hash;
use line::Writer;
pub use record::{CallRecord, Named, RequestRecord};
pub use settings::{Asked, AuditSettings, DEFAULT_MAX_BYTES, SettingsError};

use crate::policy::Rule;

/// The log cannot be written, and without it nothing may go on. The operator reads it.
#[derive(Debug, thiserror::Error)]
#[error("the audit log {} cannot be written: {error}", .file.display())]
pub struct AuditError {
    /// The log.
    pub file: PathBuf,
    /// What the system said.
    pub error: io::Error,
}

/// A call is not let in, because it could not be written down. The model reads it.
#[derive(Debug, thiserror::Error)]
#[error(
    "the audit log cannot be written, and the operator's policy requires it; nothing was sent to Auth0. Ask the operator of auth0-mcp"
)]
pub struct Halted;

/// The log of this process, or none. Clones write to the same log.
#[derive(Clone, Default)]
pub struct Audit(Option<Arc<Inner>>);

struct Inner {
    chain: Chain,
    writer: Writer,
    file: PathBuf,
    required: Option<Rule>,
    calls: AtomicU64,
    /// Whether the last line could not be written.
    failing: AtomicBool,
    warned: AtomicBool,
}

impl Audit {
    /// No log.
    #[must_use]
    pub fn off() -> Self {
        Self::default()
    }

    /// Opens the log and writes that a server begins. `profile` names the sign-in.
    ///
    /// # Errors
    /// The log was asked for and cannot be written: then nothing should start.
    pub fn open(
        settings: &AuditSettings,
        profile: &str,
        start: &Event<'_>,
    ) -> Result<Self, AuditError> {
        let Some(file) = &settings.file else { return Ok(Self::off()) };
        let failed = |error| AuditError { file: file.clone(), error };
        let session = format!("{:016x}", fastrand::Rng::new().u64(..));
        let writer = Writer { session, profile: profile.to_owned() };
        let chain = Chain::open(file, settings.max_bytes).map_err(failed)?;
        chain.append(&writer, start).map_err(failed)?;
        Ok(Self(Some(Arc::new(Inner {
            chain,
            writer,
            file: file.clone(),
            required: settings.required.clone(),
            calls: AtomicU64::new(0),
            failing: AtomicBool::new(false),
            warned: AtomicBool::new(false),
        }))))
    }

    /// A call whose arguments fit is about to begin: it is written down before anything of it happens.
    ///
    /// # Errors
    /// The line cannot be written, and the policy requires it.
    pub fn admit(&self, tool: &Arc<Named>) -> Result<Arc<CallRecord>, Halted> {
        let call = self.next_call();
        let admitted =
            Event::Admitted { call, tool: tool.as_event(), confirmation: record::UNASKED };
        self.write(&admitted)?;
        Ok(Arc::new(CallRecord::new(self.clone(), call, tool.clone())))
    }

    /// A call that is not begun. `tool` is None for a name that no tool has.
    pub fn refuse(&self, tool: Option<&str>, why: &str, rule: Option<String>) {
        let tool = tool.map(|tool| ToolName { tool, plugin: None, effect: None });
        // It does not happen, whether or not it can be written down.
        _ = self.write(&Event::Call {
            call: self.next_call(),
            tool,
            requests: 0,
            bytes: 0,
            ms: 0,
            outcome: &format!("refused:{why}"),
            rule,
            confirmation: record::UNASKED,
        });
    }

    /// A plugin of a third party came, changed or went.
    pub fn plugin(&self, name: &str, digest: &str, change: &str) {
        _ = self.write(&Event::Plugin { name, plugin: digest, change });
    }

    /// The server ends: the last line, and all of them on disk.
    pub fn stop(&self) {
        let Some(inner) = &self.0 else { return };
        _ = self.write(&Event::Stop { calls: inner.calls.load(Relaxed) });
        if let Err(error) = inner.chain.sync() {
            tracing::warn!("the audit log {}: {error}", inner.file.display());
        }
    }

    /// Whether there is a log.
    fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Whether a request may be sent: not while a log that is required cannot be written.
    fn may_go_on(&self) -> bool {
        self.0.as_ref().is_none_or(|inner| inner.required.is_none() || !inner.failing.load(Relaxed))
    }

    fn next_call(&self) -> u64 {
        self.0.as_ref().map_or(0, |inner| inner.calls.fetch_add(1, Relaxed) + 1)
    }

    fn write(&self, event: &Event<'_>) -> Result<(), Halted> {
        let Some(inner) = &self.0 else { return Ok(()) };
        let written = inner.chain.append(&inner.writer, event);
        inner.failing.store(written.is_err(), Relaxed);
        match (written, &inner.required) {
            (Ok(()), _) => Ok(()),
            (Err(error), Some(rule)) => {
                let file = inner.file.display();
                tracing::error!(
                    "the audit log {file} cannot be written: {error}; calls are refused, because {rule}"
                );
                Err(Halted)
            }
            (Err(error), None) => {
                if !inner.warned.swap(true, Relaxed) {
                    let file = inner.file.display();
                    tracing::warn!(
                        "the audit log {file} cannot be written: {error}; calls go on without it"
                    );
                }
                Ok(())
            }
        }
    }
}

/// Where a chain ends: the number of its last line and its hash, to keep elsewhere.
///
/// # Errors
/// There is no such log, or its end does not hold.
pub fn head(file: &Path) -> io::Result<(u64, Hash)> {
    chain::head(file)
}

#[cfg(test)]
mod tests;
