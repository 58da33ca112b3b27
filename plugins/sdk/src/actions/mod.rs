//! The life of an Auth0 Action, for plugins that write or deploy one: what an answer says, which runtime to take,
//! and how a draft becomes live.
//!
//! Source: Auth0's OpenAPI document (Management API v2, 2026-06-25) and its recorded traffic. The API leaves zero
//! values out of answers: a missing number is 0 and a missing boolean is false.

mod deploy;
mod halfway;
mod progress;
mod runtime;

use serde_json::Value;

use crate::{Api, Failure, Object, Request};

pub use deploy::{Deployed, deploy};
pub use halfway::after;
pub use progress::{Progress, Waits};
pub use runtime::{Trigger, trigger};

/// An Action as the API answers it.
#[derive(Clone, Debug)]
pub struct Action(pub Object);

impl Action {
    /// Reads one.
    ///
    /// # Errors
    /// What the tenant or the host answered instead; a 404 names the id.
    pub fn read(api: &impl Api, id: &str) -> Result<Self, Failure> {
        let answer = Request::get(["actions", "actions", id]).send(api)?;
        Ok(Self(answer.found(|| missing(id))?.json()?))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// The draft's source.
    #[must_use]
    pub fn code(&self) -> &str {
        self.text("code")
    }

    /// Where the build of the draft is: `pending`, `building`, `packaged`, `built`, `retrying` or `failed`.
    #[must_use]
    pub fn status(&self) -> &str {
        self.text("status")
    }

    /// Whether the draft is what runs.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        self.0.get("all_changes_deployed") == Some(&Value::Bool(true))
    }

    /// The version that runs.
    #[must_use]
    pub fn live(&self) -> Option<&Object> {
        self.0.get("deployed_version").and_then(Value::as_object)
    }

    /// The number of the version that runs, from 1; 0 where none does.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.live().map(number).unwrap_or_default()
    }

    /// The source that runs.
    #[must_use]
    pub fn live_code(&self) -> &str {
        self.live().and_then(|version| version.get("code")).and_then(Value::as_str).unwrap_or("")
    }

    fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

/// What a 404 on an Action means.
#[must_use]
pub fn missing(id: &str) -> String {
    format!("Action with id '{id}' not found.")
}

/// The number of a version.
fn number(version: &Object) -> u64 {
    version.get("number").and_then(Value::as_u64).unwrap_or_default()
}
