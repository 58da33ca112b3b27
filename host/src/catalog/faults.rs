//! How often a plugin failed lately.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// So many faults ...
const MOST: usize = 3;

/// ... within so long take a plugin's tools away.
const WITHIN: Duration = Duration::from_secs(60);

/// The faults of one plugin.
#[derive(Default)]
pub(crate) struct Faults {
    recent: Mutex<VecDeque<Instant>>,
    withdrawn: AtomicBool,
}

impl Faults {
    /// Counts a fault; true if it is the one that takes the tools away.
    pub(crate) fn count(&self, now: Instant) -> bool {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(now);
        while recent.front().is_some_and(|first| now.duration_since(*first) > WITHIN) {
            recent.pop_front();
        }
        recent.len() >= MOST && !self.withdrawn.swap(true, Ordering::Relaxed)
    }

    /// Whether the tools were taken away.
    pub(crate) fn withdrawn(&self) -> bool {
        self.withdrawn.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_fault_within_a_minute_counts_once() {
        let (faults, start) = (Faults::default(), Instant::now());
        let after = |seconds| faults.count(start + Duration::from_secs(seconds));
        assert_eq!([after(0), after(50), after(70), after(115)], [false; 4]);
        assert!(!faults.withdrawn());
        assert!(after(116));
        assert!(faults.withdrawn());
        assert!(!after(117));
    }
}
