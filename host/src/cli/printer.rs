//! The only human output of commands: results on standard output, everything else on standard error.
//!
//! `run` never uses it while serving: its standard output belongs to the protocol.

#![expect(
    clippy::disallowed_methods,
    reason = "commands that do not serve MCP print their results here"
)]

use std::io::Write;

use crate::{management::Mask, secret::Redactor};

/// Prints for people and scripts. Every text passes the mask, so that a secret in use cannot be shown.
pub struct Printer {
    mask: Mask,
}

impl Printer {
    /// A printer that knows the secrets in use.
    #[must_use]
    pub fn new(redactor: Redactor) -> Self {
        Self { mask: Mask::new(redactor) }
    }

    /// A line of the result, on standard output.
    pub fn line(&self, text: &str) {
        // Nothing can be done if the reader has gone.
        _ = writeln!(std::io::stdout(), "{}", self.mask.live(text));
    }

    /// A line about what is going on, on standard error.
    pub fn note(&self, text: &str) {
        _ = writeln!(std::io::stderr(), "{}", self.mask.live(text));
    }

    /// Why the command fails, on standard error.
    pub fn error(&self, text: &str) {
        _ = writeln!(std::io::stderr(), "error: {}", self.mask.text(text));
    }
}
