//! The sandbox alone, in this process: an engine, an opened plugin, and calls that no network answers.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use auth0_mcp::catalog::{Embedded, store::BUNDLE};
use auth0_mcp_sandbox::{
    Answer, Capabilities, Engine, Limits, Plugin,
    contract::{Level, Refusal, Request, Response},
};
use tokio::runtime::Runtime;

use crate::{
    figures::{Latencies, Series, microseconds},
    measure::Effort,
    world,
};

const TOOL: &str = "auth0_get_application";

/// What the sandbox costs, in microseconds.
pub(crate) struct Sandbox {
    /// Making the engine.
    pub(crate) engine: Series,
    /// Opening the plugin from its embedded code.
    pub(crate) open: Series,
    /// Store, instance and call of a tool whose one request is answered at once: p50 and p99.
    pub(crate) call: (f64, f64),
    /// The same for a call that the guest refuses itself.
    pub(crate) refused: (f64, f64),
}

/// Answers every request at once.
struct Scripted(String);

impl Capabilities for Scripted {
    fn send(&self, _: Request, _: Instant) -> Answer<'_, Result<Response, Refusal>> {
        let response = Response { status: 200, body: Some(self.0.clone()), next: None };
        Box::pin(async { Ok(response) })
    }

    fn started(&self) -> u64 {
        0
    }

    fn progress(&self, _: u32, _: Option<u32>, _: String) {}

    fn log(&self, _: Level, _: &str) {}
}

/// A plugin and what its calls get.
struct Bench {
    runtime: Runtime,
    plugin: Plugin,
    capabilities: Arc<Scripted>,
}

pub(crate) fn measure(effort: &Effort) -> Result<Sandbox> {
    let embedded = BUNDLE.iter().find(|plugin| plugin.name == "applications");
    let embedded = embedded.context("the bundle lacks the plugin `applications`")?;
    let engine = timed(20, Engine::new)?;
    let shared = Arc::new(Engine::new()?);
    let open = timed(50, || Plugin::open(&shared, &embedded.code))?;
    let bench = Bench::new(&shared, embedded)?;
    let id = world::World::id(0);
    let call = bench.calls(effort.sandbox, &format!(r#"{{"client_id":"{id}"}}"#), true)?;
    let refused = bench.calls(effort.sandbox, "{}", false)?;
    Ok(Sandbox { engine, open, call, refused })
}

impl Bench {
    fn new(engine: &Arc<Engine>, embedded: &Embedded) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let plugin = Plugin::open(engine, &embedded.code)?;
        let capabilities = Arc::new(Scripted(world::application(0).to_string()));
        Ok(Self { runtime, plugin, capabilities })
    }

    /// p50 and p99 after a warm-up of a tenth.
    fn calls(&self, count: usize, arguments: &str, succeeds: bool) -> Result<(f64, f64)> {
        for _ in 0..count / 10 {
            self.call(arguments, succeeds)?;
        }
        let times: Result<Vec<_>> = (0..count).map(|_| self.call(arguments, succeeds)).collect();
        let times = Latencies::new(times?);
        Ok((times.percentile(0.5) * 1e3, times.percentile(0.99) * 1e3))
    }

    fn call(&self, arguments: &str, succeeds: bool) -> Result<Duration> {
        let (capabilities, limits) = (self.capabilities.clone(), Limits::default());
        let began = Instant::now();
        let answer =
            self.runtime.block_on(self.plugin.call(TOOL, arguments, capabilities, limits))?;
        let took = began.elapsed();
        ensure!(answer.is_ok() == succeeds, "unexpected answer of the plugin: {answer:?}");
        Ok(took)
    }
}

/// How long it takes to make one; dropping it is not counted.
fn timed<T, E>(count: usize, make: impl Fn() -> Result<T, E>) -> Result<Series, E> {
    let once = |_| {
        let began = Instant::now();
        let made = make()?;
        let took = microseconds(began.elapsed());
        drop(black_box(made));
        Ok(took)
    };
    (0..count).map(once).collect()
}
