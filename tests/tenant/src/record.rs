//! What arrived: every request as it was received, and what became of it.
//!
//! A request whose client went away before the answer was complete is kept as aborted, which is
//! how a test proves that a cancelled call stopped its HTTP request.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;

/// A request as it was received.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// Which connection it came on, counted from 1.
    pub connection: u64,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// The method.
    pub method: String,
    /// The path with its query, not decoded.
    pub path: String,
    /// Names (lower case) and values in order.
    pub headers: Vec<(String, String)>,
    /// The body, at most [`BODY_LIMIT`] bytes of it.
    #[serde(serialize_with = "as_text")]
    pub body: Vec<u8>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Recorded {
    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is being worked on.
    Pending,
    /// It was answered with this status.
    Answered(u16),
    /// The connection or the stream ended before the answer did.
    Aborted,
}

/// How much of a body is kept.
pub const BODY_LIMIT: usize = 256 * 1024;

fn as_text<S: serde::Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(body))
}

/// The latest requests; older ones make room.
pub(crate) struct Records {
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// How many were forgotten, so that an index stays valid.
    forgotten: u64,
    entries: VecDeque<Recorded>,
}

impl Records {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, kept: Mutex::default() })
    }

    pub(crate) fn list(&self) -> Vec<Recorded> {
        self.with(|kept| kept.entries.iter().cloned().collect())
    }

    pub(crate) fn clear(&self) {
        self.with(|kept| {
            kept.forgotten += kept.entries.len() as u64;
            kept.entries.clear();
        });
    }

    /// Whether anything is kept at all.
    pub(crate) fn enabled(&self) -> bool {
        self.limit > 0
    }

    /// Keeps a request; the ticket tells what became of it.
    pub(crate) fn open(self: &Arc<Self>, request: Recorded) -> Ticket {
        let index = self.with(|kept| {
            kept.entries.push_back(request);
            while kept.entries.len() > self.limit {
                kept.entries.pop_front();
                kept.forgotten += 1;
            }
            kept.forgotten + kept.entries.len() as u64 - 1
        });
        Ticket { records: Arc::clone(self), index, outcome: Outcome::Aborted }
    }

    fn update(&self, index: u64, change: impl FnOnce(&mut Recorded)) {
        self.with(|kept| {
            let at = index.checked_sub(kept.forgotten).and_then(|at| usize::try_from(at).ok());
            if let Some(entry) = at.and_then(|at| kept.entries.get_mut(at)) {
                change(entry);
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Kept) -> T) -> T {
        act(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Follows one request: dropped before [`Ticket::answered`], it marks the request as aborted.
pub(crate) struct Ticket {
    records: Arc<Records>,
    index: u64,
    outcome: Outcome,
}

impl Ticket {
    /// Adds the body once it has arrived.
    pub(crate) fn body(&self, body: &[u8]) {
        let kept = body[..body.len().min(BODY_LIMIT)].to_vec();
        self.records.update(self.index, |entry| entry.body = kept);
    }

    /// The answer is complete.
    pub(crate) fn answered(&mut self, status: u16) {
        self.outcome = Outcome::Answered(status);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.records.update(self.index, |entry| entry.outcome = self.outcome);
    }
}
