//! The rules, in the order of the report.

mod answers;
mod arguments;
mod exceptions;
mod faults;
mod manifest;
mod rows;
mod secrets;

use std::sync::{Mutex, PoisonError};

use auth0_mcp_sandbox::manifest::Tool;
use serde_json::{Map, Value};

use crate::catalog::admit::clash::Taken;

use super::{
    bench::{self, Bench, Ended, Trace},
    fixtures::{self, Fixtures},
    report::{Check, Exchange},
    samples::Samples,
    stub::Script,
};

/// What every check looks at.
pub(crate) struct Context<'c> {
    pub(crate) bench: Bench,
    pub(crate) component: &'c [u8],
    pub(crate) fixtures: &'c Fixtures,
    pub(crate) taken: &'c Taken,
    /// Every call that was made, with its tool: for the rules about all of them.
    traces: Mutex<Vec<(String, Trace)>>,
}

/// A call of a tool that works, as far as one is known: what is made worse in the checks.
pub(crate) struct Base {
    pub(crate) arguments: Map<String, Value>,
    pub(crate) responses: Vec<fixtures::Response>,
}

/// Runs all checks.
pub(crate) async fn run(context: &Context<'_>) -> (Vec<Check>, Vec<Exchange>) {
    let mut checks = manifest::checks(context).await;
    let (answers, exchanges) = answers::checks(context).await;
    checks.extend(answers);
    checks.extend(arguments::checks(context).await);
    checks.extend(faults::checks(context).await);
    checks.extend(secrets::checks(context).await);
    // Last, since these are about all calls.
    checks.push(exceptions::check(context));
    checks.extend(rows::checks(context).await);
    (checks, exchanges)
}

impl<'c> Context<'c> {
    pub(crate) fn new(
        bench: Bench,
        component: &'c [u8],
        fixtures: &'c Fixtures,
        taken: &'c Taken,
    ) -> Self {
        Self { bench, component, fixtures, taken, traces: Mutex::default() }
    }

    pub(crate) fn tools(&self) -> &[Tool] {
        &self.bench.manifest.tools
    }

    /// Runs a call and remembers it.
    pub(crate) async fn call(
        &self,
        tool: &Tool,
        arguments: &Map<String, Value>,
        script: Script,
    ) -> Trace {
        let trace = self.bench.call(tool, arguments, script).await;
        self.remember(tool, trace.clone());
        trace
    }

    pub(crate) fn remember(&self, tool: &Tool, trace: Trace) {
        let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        traces.push((tool.name.clone(), trace));
    }

    /// Every call of a tool so far.
    pub(crate) fn traces(&self, tool: &Tool) -> Vec<Trace> {
        let traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        traces
            .iter()
            .filter(|(name, _)| *name == tool.name)
            .map(|(_, trace)| trace.clone())
            .collect()
    }

    /// The call that the checks of a tool start from: the first of the fixtures that ended in an answer and sent a
    /// request, or in an answer; without fixtures the least that the schema asks for.
    pub(crate) fn base(&self, tool: &Tool) -> Base {
        let good = |call: &&fixtures::Call| {
            call.expect.as_ref().is_none_or(|expect| expect.failure.is_none())
        };
        let calls: Vec<_> = self.fixtures.of(&tool.name).filter(good).collect();
        let sends = calls.iter().find(|call| !call.responses.is_empty());
        match sends.or(calls.first()) {
            Some(call) => {
                Base { arguments: call.arguments.clone(), responses: call.responses.clone() }
            }
            None => {
                let schema = Value::Object(tool.input_schema.clone());
                Base { arguments: Samples::new(&schema).least(), responses: self.by_row(tool) }
            }
        }
    }

    /// Answers for calls that no fixture foresees.
    pub(crate) fn by_row(&self, tool: &Tool) -> Vec<fixtures::Response> {
        let known: Vec<_> = self.fixtures.of(&tool.name).flat_map(|call| &call.responses).collect();
        bench::by_row(tool, &known)
    }
}

/// Whether two calls ended alike, byte for byte.
pub(crate) fn same(a: &Ended, b: &Ended) -> bool {
    match (a, b) {
        (Ended::Answer(a), Ended::Answer(b)) => a == b,
        (Ended::Failure(a), Ended::Failure(b)) => bench::failure_json(a) == bench::failure_json(b),
        (Ended::Fault(a), Ended::Fault(b)) => a == b,
        _ => false,
    }
}

/// `1 call`, `2 calls`.
pub(crate) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
