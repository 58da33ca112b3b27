//! The store of one call: fresh for each, with its deadline, its limits and its place.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::timeout_at;
use wasmtime::{Result, Store, UpdateDeadline};

use crate::{
    Capabilities, Engine, Limits, PluginFault,
    bindings::PluginPre,
    contract::{Failure, Manifest},
    places::{Holder, Place},
    state::State,
    ticker::{Running, TICK},
    turns::Turns,
};

/// How many bytes a guest may hand to the host in one go: in the arguments of an import, or as its answer. The
/// lists and texts of one value may overlap in the guest's memory, so its size there bounds nothing here.
const HANDED_OVER: usize = 32 << 20;

/// What a store holds: the call, and for some plugins more.
pub(crate) trait Data: Send + 'static {
    fn call(&self) -> &State;
    fn call_mut(&mut self) -> &mut State;
}

/// What one call begins with: once there is a place for it. Waiting counts against the deadline.
pub(crate) struct Call {
    pub(crate) state: State,
    deadline: Instant,
    running: Running,
    place: Place,
}

impl Call {
    pub(crate) async fn begin(
        engine: &Engine,
        holder: &Holder,
        capabilities: Arc<dyn Capabilities>,
        limits: Limits,
    ) -> std::result::Result<Self, PluginFault> {
        let deadline = Instant::now() + limits.deadline;
        let Ok(place) = timeout_at(deadline.into(), engine.places.take(holder)).await else {
            return Err(PluginFault::Busy(limits.deadline));
        };
        let state = State::new(capabilities, limits, deadline);
        Ok(Self { state, deadline, running: engine.ticker.run(), place })
    }
}

/// A store with everything that has to live as long as it.
pub(crate) struct CallStore<T: 'static> {
    inner: Store<T>,
    deadline: Instant,
    _running: Running,
    // Last, so that the store's memory is back in the pool before the next call gets the place.
    place: Place,
}

impl<T: Data> CallStore<T> {
    /// `data` makes what the store holds of the call's own state.
    pub(crate) fn new(engine: &Engine, call: Call, data: impl FnOnce(State) -> T) -> Self {
        let Call { state, deadline, running, place } = call;
        let mut inner = Store::new(&engine.wasmtime, data(state));
        inner.limiter(|data| &mut data.call_mut().limiter);
        inner.set_hostcall_fuel(HANDED_OVER);
        inner.set_epoch_deadline(1);
        // At each tick the guest yields, so that other calls run and `timeout_at` can end this one. The
        // check below is the second lock on the same door: it holds even if nobody polls the timer.
        let last = deadline + Duration::from_millis(100);
        let mut turns = Turns::new(&engine.crowd);
        inner.epoch_deadline_callback(move |context| {
            let now = Instant::now();
            Ok(if now > last {
                UpdateDeadline::Interrupt
            } else {
                let for_long = context.data().call().has_computed_for(TICK, now);
                UpdateDeadline::YieldCustom(1, turns.next(for_long))
            })
        });
        Self { inner, deadline, _running: running, place }
    }

    pub(crate) async fn describe(
        mut self,
        component: &PluginPre<T>,
    ) -> std::result::Result<Manifest, PluginFault> {
        let run = async {
            let plugin = component.instantiate_async(&mut self.inner).await?;
            plugin.auth0_mcp_plugin_toolset().call_describe(&mut self.inner).await
        };
        let ended = timeout_at(self.deadline.into(), run).await;
        self.outcome(ended)
    }

    pub(crate) async fn call(
        mut self,
        component: &PluginPre<T>,
        tool: &str,
        arguments: &str,
    ) -> std::result::Result<std::result::Result<String, Failure>, PluginFault> {
        let (tool, arguments) = (tool.to_owned(), arguments.to_owned());
        let run = async {
            let plugin = component.instantiate_async(&mut self.inner).await?;
            plugin.auth0_mcp_plugin_toolset().call_call(&mut self.inner, &tool, &arguments).await
        };
        let ended = timeout_at(self.deadline.into(), run).await;
        let outcome = self.outcome(ended);
        self.end_later();
        outcome
    }

    /// Gives the memory back when the answer is on its way: a tenth of a call's time. At once where other calls of the
    /// plugin run, since one may wait for the place.
    fn end_later(self) {
        if self.place.is_only_one() {
            tokio::spawn(async move {
                // Each goes on when the runtime has nothing else to do. By the first the answer is written; where
                // the client's next line has come meanwhile, by the second its request is under way.
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
                drop(self);
            });
        }
    }

    fn outcome<R>(
        &self,
        ended: std::result::Result<Result<R>, tokio::time::error::Elapsed>,
    ) -> std::result::Result<R, PluginFault> {
        let state = self.inner.data().call();
        match ended {
            Err(_) => Err(PluginFault::Deadline(state.limits().deadline)),
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(PluginFault::of(&error, state)),
        }
    }
}
