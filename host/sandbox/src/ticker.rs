//! Gives spinning guests a chance to be stopped, and costs nothing while none runs.
//!
//! A guest that only computes never returns to the async runtime, so no timer could stop it. While at least
//! one call runs, a thread advances the engine's epoch; at each tick wasm code yields, and the call's
//! deadline is checked. With no call running the thread sleeps on a condition variable.

use std::{
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use wasmtime::EngineWeak;

/// How long a guest may compute before it yields to the other calls.
pub(crate) const TICK: Duration = Duration::from_millis(10);

#[derive(Default)]
struct Calls {
    running: usize,
    thread_started: bool,
    thread_waits: bool,
    stop: bool,
}

/// Counts the running calls and owns the thread that ticks for them.
pub(crate) struct Ticker {
    shared: Arc<(Mutex<Calls>, Condvar)>,
    engine: EngineWeak,
}

impl Ticker {
    pub(crate) fn new(engine: EngineWeak) -> Self {
        Self { shared: Arc::default(), engine }
    }

    /// Ticks until the returned guard is dropped.
    pub(crate) fn run(&self) -> Running {
        let mut calls = lock(&self.shared.0);
        calls.running += 1;
        let started = mem::replace(&mut calls.thread_started, true);
        let waits = mem::take(&mut calls.thread_waits);
        drop(calls);
        if !started {
            let (shared, engine) = (self.shared.clone(), self.engine.clone());
            thread::spawn(move || tick(&shared, &engine));
        } else if waits {
            self.shared.1.notify_one();
        }
        Running(self.shared.clone())
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        lock(&self.shared.0).stop = true;
        self.shared.1.notify_one();
    }
}

/// One running call.
pub(crate) struct Running(Arc<(Mutex<Calls>, Condvar)>);

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.0.0).running -= 1;
    }
}

fn tick(shared: &(Mutex<Calls>, Condvar), engine: &EngineWeak) {
    loop {
        let mut calls = lock(&shared.0);
        while calls.running == 0 && !calls.stop {
            calls.thread_waits = true;
            calls = shared.1.wait(calls).unwrap_or_else(PoisonError::into_inner);
        }
        if calls.stop {
            return;
        }
        drop(calls);
        thread::sleep(TICK);
        match engine.upgrade() {
            Some(engine) => engine.increment_epoch(),
            None => return,
        }
    }
}

/// The counters stay right whatever panicked while they were held.
fn lock(calls: &Mutex<Calls>) -> MutexGuard<'_, Calls> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}
