//! The conformance kit: does a plugin keep the rules that the host, its operators and its users rely on?
//!
//! It runs the plugin as the product does, in the same sandbox, with the real grant, the real client over HTTPS and
//! the real masks; only the tenant is a [`stub`] on this machine, which answers from the author's [`fixtures`] and,
//! in most checks, worse than that. In reading order: [`Kit`] opens the component and makes the [`report`]; [`bench`]
//! runs one call; [`samples`] makes arguments from a schema; [`checks`] holds the rules, one file an idea.

mod bench;
mod checks;
mod difference;
pub mod fixtures;
pub mod report;
mod samples;
mod stub;
mod twist;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use auth0_mcp_sandbox::{Compiled, Engine, Limits, OpenError, PluginFault, imports};

use crate::catalog::admit::{self, Examined, Refused, clash::Taken, compiler::Compiler};
pub use bench::BenchError;
use bench::{Bench, Ended};
use checks::Context;
use fixtures::Fixtures;
use report::{Check, Finding, Report, Subject};
use stub::Script;

/// How often a call is timed.
const TIMED: usize = 15;

/// What the first check is about.
const COMPONENT: [&str; 3] = [
    "component",
    "it is a component of the world auth0-mcp:plugin@1.0.0, and its manifest is admitted",
    "the host refuses anything else",
];

/// Tests components one after another. The same component with other fixtures is not compiled again.
pub struct Kit {
    engine: Arc<Engine>,
    compiler: Compiler,
    /// The names of plugins that it is tested beside.
    taken: Taken,
    last: Option<Last>,
}

/// The component that was tested last.
struct Last {
    digest: String,
    code: Compiled,
}

impl Kit {
    /// A kit that has tested nothing yet, beside plugins whose names are `taken`.
    ///
    /// # Errors
    /// [`BenchError::Engine`]
    pub fn new(taken: Taken) -> Result<Self, BenchError> {
        let engine = Arc::new(Engine::new()?);
        Ok(Self { engine, compiler: Compiler::default(), taken, last: None })
    }

    /// Tests a component. `note` hears what is going on, since compiling can take most of a minute.
    ///
    /// # Errors
    /// [`BenchError`] where nothing can be tested on this machine. What is wrong with the plugin is in the report.
    pub async fn run(
        &mut self,
        component: &[u8],
        fixtures: &Fixtures,
        note: &dyn Fn(&str),
    ) -> Result<Report, BenchError> {
        let started = Instant::now();
        let Examined { digest, size, imports, manifest, code, compiled_in, plugin } =
            match self.examine(component, note).await {
                Ok(examined) => examined,
                Err(refused) => return Ok(not_admitted(component, &refused, started)),
            };
        let mut subject = Subject {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            digest: digest.clone(),
            bytes: size,
            imports,
            compile_seconds: compiled_in.as_secs_f64(),
            call_milliseconds: None,
        };
        self.last = Some(Last { digest, code });
        note(&format!("testing {} {}", manifest.name, manifest.version));
        let shown = serde_json::to_value(&manifest).ok();
        let bench = Bench::new(manifest, plugin).await?;
        let context = Context::new(bench, component, fixtures, &self.taken);
        let (mut checks, exchanges) = checks::run(&context).await;
        checks.insert(0, Check::required(COMPONENT, "", vec![]));
        subject.call_milliseconds = time(&context).await;
        Ok(finish(subject, started, context.bench.calls(), checks, exchanges, shown))
    }

    async fn examine(
        &mut self,
        component: &[u8],
        note: &dyn Fn(&str),
    ) -> Result<Examined, Refused> {
        let (engine, limits) = (&self.engine, Limits::default());
        match self.last.take() {
            Some(Last { digest, code }) if digest == admit::digest(component) => {
                admit::examine_compiled(engine, component, code, Duration::ZERO, limits).await
            }
            _ => {
                note(&format!("compiling {} bytes", component.len()));
                admit::examine(engine, &self.compiler, component, limits).await
            }
        }
    }
}

/// The report on a component that no host would take.
fn not_admitted(component: &[u8], refused: &Refused, started: Instant) -> Report {
    let subject = Subject {
        digest: admit::digest(component),
        bytes: component.len(),
        imports: imports(component).unwrap_or_default(),
        ..Subject::default()
    };
    let advice = match refused {
        Refused::TooLarge(_) => "leave out what the plugin does not need",
        Refused::Open(OpenError::CoreModule) => {
            "run that on the module, and test the component that it writes"
        }
        Refused::Open(_) => {
            "build it for the world `plugin` of the WIT as it was given, to which nothing can be added; `auth0-mcp plugin new` starts a project that does"
        }
        Refused::Compile(_) => "build it with a current compiler and without debug information",
        Refused::Describe(PluginFault::Panic(_)) => "correct what the text names",
        Refused::Describe(_) => {
            "look for a value of another type in a definition (a schema is JSON text, an effect is one of the contract's, scopes are a list), and do nothing else in `describe`"
        }
        Refused::Manifest(_) => concat!(
            "correct the manifest (in Rust, `#[serde(deny_unknown_fields)]` closes a schema); the rules: ",
            env!("CARGO_PKG_REPOSITORY"),
            "/blob/main/wit/README.md"
        ),
        Refused::Fickle => "`describe` must not depend on time, chance or files",
        Refused::Schema { .. } => {
            "correct the schema; a pattern is compiled within 1 MiB, so bound its repetitions"
        }
    };
    let finding = Finding::new(refused.to_string(), advice);
    let check = Check::required(COMPONENT, "", vec![finding]);
    finish(subject, started, 0, vec![check], vec![], None)
}

fn finish(
    plugin: Subject,
    started: Instant,
    calls: usize,
    checks: Vec<Check>,
    fixtures: Vec<report::Exchange>,
    manifest: Option<serde_json::Value>,
) -> Report {
    let passed = checks.iter().all(|check| check.status != report::Status::Failed);
    let seconds = started.elapsed().as_secs_f64();
    Report { plugin, passed, calls, seconds, checks, fixtures, manifest }
}

/// The median time of a call that works, in milliseconds.
async fn time(context: &Context<'_>) -> Option<f64> {
    let tool = context.tools().first()?;
    let base = context.base(tool);
    let mut times = Vec::with_capacity(TIMED);
    for _ in 0..TIMED {
        let script = Script::Canned(base.responses.clone());
        let trace = context.bench.call(tool, &base.arguments, script).await;
        if matches!(trace.ended, Ended::Fault(_)) {
            return None;
        }
        times.push(trace.took);
    }
    times.sort_unstable();
    Some(times[TIMED / 2].as_secs_f64() * 1_000.0)
}
