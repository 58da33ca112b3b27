//! All that an event says. `TELEMETRY.md` is made from [`FIELDS`], and a test compares it with what is sent.

use serde::{Deserialize, Serialize};

/// One field of an event, for the documentation.
#[derive(Debug)]
pub struct Field {
    /// Its name in the JSON.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Which values it can have.
    pub values: &'static str,
}

/// Every field, in the order of sending.
pub const FIELDS: [Field; 8] = [
    field("event", "what happened", "`command`, `tool`"),
    field(
        "name",
        "which command ended, or which tool was called",
        "a command of this program; a tool of its own plugins; `other` for all tools of other plugins",
    ),
    field("outcome", "how it ended", "`success`, `failure`, `invalid`, `fault`, `cancelled`"),
    field("duration", "how long it took, in classes", "`<10ms`, `<100ms`, `<1s`, `<10s`, `>=10s`"),
    field(
        "protocol",
        "the version of MCP, for a tool",
        "a published version, `other`; null for a command",
    ),
    field("version", "the version of this program", "such as `0.1.0`"),
    field("os", "the operating system's name", "such as `linux`, `macos`, `windows`"),
    field("arch", "the processor's architecture", "such as `x86_64`, `aarch64`"),
];

const fn field(name: &'static str, meaning: &'static str, values: &'static str) -> Field {
    Field { name, meaning, values }
}

/// The versions of MCP that are told apart. What a client makes up is `other`.
const PROTOCOLS: [&str; 5] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

/// One event.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    event: Kind,
    name: String,
    outcome: Outcome,
    duration: Duration,
    protocol: Option<String>,
    version: String,
    os: String,
    arch: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A command of the command line ended.
    Command,
    /// A tool call ended.
    Tool,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should.
    Success,
    /// With an error that was told to the model or the user.
    Failure,
    /// The arguments were refused.
    Invalid,
    /// The plugin misbehaved, or this program did.
    Fault,
    /// Nobody wanted the answer any more.
    Cancelled,
}

/// How long it took: a class, since an exact time can tell one user from another.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Duration {
    /// Less than 10 ms.
    #[serde(rename = "<10ms")]
    Instant,
    /// Less than 100 ms.
    #[serde(rename = "<100ms")]
    Fast,
    /// Less than a second.
    #[serde(rename = "<1s")]
    Noticeable,
    /// Less than 10 s.
    #[serde(rename = "<10s")]
    Slow,
    /// More.
    #[serde(rename = ">=10s")]
    Endless,
}

impl From<std::time::Duration> for Duration {
    fn from(exact: std::time::Duration) -> Self {
        match exact.as_millis() {
            0..10 => Self::Instant,
            10..100 => Self::Fast,
            100..1_000 => Self::Noticeable,
            1_000..10_000 => Self::Slow,
            _ => Self::Endless,
        }
    }
}

impl Event {
    /// A command that ended.
    #[must_use]
    pub fn command(name: &str, outcome: Outcome, took: std::time::Duration) -> Self {
        Self::new(Kind::Command, name, outcome, took, None)
    }

    /// A tool call that ended. `tool` is None for a tool that is not ours: its name is its maker's or its user's
    /// business.
    #[must_use]
    pub fn tool(
        tool: Option<&str>,
        outcome: Outcome,
        took: std::time::Duration,
        protocol: &str,
    ) -> Self {
        let known = PROTOCOLS.into_iter().find(|known| *known == protocol);
        let name = tool.unwrap_or("other");
        Self::new(Kind::Tool, name, outcome, took, Some(known.unwrap_or("other")))
    }

    fn new(
        event: Kind,
        name: &str,
        outcome: Outcome,
        took: std::time::Duration,
        protocol: Option<&str>,
    ) -> Self {
        Self {
            event,
            name: name.to_owned(),
            outcome,
            duration: took.into(),
            protocol: protocol.map(str::to_owned),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
        }
    }
}
