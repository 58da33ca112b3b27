//! How many tokens were asked for, by grant, and how many requests were under way at once.
//!
//! A test that several calls share one renewal reads it here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;

/// The requests for tokens by one grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TokenCount {
    /// Requests that arrived, those that met a fault included.
    pub requests: u64,
    /// Requests that were answered with a token.
    pub granted: u64,
    /// The largest number of requests that were under way at the same time.
    pub at_once: u64,
    #[serde(skip)]
    open: u64,
}

/// The counts of a tenant by `grant_type`; requests without one count under the empty name.
#[derive(Clone, Default)]
pub(crate) struct Counts(Arc<Mutex<BTreeMap<String, TokenCount>>>);

impl Counts {
    pub(crate) fn list(&self) -> BTreeMap<String, TokenCount> {
        self.with(|counts| counts.clone())
    }

    /// Starts anew; requests under way are not counted again.
    pub(crate) fn clear(&self) {
        self.with(BTreeMap::clear);
    }

    /// Counts a request until the result is dropped.
    pub(crate) fn open(&self, grant: Option<&str>) -> Counted {
        let grant = grant.unwrap_or_default().to_owned();
        self.with(|counts| {
            let count = counts.entry(grant.clone()).or_default();
            count.requests += 1;
            count.open += 1;
            count.at_once = count.at_once.max(count.open);
        });
        Counted { counts: self.clone(), grant }
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, TokenCount>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request under way.
pub(crate) struct Counted {
    counts: Counts,
    grant: String,
}

impl Counted {
    fn update(&self, change: impl FnOnce(&mut TokenCount)) {
        self.counts.with(|counts| counts.get_mut(&self.grant).map(change));
    }

    /// The request is answered with this status.
    pub(crate) fn answered(&self, status: u16) {
        self.update(|count| count.granted += u64::from(status == 200));
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.update(|count| count.open = count.open.saturating_sub(1));
    }
}
