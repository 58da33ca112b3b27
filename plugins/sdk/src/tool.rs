//! What a tool is: one trait to implement, and the definition that the host enforces.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Api, Failure, Method};

/// One tool: what it is, what it takes, what it answers and how it runs.
pub trait Tool {
    /// The arguments. Doc comments on fields become descriptions; write `#[serde(deny_unknown_fields)]` on this
    /// struct and on every struct in it, because the host admits closed schemas only.
    type Arguments: DeserializeOwned + JsonSchema;
    /// The answer: an object. Skip what is `None` (`skip_serializing_if`).
    type Output: Answer + JsonSchema;
    /// Name, texts, effect and rows.
    const DEFINITION: Definition;

    /// Runs one call.
    ///
    /// # Errors
    /// What the model should read instead of an answer; `?` on the helpers of this crate gives the right case.
    fn run(arguments: Self::Arguments, api: &impl Api) -> Result<Self::Output, Failure>;
}

/// What a tool can answer: every type that serializes, and [`Whole`](crate::Whole).
pub trait Answer {
    /// The answer as JSON.
    ///
    /// # Errors
    /// [`Failure::Other`] where it cannot be written, such as a map whose keys are no text.
    fn into_json(self) -> Result<String, Failure>;
}

impl<T: Serialize> Answer for T {
    fn into_json(self) -> Result<String, Failure> {
        serde_json::to_string(&self).map_err(|error| Failure::Other(format!("answer: {error}")))
    }
}

/// What the manifest says of a tool, beside its schemas.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// `[a-z0-9_]{1,60}`, unique among all loaded plugins.
    pub name: &'static str,
    /// Verb and object, as in "List applications"; it also opens the error text "Failed to list applications".
    pub title: &'static str,
    /// First a sentence of verb and object, then when to use the tool and when not; at most 500 characters.
    pub description: &'static str,
    /// What a call does to the tenant.
    pub effect: Effect,
    /// The only rows of the Management API that a call can reach.
    pub endpoints: &'static [Endpoint],
}

/// What a call does to the tenant. The host enforces it on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// GET requests and nothing else.
    ReadOnly,
    /// Anything that the rows cover.
    Write {
        /// It may change or remove what is already there.
        destructive: bool,
        /// The same call again changes nothing more.
        idempotent: bool,
    },
}

/// One row of the Management API.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// The HTTP method.
    pub method: Method,
    /// Relative to `/api/v2/`, one brace pair for each segment that varies: `clients/{client_id}`.
    pub path: &'static str,
    /// The OAuth scopes it needs, all of them.
    pub scopes: &'static [&'static str],
}

impl Endpoint {
    /// A row of any method.
    #[must_use]
    pub const fn new(method: Method, path: &'static str, scopes: &'static [&'static str]) -> Self {
        Self { method, path, scopes }
    }
}
