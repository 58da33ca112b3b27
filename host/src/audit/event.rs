//! What the log tells of. Nothing here can hold a body, an argument, an id of the tenant or a token: paths are
//! templates, names are those of tools and plugins that were admitted.

use serde::Serialize;

/// One event. The names of the variants are the values of `event`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event<'a> {
    /// A server began, with these rights.
    Start {
        /// Of this program.
        version: &'a str,
        /// Its process.
        pid: u32,
        /// The tenant's domain.
        tenant: &'a str,
        /// Whether only reading was enabled.
        read_only: bool,
        /// The files of the policy.
        policy: Vec<PolicyFile>,
        /// The tools that were on.
        tools: Vec<&'a str>,
    },
    /// A server ended as it should.
    Stop {
        /// Calls that it had.
        calls: u64,
    },
    /// A call was let in: its arguments fit and nothing was sent yet.
    Admitted {
        /// Number of the call in its session, from 1.
        call: u64,
        /// The tool and its plugin.
        #[serde(flatten)]
        tool: ToolName<'a>,
        /// Whether a person was asked: `none` where the tool needs no confirmation.
        confirmation: &'a str,
    },
    /// A request of a plugin.
    Request {
        /// The call that made it.
        call: u64,
        /// The tool's name.
        tool: &'a str,
        /// SHA-256 of the plugin's component.
        plugin: &'a str,
        /// The tool's row that covers it, as it was declared.
        row: Option<&'a str>,
        /// GET, POST, …
        method: &'a str,
        /// The path without ids.
        path: &'a str,
        /// What the tenant answered.
        status: Option<u16>,
        /// Of the answer's body as the plugin got it.
        bytes: u64,
        /// Milliseconds.
        ms: u64,
        /// `answered`, `failed:<why>`, `refused:<why>` or `cancelled`.
        outcome: &'a str,
        /// The policy's rule, where it was the policy.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// A call ended, or was never begun.
    Call {
        /// Number of the call in its session, from 1.
        call: u64,
        /// The tool and its plugin; none for a name that no tool has, since anything can be in that.
        #[serde(flatten)]
        tool: Option<ToolName<'a>>,
        /// Requests that it made.
        requests: u64,
        /// Of the answer.
        bytes: u64,
        /// Milliseconds.
        ms: u64,
        /// `answered`, `failed:<why>`, `refused:<why>`, `fault:<limit>` or `cancelled`.
        outcome: &'a str,
        /// The policy's rule, where it was the policy.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// Whether a person was asked.
        confirmation: &'a str,
    },
    /// A third party's plugin came, changed or went while a server ran.
    Plugin {
        /// Its name.
        name: &'a str,
        /// SHA-256 of its component.
        plugin: &'a str,
        /// `added`, `updated`, `removed`, `withdrawn`, `restored`.
        change: &'a str,
    },
    /// The line before broke off and is set aside.
    Torn {
        /// How many bytes of it there are; they stand before this line.
        bytes: u64,
        /// Their SHA-256.
        sha256: &'a str,
    },
}

/// A file of the policy.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyFile {
    /// As it was named.
    pub file: String,
    /// SHA-256 of its text.
    pub sha256: String,
}

/// A tool and the code behind it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ToolName<'a> {
    /// The tool's name.
    pub tool: &'a str,
    /// SHA-256 of the plugin's component; None for a tool that is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<&'a str>,
    /// `read-only`, `write` or `destructive`; None for a tool that is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<&'a str>,
}
