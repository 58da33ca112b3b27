//! What a guest says on the side: lines of `log.write`, of WASI's standard output and standard error. All of
//! them share one allowance for the call, and each line is bounded and escaped before it reaches the host.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use crate::{Capabilities, Limits, contract::Level, text::bounded};

/// How much of a panic's text is kept for the error.
const PANIC_BYTES: usize = 500;

/// The log of one call.
pub(crate) struct Log {
    capabilities: Arc<dyn Capabilities>,
    lines: AtomicU32,
    most: u32,
    longest: usize,
    /// What the guest said last of its own end.
    last_words: Mutex<Option<String>>,
}

impl Log {
    pub(crate) fn new(capabilities: Arc<dyn Capabilities>, limits: &Limits) -> Self {
        let (lines, last_words) = (AtomicU32::new(0), Mutex::new(None));
        Self { capabilities, lines, most: limits.log_lines, longest: limits.log_line, last_words }
    }

    /// One line, if there is still one to spend.
    pub(crate) fn write(&self, level: Level, text: &str) {
        // Saturating: a guest may go on for as long as its deadline lets it.
        let spent = self.lines.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |lines| {
            (lines < self.most).then_some(lines + 1)
        });
        if spent.is_ok() {
            self.capabilities.log(level, &bounded(text, self.longest));
        }
    }

    /// Keeps a text that says why the guest is about to trap.
    pub(crate) fn remember(&self, text: &str) {
        let text = bounded(&text.replace('\n', " "), PANIC_BYTES);
        *self.last_words.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }

    /// Why the guest trapped, in its own words.
    pub(crate) fn last_words(&self) -> Option<String> {
        self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The most bytes that one line shows.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }
}
