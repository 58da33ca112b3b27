//! `plugin verify` as a function: everything that `run` would find out in time, found out now.

use std::sync::Arc;

use auth0_mcp_sandbox::{Engine, classified};

use super::{
    Home, Stored,
    code::{self, NoCode},
    lock::{Lock, Row},
};
use crate::catalog::{
    Family,
    admit::vet::{Rules, vet},
};

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The plugin is not what was admitted, or is not to be trusted.
    Problem(String),
    /// Worth knowing, and no reason to distrust.
    Note(String),
}

/// Compares the files of a plugin with its row, the policy and the seal.
pub async fn check(
    home: &Home,
    engine: &Arc<Engine>,
    first_party: &[Arc<Family>],
    lock: &Lock,
    row: &Row,
) -> Vec<Finding> {
    let stored = home.stored(row.clone());
    let mut findings = Vec::new();
    let manifest = stored.manifest();
    let component = stored.component();
    for error in [manifest.as_ref().err(), component.as_ref().err()].into_iter().flatten() {
        findings.push(Finding::Problem(error.0.clone()));
    }
    if let (Ok(manifest), Ok(component)) = (&manifest, &component) {
        match stored.signature() {
            Ok(signature) => {
                let rules = Rules {
                    policy: home.policy(),
                    first_party,
                    lock,
                    reserved_is_free: row.reserved,
                };
                let verdict = vet(component, signature.as_deref(), manifest, &rules);
                findings.extend(verdict.reasons.into_iter().map(Finding::Problem));
                findings.push(Finding::Note(format!("signer: {}", verdict.signer)));
                if row.key.is_some() && verdict.publisher.map(|known| known.key) != row.key {
                    let text = "it was added with a signature that is not verified any more";
                    findings.push(Finding::Problem(text.to_owned()));
                }
            }
            Err(error) => findings.push(Finding::Problem(error.0)),
        }
        if let Err(error) = classified(component) {
            findings.push(Finding::Problem(error.to_string()));
        }
    }
    if matches!(home.index_fits(first_party), Ok(false)) {
        let text =
            "the index of plugins was changed: remove `plugins/index.json` in the data folder";
        findings.push(Finding::Problem(text.to_owned()));
    }
    findings.extend(compiled(&stored, engine).await);
    findings
}

/// Whether a server would use the stored code.
async fn compiled(stored: &Stored, engine: &Arc<Engine>) -> Option<Finding> {
    match code::sealed(stored, engine).await {
        Ok(_) => None,
        Err(NoCode::Refused(text)) => Some(Finding::Problem(format!(
            "its compiled code is never executed: {text}; the next server that needs it compiles it again"
        ))),
        Err(NoCode::OtherEngine(text)) => Some(Finding::Note(format!(
            "its compiled code is not used: {text}; the next server that needs it compiles it again"
        ))),
        Err(reason) => Some(Finding::Note(format!("each server compiles it again: {reason}"))),
    }
}
