//! One rule of a policy with its place, and a decision that rests on it.

use std::{fmt, sync::Arc};

/// A rule and where it stands: `deny.families has "actions" (/etc/auth0-mcp/policy.toml:7)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What it says, on one line.
    pub text: String,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", self.text, self.file, self.line)
    }
}

/// Why the policy refuses something. The whole text is for the operator; [`Denial::short`] is for the model,
/// which learns that it was the policy and not where that is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {rule}")]
pub struct Denial {
    /// What is refused.
    pub what: String,
    /// By which rule.
    pub rule: Rule,
}

impl Denial {
    pub(super) fn new(what: String, rule: &Rule) -> Self {
        Self { what, rule: rule.clone() }
    }

    /// For the model.
    #[must_use]
    pub fn short(&self) -> String {
        format!("the operator's policy does not allow it: {}", self.what)
    }
}
