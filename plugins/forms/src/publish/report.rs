//! What a call has done so far: the steps of its answer, and what a failure says of a state left half-way.

use auth0_mcp_plugin::{Failure, Refusal};
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
        match failure {
            Failure::Tenant(mut error) => {
                error.message = format!("{}. {done}", error.message.trim_end_matches('.'));
                Failure::Tenant(error)
            }
            Failure::Refused(refusal) => Failure::Other(format!("{}. {done}", words(&refusal))),
            Failure::Other(text) | Failure::InvalidArguments(text) => {
                Failure::Other(format!("{text}. {done}"))
            }
        }
    }
}

/// A refusal in short: the long text is the host's, and has no room for what was done before.
fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotGranted(text)
        | Refusal::InvalidRequest(text)
        | Refusal::Unreachable(text)
        | Refusal::MalformedAnswer(text) => text.trim_end_matches('.').to_owned(),
        Refusal::InsufficientScope(scopes) => format!("the sign-in lacks {}", scopes.join(" and ")),
        Refusal::SessionExpired => "the sign-in has expired; the user must sign in again".into(),
        Refusal::RateLimited(seconds) => format!("the rate limit is used up for {seconds} s"),
        Refusal::TimedOut => "the tenant did not answer in the call's time".into(),
        Refusal::TooLarge(limit) => format!("an answer has more than {limit} bytes"),
    }
}
