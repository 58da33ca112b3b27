//! Whose turn it is to compute. All calls share one thread; one that computes for long yields at each tick of
//! the clock, and comes back only after the other computing calls have had a turn. So between two of them
//! everything else (answers of the tenant, calls that are quick, the client's next line) waits for one turn at
//! most, however many compute.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::ticker::TICK;

/// How many calls of an engine have computed for a whole tick.
#[derive(Clone, Default)]
pub(crate) struct Crowd(Arc<AtomicU32>);

/// One call's part in it: joins at its first tick, leaves when dropped.
pub(crate) struct Turns {
    crowd: Crowd,
    joined: bool,
}

impl Turns {
    pub(crate) fn new(crowd: &Crowd) -> Self {
        Self { crowd: crowd.clone(), joined: false }
    }

    /// What a call waits for at a tick.
    pub(crate) fn next(&mut self, for_long: bool) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        match self.ahead(for_long) {
            // Tokio's own yield: the runtime looks at its sockets and timers before it comes back.
            0 => Box::pin(tokio::task::yield_now()),
            others => Box::pin(tokio::time::sleep(TICK * others)),
        }
    }

    /// How many turns of others come first. One that waited for the tenant while the clock ticked, and has not
    /// computed for a whole tick since, only lets others through.
    fn ahead(&mut self, for_long: bool) -> u32 {
        if !for_long {
            return 0;
        }
        if !self.joined {
            self.joined = true;
            self.crowd.0.fetch_add(1, Ordering::Relaxed);
        }
        self.crowd.0.load(Ordering::Relaxed).saturating_sub(1)
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        if self.joined {
            self.crowd.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_compute_for_long_wait_for_each_other() {
        let crowd = Crowd::default();
        let [mut first, mut second] = [Turns::new(&crowd), Turns::new(&crowd)];
        assert_eq!(first.ahead(true), 0, "alone");
        assert_eq!(second.ahead(true), 1);
        let mut waiting: Vec<_> = (0..30).map(|_| Turns::new(&crowd)).collect();
        assert!(waiting.iter_mut().all(|turns| turns.ahead(false) == 0));
        assert_eq!(first.ahead(true), 1, "nobody else has joined");
        drop(second);
        assert_eq!(first.ahead(true), 0, "alone again");
    }
}
