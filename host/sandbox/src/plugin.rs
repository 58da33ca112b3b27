//! A component, ready to be called.

use std::{sync::Arc, time::Duration};

use wasmtime::component::Component;

use crate::{
    Capabilities, Compiled, Deny, Engine, Folders, Limits, OpenError, PluginFault,
    bindings::PluginPre,
    contract::{Failure, Manifest},
    places::Holder,
    state::State,
    store::{Call, CallStore},
    text::escaped,
    wasi::WasiState,
};

/// How long a plugin may take to describe itself: it has nothing to compute and nobody to ask.
const DESCRIBE: Duration = Duration::from_secs(5);

/// A component whose imports are linked. Cheap to call: each call gets a store and an instance of its own
/// (about 20 µs), so nothing of one call is left for the next.
pub struct Plugin {
    engine: Arc<Engine>,
    holder: Holder,
    component: Linked,
}

/// A component with what it is linked to.
enum Linked {
    /// The contract alone.
    Contract(PluginPre<State>),
    /// The contract and WASI, with the folders that the operator granted.
    Wasi(PluginPre<WasiState>, Folders),
}

impl Plugin {
    /// Loads compiled code and links it to the imports of the world; to WASI only if it imports some of it,
    /// and then without any folder.
    ///
    /// # Errors
    /// The code is damaged or of another engine, or it does not fit the world.
    pub fn open(engine: &Arc<Engine>, code: &Compiled) -> Result<Self, OpenError> {
        // SAFETY: `Compiled` comes from our compiler or from bytes that its maker vouched for.
        #[expect(unsafe_code, reason = "loads our own compiled code")]
        let component = unsafe { Component::deserialize(&engine.wasmtime, code.bytes()) };
        let component = component.map_err(|error| OpenError::CompiledCode(format!("{error:#}")))?;
        let component = link(engine, &component)?;
        Ok(Self { engine: engine.clone(), holder: Holder::default(), component })
    }

    /// The plugin with the folders that the operator granted to it.
    ///
    /// # Errors
    /// There are folders and the plugin imports no WASI: a mistake of whoever granted them.
    pub fn with_folders(self, granted: Folders) -> Result<Self, OpenError> {
        let component = match self.component {
            Linked::Wasi(component, _) => Linked::Wasi(component, granted),
            Linked::Contract(_) if !granted.is_empty() => return Err(OpenError::NoUseForFolders),
            contract @ Linked::Contract(_) => contract,
        };
        Ok(Self { component, ..self })
    }

    /// Asks the plugin for its manifest, with every import of the contract refusing and no folder.
    ///
    /// # Errors
    /// The plugin trapped, or a limit stopped it.
    pub async fn describe(&self, limits: Limits) -> Result<Manifest, PluginFault> {
        let limits = Limits { deadline: limits.deadline.min(DESCRIBE), ..limits };
        let call = Call::begin(&self.engine, &self.holder, Arc::new(Deny), limits).await?;
        match &self.component {
            Linked::Contract(component) => {
                CallStore::new(&self.engine, call, |state| state).describe(component).await
            }
            Linked::Wasi(component, _) => {
                let data = |state| WasiState::new(state, Folders::default());
                CallStore::new(&self.engine, call, data).describe(component).await
            }
        }
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
        let call = Call::begin(&self.engine, &self.holder, capabilities, limits).await?;
        let answer = match &self.component {
            Linked::Contract(component) => {
                let store = CallStore::new(&self.engine, call, |state| state);
                store.call(component, tool, arguments).await?
            }
            Linked::Wasi(component, folders) => {
                let data = |state| WasiState::new(state, folders.clone());
                CallStore::new(&self.engine, call, data).call(component, tool, arguments).await?
            }
        };
        let (bytes, limit) = match &answer {
            Ok(json) => (json.len(), limits.answer),
            Err(failure) => (failure.text_bytes(), limits.failure),
        };
        if bytes > limit {
            return Err(PluginFault::AnswerTooLarge { bytes, limit });
        }
        // A failure is shown to people and read by a model; an answer is JSON, whose texts are data.
        Ok(answer.map_err(|failure| failure.map(|text| escaped(&text))))
    }
}

fn link(engine: &Engine, component: &Component) -> Result<Linked, OpenError> {
    let world = |error: wasmtime::Error| OpenError::World(format!("{error:#}"));
    let needs_wasi = component
        .component_type()
        .imports(&engine.wasmtime)
        .any(|(name, _)| name.starts_with("wasi:"));
    if needs_wasi {
        let linker = engine.wasi_linker()?;
        let linked = linker.instantiate_pre(component).and_then(PluginPre::new);
        return Ok(Linked::Wasi(linked.map_err(world)?, Folders::default()));
    }
    let linked = engine.linker.instantiate_pre(component).and_then(PluginPre::new);
    Ok(Linked::Contract(linked.map_err(world)?))
}
