//! A component, ready to be called.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::SemaphorePermit, time::timeout_at};
use wasmtime::{Store, UpdateDeadline, component::Component};

use crate::{
    Capabilities, Compiled, Deny, Engine, Limits, OpenError, PluginFault,
    bindings::PluginPre,
    contract::{Failure, Manifest},
    state::State,
};

/// A component whose imports are linked. Cheap to call: each call gets a store and an instance of its own
/// (about 50 µs), so nothing of one call is left for the next.
pub struct Plugin {
    engine: Arc<Engine>,
    instance: PluginPre<State>,
}

impl Plugin {
    /// Loads compiled code and links it to the imports of the world.
    ///
    /// # Errors
    /// The code is damaged or of another engine, or it does not fit the world.
    pub fn open(engine: &Arc<Engine>, code: &Compiled) -> Result<Self, OpenError> {
        // SAFETY: `Compiled` comes from our compiler or from bytes that its maker vouched for.
        #[expect(unsafe_code, reason = "loads our own compiled code")]
        let component = unsafe { Component::deserialize(&engine.wasmtime, code.bytes()) };
        let component = component.map_err(|error| OpenError::CompiledCode(format!("{error:#}")))?;
        let linked = engine.linker.instantiate_pre(&component).and_then(PluginPre::new);
        let instance = linked.map_err(|error| OpenError::World(format!("{error:#}")))?;
        Ok(Self { engine: engine.clone(), instance })
    }

    /// Asks the plugin for its manifest, with every import refusing.
    ///
    /// # Errors
    /// The plugin trapped, or a limit stopped it.
    pub async fn describe(&self, limits: Limits) -> Result<Manifest, PluginFault> {
        let mut store = self.store(Arc::new(Deny), limits).await?;
        let run = async {
            let plugin = self.instance.instantiate_async(&mut store.inner).await?;
            plugin.auth0_mcp_plugin_toolset().call_describe(&mut store.inner).await
        };
        let ended = timeout_at(store.deadline.into(), run).await;
        store.outcome(ended)
    }

    /// Calls one tool. `arguments` is JSON; so is the answer.
    ///
    /// The caller's task should be one that can be aborted: dropping the future stops the call and its HTTP.
    ///
    /// # Errors
    /// The outer error is a fault of the plugin; the inner one is its answer that the call failed.
    pub async fn call(
        &self,
        tool: &str,
        arguments: &str,
        capabilities: Arc<dyn Capabilities>,
        limits: Limits,
    ) -> Result<Result<String, Failure>, PluginFault> {
        let mut store = self.store(capabilities, limits).await?;
        let (tool, arguments) = (tool.to_owned(), arguments.to_owned());
        let run = async {
            let plugin = self.instance.instantiate_async(&mut store.inner).await?;
            plugin.auth0_mcp_plugin_toolset().call_call(&mut store.inner, &tool, &arguments).await
        };
        let ended = timeout_at(store.deadline.into(), run).await;
        let answer = store.outcome(ended)?;
        let (bytes, limit) = match &answer {
            Ok(json) => (json.len(), limits.answer),
            Err(failure) => (failure.text_bytes(), limits.failure),
        };
        if bytes > limit { Err(PluginFault::AnswerTooLarge { bytes, limit }) } else { Ok(answer) }
    }

    /// A fresh store, once there is a place for the call; waiting for it counts against the deadline.
    async fn store(
        &self,
        capabilities: Arc<dyn Capabilities>,
        limits: Limits,
    ) -> Result<CallStore<'_>, PluginFault> {
        let deadline = Instant::now() + limits.deadline;
        // The semaphore is never closed, so only the deadline can end the wait.
        let place = timeout_at(deadline.into(), self.engine.places.acquire()).await;
        let Ok(Ok(place)) = place else { return Err(PluginFault::Deadline(limits.deadline)) };
        let running = self.engine.ticker.run();
        let mut inner =
            Store::new(&self.engine.wasmtime, State::new(capabilities, limits, deadline));
        inner.limiter(|state| &mut state.limiter);
        inner.set_epoch_deadline(1);
        // At each tick the guest yields, so that other calls run and `timeout_at` can end this one. The
        // check below is the second lock on the same door: it holds even if nobody polls the timer.
        let last = deadline + Duration::from_millis(100);
        inner.epoch_deadline_callback(move |_| {
            Ok(if Instant::now() > last {
                UpdateDeadline::Interrupt
            } else {
                UpdateDeadline::Yield(1)
            })
        });
        Ok(CallStore { inner, deadline, limits, _running: running, _place: place })
    }
}

/// The store of one call, with its deadline.
struct CallStore<'a> {
    inner: Store<State>,
    deadline: Instant,
    limits: Limits,
    _running: crate::ticker::Running,
    // Last, so that the store's memory is back in the pool before the next call gets the place.
    _place: SemaphorePermit<'a>,
}

impl CallStore<'_> {
    fn outcome<T>(
        self,
        ended: Result<wasmtime::Result<T>, tokio::time::error::Elapsed>,
    ) -> Result<T, PluginFault> {
        match ended {
            Err(_) => Err(PluginFault::Deadline(self.limits.deadline)),
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(PluginFault::of(&error, self.inner.data(), &self.limits)),
        }
    }
}
