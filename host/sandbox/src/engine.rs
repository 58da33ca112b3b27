//! The wasmtime engine and the settings that make a guest harmless.

use std::{collections::HashMap, sync::OnceLock};

use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig,
    component::{HasSelf, Linker},
};

use crate::{
    Folders, OpenError, bindings,
    compiled::Compiled,
    imports,
    places::Places,
    shape,
    state::State,
    ticker::Ticker,
    turns::Crowd,
    wasi::{self, WasiState},
};

/// How many calls run at once. The client library allows as many requests to the tenant.
const CONCURRENT_CALLS: usize = 32;

/// What the instance of one component may be made of.
pub(crate) struct Parts {
    /// Core instances: the modules of a component and their adapters.
    pub(crate) instances: u32,
    /// Linear memories. Compilers make one.
    pub(crate) memories: u32,
    /// Tables. Compilers make one for each module, and adapters have one.
    pub(crate) tables: u32,
}

/// Python, with its libraries as modules of their own, has the most.
pub(crate) const PARTS: Parts = Parts { instances: 64, memories: 2, tables: 8 };

/// The most memory that any call may be given ([`crate::Limits::memory`] may be less).
const LARGEST_MEMORY: usize = 64 << 20;

/// Compiles and runs components. One for the process; cheap to make (about 0.3 ms), no thread until a call runs.
pub struct Engine {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) ticker: Ticker,
    /// One for each call that may run at once; the others wait, within their deadline.
    pub(crate) places: Places,
    pub(crate) crowd: Crowd,
    /// Made when the first plugin needs it: most sessions have none that does.
    wasi: OnceLock<Linker<WasiState>>,
    folders: HashMap<String, Folders>,
}

impl Engine {
    /// An engine for this machine.
    ///
    /// # Errors
    /// If wasmtime does not support this machine.
    pub fn new() -> Result<Self, OpenError> {
        Self::with_calls(CONCURRENT_CALLS)
    }

    /// An engine that runs at most so many calls at once; never more than [`Engine::new`] does.
    ///
    /// # Errors
    /// If wasmtime does not support this machine.
    pub fn with_calls(calls: usize) -> Result<Self, OpenError> {
        let refuse = |error: wasmtime::Error| OpenError::World(format!("{error:#}"));
        let wasmtime = pooled().or_else(|error| {
            // Under a limit of address space (`ulimit -v`): slower by some 40 µs a call, otherwise the same.
            tracing::debug!(
                "instances are allocated one by one, since no pool could be reserved: {error:#}"
            );
            wasmtime::Engine::new(&config(None)?)
        });
        let wasmtime = wasmtime.map_err(refuse)?;
        let mut linker = Linker::new(&wasmtime);
        bindings::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)
            .map_err(refuse)?;
        let ticker = Ticker::new(wasmtime.weak());
        let (places, crowd, wasi) =
            (Places::new(calls.min(CONCURRENT_CALLS)), Crowd::default(), OnceLock::new());
        Ok(Self { wasmtime, linker, ticker, places, crowd, wasi, folders: HashMap::new() })
    }

    /// The engine of a session in which the operator granted these folders, by the name of the plugin.
    #[must_use]
    pub fn granting(self, folders: HashMap<String, Folders>) -> Self {
        Self { folders, ..self }
    }

    /// What the operator granted to a plugin.
    #[must_use]
    pub fn folders(&self, plugin: &str) -> Folders {
        self.folders.get(plugin).cloned().unwrap_or_default()
    }

    /// The contract and WASI, for plugins that import both.
    pub(crate) fn wasi_linker(&self) -> Result<&Linker<WasiState>, OpenError> {
        if let Some(linker) = self.wasi.get() {
            return Ok(linker);
        }
        let linker = wasi::linker(&self.wasmtime);
        let linker = linker.map_err(|error| OpenError::World(format!("{error:#}")))?;
        Ok(self.wasi.get_or_init(|| linker))
    }

    /// Compiles a component for this machine, after checking that it asks for nothing that nobody gives, and
    /// that it is not of a shape to keep the compiler busy.
    ///
    /// # Errors
    /// The bytes are no component, import something unknown, are too large, or do not compile.
    pub fn compile(&self, component: &[u8]) -> Result<Compiled, OpenError> {
        check(component)?;
        compile_with(&self.wasmtime, component)
    }
}

/// Compiles a component for the baseline CPU of a target triple, so that the code runs on every machine of
/// that kind and not only on the one that built it.
///
/// # Errors
/// As [`Engine::compile`]; also if the target is not one that this build of wasmtime compiles for.
pub(crate) fn compile_for(target: &str, component: &[u8]) -> Result<Compiled, OpenError> {
    check(component)?;
    let engine = config(Some(target)).and_then(|config| wasmtime::Engine::new(&config));
    compile_with(&engine.map_err(|error| OpenError::CompiledCode(format!("{error:#}")))?, component)
}

/// What is checked on the bytes, before any of them reaches the compiler.
///
/// # Errors
/// As [`Engine::compile`], but for what only the compiler finds.
pub fn check(component: &[u8]) -> Result<(), OpenError> {
    imports::check(component)?;
    shape::check(component)
}

fn compile_with(engine: &wasmtime::Engine, component: &[u8]) -> Result<Compiled, OpenError> {
    match engine.precompile_component(component) {
        Ok(code) => Ok(Compiled::fresh(code)),
        Err(error) => Err(OpenError::NotAComponent(format!("{error:#}"))),
    }
}

/// An engine that takes memory, tables and stacks of its calls from a pool. They are reset before they are
/// given to the next call (wasmtime zeroes what was written, or maps the component's first image again); what
/// the pool saves is asking the system for them each time. It reserves about 4 GiB of address space and no memory.
fn pooled() -> wasmtime::Result<wasmtime::Engine> {
    let calls = CONCURRENT_CALLS as u32;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        // Each call has its full share, so no plugin can use up what another one needs.
        .max_core_instances_per_component(PARTS.instances)
        .max_memories_per_component(PARTS.memories)
        .max_tables_per_component(PARTS.tables)
        .total_core_instances(calls * PARTS.instances)
        .total_memories(calls * PARTS.memories)
        .total_tables(calls * PARTS.tables)
        .total_stacks(calls)
        .max_memory_size(LARGEST_MEMORY)
        // What a usual call touches stays with the pool; what a large one took beyond goes back to the system.
        .linear_memory_keep_resident(1 << 20)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = config(None)?;
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    wasmtime::Engine::new(&config)
}

/// Everything that changes what a guest can do or how its code is compiled. The build step and the running
/// host must agree on it, or precompiled code is refused.
fn config(target: Option<&str>) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Concurrency inside a component triples the cost of a call and nothing in our WIT is async.
        .concurrency_support(false)
        // Loops are stopped, see `ticker`.
        .epoch_interruption(true)
        // One input, one output: a call can be replayed to the byte.
        .cranelift_nan_canonicalization(true)
        // Less to attack: nothing that Rust, JavaScript or Python guests need.
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_gc(false)
        // No guard pages (the default takes 4 GiB of address space for each memory): explicit bounds checks,
        // which also carry the Spectre mitigation that guard pages lack. Memories grow in place.
        .memory_reservation(LARGEST_MEMORY as u64)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .guard_before_linear_memory(false)
        // With explicit checks only, the protection of a pooled memory need not be set back after a call that
        // grew it (two system calls each), and the process has no signal handlers.
        .signals_based_traps(false)
        // Maps from machine code back to wasm offsets: a tenth of the code's size, for backtraces that
        // nobody reads. The panic text comes through `log`.
        .generate_address_map(false);
    if let Some(target) = target {
        config.target(target)?;
    }
    Ok(config)
}
