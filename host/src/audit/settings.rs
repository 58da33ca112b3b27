//! Which log is written, from flags, environment and policy. The policy's file holds: a flag cannot lead the log
//! elsewhere, and what is required cannot be left out.

use std::path::PathBuf;

use crate::policy::{Policy, Rule};

/// The size at which a new file is begun, unless something else is asked for: 64 MiB.
pub const DEFAULT_MAX_BYTES: u64 = 64 << 20;

/// What the flags and the environment ask for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `--audit-log` or its variable.
    pub file: Option<PathBuf>,
    /// `--audit-log-max-bytes` or its variable.
    pub max_bytes: Option<u64>,
}

/// What holds.
#[derive(Clone, Debug)]
pub struct AuditSettings {
    /// The log; None for none.
    pub file: Option<PathBuf>,
    /// The size at which a new file is begun.
    pub max_bytes: u64,
    /// The rule that requires a log.
    pub required: Option<Rule>,
    /// What was asked for and does not hold.
    pub overruled: Option<String>,
}

/// The policy requires a log, and nothing names one. The operator reads it.
#[derive(Debug, thiserror::Error)]
#[error(
    "an audit log is required, because {0}: name its file with --audit-log, AUTH0_MCP_AUDIT_LOG or `audit.file` in the policy"
)]
pub struct SettingsError(pub Rule);

impl AuditSettings {
    /// Puts together what is asked for and what the policy says.
    ///
    /// # Errors
    /// The policy requires a log and nothing names a file.
    pub fn resolve(asked: &Asked, policy: &Policy) -> Result<Self, SettingsError> {
        let said = policy.audit();
        let (file, overruled) = match (said.file, &asked.file) {
            (Some(entry), Some(asked)) if *asked != entry.value => {
                let note =
                    format!("the audit log {} is not written: {}", asked.display(), entry.rule);
                (Some(entry.value), Some(note))
            }
            (Some(entry), _) => (Some(entry.value), None),
            (None, asked) => (asked.clone(), None),
        };
        if let (None, Some(rule)) = (&file, &said.required) {
            return Err(SettingsError(rule.clone()));
        }
        let max_bytes = said.max_bytes.map(|entry| entry.value).or(asked.max_bytes);
        let max_bytes = max_bytes.unwrap_or(DEFAULT_MAX_BYTES);
        Ok(Self { file, max_bytes, required: said.required, overruled })
    }
}
