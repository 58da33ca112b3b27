//! What a tool does to the tenant, as a policy counts it: the worse of what it declares and what its rows can do.

use std::fmt;

use auth0_mcp_sandbox::{
    contract::Method,
    manifest::{Effect, Tool},
};

/// Three classes, each worse than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It sends GET requests only.
    ReadOnly,
    /// It adds, and leaves what is there as it is.
    Write,
    /// It may change or remove what is there.
    Destructive,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::ReadOnly, Self::Write, Self::Destructive];

    /// The tool's class. A tool that calls itself harmless and has a row that changes or removes is not.
    #[must_use]
    pub fn of(tool: &Tool) -> Self {
        let rows = tool.endpoints.iter().map(|row| match row.method {
            Method::Get => Self::ReadOnly,
            Method::Post => Self::Write,
            Method::Patch | Method::Put | Method::Delete => Self::Destructive,
        });
        let said = match tool.effect {
            // Only its GET requests pass, whatever its rows say.
            Effect::ReadOnly => return Self::ReadOnly,
            Effect::Write { destructive: false, .. } => Self::Write,
            Effect::Write { destructive: true, .. } => Self::Destructive,
        };
        rows.fold(said, Self::max)
    }

    /// Whether a rule that denies `denied` denies this class: denying `write` denies `destructive` too.
    #[must_use]
    pub fn falls_under(self, denied: Self) -> bool {
        match denied {
            Self::ReadOnly => self == Self::ReadOnly,
            worse => self >= worse,
        }
    }

    /// As it stands in a policy.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
