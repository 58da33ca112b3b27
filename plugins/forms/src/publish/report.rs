//! What a call has done so far: the steps of its answer, and what a failure says of a state left half-way.

use auth0_mcp_plugin::{Failure, actions::after};
use schemars::JsonSchema;
use serde::Serialize;

/// One step.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Step {
    step: &'static str,
    /// checked, done, or already so
    outcome: &'static str,
    detail: String,
}

/// The steps so far, and what else is to be known.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) steps: Vec<Step>,
    pub(crate) notes: Vec<String>,
}

const DONE: &str = "done";

impl Report {
    /// A step that only looks.
    pub(crate) fn checked(&mut self, step: &'static str, detail: String) {
        self.steps.push(Step { step, outcome: "checked", detail });
    }

    /// A step that changed the tenant.
    pub(crate) fn done(&mut self, step: &'static str, detail: String) {
        self.steps.push(Step { step, outcome: DONE, detail });
    }

    /// A step that had been done before this call.
    pub(crate) fn already(&mut self, step: &'static str, detail: String) {
        self.steps.push(Step { step, outcome: "already so", detail });
    }

    /// Whether the tenant was changed.
    pub(crate) fn changed(&self) -> bool {
        self.steps.iter().any(|step| step.outcome == DONE)
    }

    /// A failure, with what was done before it.
    pub(crate) fn stop(&self, failure: Failure) -> Failure {
        let done: Vec<&str> = self
            .steps
            .iter()
            .filter(|step| step.outcome == DONE)
            .map(|step| step.detail.as_str())
            .collect();
        if done.is_empty() {
            return failure;
        }
        let done = format!("Done before and left so: {}. Call again to go on", done.join("; "));
        after(failure, &done)
    }
}
