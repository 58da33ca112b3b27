//! Who may run: a bounded number of calls at once, shared so that no plugin can hold the others up.
//!
//! A plugin may take another place only while it holds fewer than are free. One busy plugin gets half of them,
//! a second one half of the rest, and so on: a flood of slow calls leaves room for those who come later.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::oneshot;

/// The places of an engine.
pub(crate) struct Places(Arc<Mutex<Hall>>);

struct Hall {
    free: usize,
    /// Who waits, in the order of arrival.
    queue: VecDeque<Waiter>,
}

struct Waiter {
    holder: Holder,
    wake: oneshot::Sender<Place>,
}

/// A plugin, as far as its places are concerned: how many it holds. Changed under the lock of the hall only.
#[derive(Clone, Default)]
pub(crate) struct Holder(Arc<AtomicUsize>);

impl Holder {
    fn held(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// One place, for as long as it is not dropped.
pub(crate) struct Place {
    hall: Arc<Mutex<Hall>>,
    holder: Holder,
}

impl Place {
    /// Whether its plugin holds no other.
    pub(crate) fn is_only_one(&self) -> bool {
        self.holder.held() == 1
    }
}

impl Places {
    pub(crate) fn new(count: usize) -> Self {
        Self(Arc::new(Mutex::new(Hall { free: count, queue: VecDeque::new() })))
    }

    /// A place for one call of the plugin; waits until it may have one.
    pub(crate) async fn take(&self, holder: &Holder) -> Place {
        let waits = {
            let mut hall = lock(&self.0);
            // Whoever waits is over its share, or nothing is free: so passing the queue takes nothing away.
            if hall.may_take(holder) {
                return hall.seat(&self.0, holder.clone());
            }
            let (wake, waits) = oneshot::channel();
            hall.queue.push_back(Waiter { holder: holder.clone(), wake });
            waits
        };
        match waits.await {
            Ok(place) => place,
            // The hall outlives its waiters, since each holds the engine: nobody drops the sender.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Hall {
    fn may_take(&self, holder: &Holder) -> bool {
        holder.held() < self.free
    }

    fn seat(&mut self, hall: &Arc<Mutex<Self>>, holder: Holder) -> Place {
        self.free -= 1;
        holder.0.fetch_add(1, Ordering::Relaxed);
        Place { hall: hall.clone(), holder }
    }

    /// The first of the queue that may have a place now. Those who gave up are forgotten on the way.
    fn next(&mut self, hall: &Arc<Mutex<Self>>) -> Option<(oneshot::Sender<Place>, Place)> {
        self.queue.retain(|waiter| !waiter.wake.is_closed());
        let index = self.queue.iter().position(|waiter| self.may_take(&waiter.holder))?;
        let Waiter { holder, wake } = self.queue.remove(index)?;
        Some((wake, self.seat(hall, holder)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        {
            let mut hall = lock(&self.hall);
            hall.free += 1;
            self.holder.0.fetch_sub(1, Ordering::Relaxed);
        }
        loop {
            // A place that cannot be handed over is dropped, and comes back here: never under the lock.
            let next = lock(&self.hall).next(&self.hall);
            match next {
                Some((wake, place)) => _ = wake.send(place),
                None => return,
            }
        }
    }
}

/// The counters stay right whatever panicked while they were held.
fn lock(hall: &Mutex<Hall>) -> MutexGuard<'_, Hall> {
    hall.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::{Pin, pin},
        task::{Context, Poll, Waker},
    };

    use super::{Holder, Place, Places};

    fn poll<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    fn take(places: &Places, holder: &Holder) -> Option<Place> {
        poll(pin!(places.take(holder)))
    }

    /// As many places as the plugin can get.
    fn fill(places: &Places, holder: &Holder) -> Vec<Place> {
        std::iter::from_fn(|| take(places, holder)).collect()
    }

    #[test]
    fn each_plugin_gets_half_of_what_is_left() {
        let places = Places::new(32);
        let plugins: Vec<_> = (0..6).map(|_| Holder::default()).collect();
        let held: Vec<_> = plugins.iter().map(|plugin| fill(&places, plugin)).collect();
        let counts: Vec<_> = held.iter().map(Vec::len).collect();
        assert_eq!(counts, [16, 8, 4, 2, 1, 1], "greedy plugins, one after another");
        drop(held);
        assert_eq!(fill(&places, &plugins[0]).len(), 16, "all places came back");
    }

    #[test]
    fn a_freed_place_goes_to_the_first_that_may_have_it() {
        let places = Places::new(4);
        let (greedy, modest) = (Holder::default(), Holder::default());
        let mut held = fill(&places, &greedy);
        assert_eq!(held.len(), 2);
        let last = take(&places, &modest).unwrap();
        let mut second = pin!(places.take(&greedy));
        let mut third = pin!(places.take(&modest));
        assert!(poll(second.as_mut()).is_none() && poll(third.as_mut()).is_none());
        drop(held.pop());
        let got = poll(second.as_mut());
        assert!(got.is_some(), "it came first, and holds fewer than are free");
        assert!(poll(third.as_mut()).is_none());
        drop(last);
        assert!(poll(third.as_mut()).is_some());
    }

    #[test]
    fn who_gives_up_leaves_nothing_behind() {
        let places = Places::new(1);
        let holder = Holder::default();
        let held = take(&places, &holder).unwrap();
        for _ in 0..1000 {
            assert!(take(&places, &holder).is_none());
        }
        {
            let mut waits = Box::pin(places.take(&holder));
            assert!(poll(waits.as_mut()).is_none());
            drop(held);
            // The place is on its way to it and must come back.
        }
        assert!(take(&places, &holder).is_some());
    }
}
