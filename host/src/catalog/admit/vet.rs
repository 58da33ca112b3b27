//! What speaks against admitting a component that was examined: the policy, its signature, its names.

use std::sync::Arc;

use auth0_mcp_sandbox::Manifest;

use super::{
    clash::{Owner, Taken, clashes},
    signature::{Signer, verify},
};
use crate::{
    catalog::{Family, stored::lock::Lock},
    policy::{Policy, Publisher},
};

/// Who signed a component, and every reason not to admit it.
pub struct Verdict {
    /// For people: the publisher, or why there is none.
    pub signer: String,
    /// The publisher, if the signature was verified.
    pub publisher: Option<Publisher>,
    /// In words for the operator; empty if it can be admitted.
    pub reasons: Vec<String>,
}

/// What a component is held against.
pub struct Rules<'a> {
    /// The operator's policy.
    pub policy: &'a Policy,
    /// The plugins of this program.
    pub first_party: &'a [Arc<Family>],
    /// The plugins that were added.
    pub lock: &'a Lock,
    /// Whether the reserved prefix is given to this plugin.
    pub reserved_is_free: bool,
}

/// Holds a component against the rules.
#[must_use]
pub fn vet(
    component: &[u8],
    signature: Option<&str>,
    manifest: &Manifest,
    rules: &Rules<'_>,
) -> Verdict {
    let mut verdict = signed(component, signature, rules.policy);
    if let Err(denial) = rules.policy.third_party() {
        verdict.reasons.insert(0, denial.to_string());
    }
    let taken = taken(rules.first_party, rules.lock, &manifest.name, rules.reserved_is_free);
    verdict.reasons.extend(clashes(manifest, &taken).iter().map(ToString::to_string));
    verdict
}

/// Who signed a component, and whether the policy is content with that.
#[must_use]
pub fn signed(component: &[u8], signature: Option<&str>, policy: &Policy) -> Verdict {
    let signatures = policy.signatures();
    let mut reasons = Vec::new();
    let signer = match verify(component, signature, &signatures.publishers) {
        Ok(signer) => signer,
        Err(error) => {
            reasons.push(error.to_string());
            return Verdict { signer: "nobody".to_owned(), publisher: None, reasons };
        }
    };
    if let (Some(rule), None) = (&signatures.required, signer.publisher()) {
        let found = match &signer {
            Signer::Unsigned => "the component has no signature",
            _ => "no publisher of the policy has signed it",
        };
        reasons.push(format!("{found}, and the policy wants one: {rule}"));
    }
    let publisher = signer.publisher().cloned();
    Verdict { signer: signer.words(), publisher, reasons }
}

/// The names that a plugin cannot use: all but those of the version of itself that it would replace.
pub(crate) fn taken(
    first_party: &[Arc<Family>],
    lock: &Lock,
    except: &str,
    reserved_is_free: bool,
) -> Taken {
    let own = first_party.iter().map(|family| Owner {
        name: family.name().to_owned(),
        tools: family.tools().to_vec(),
        first_party: true,
    });
    let added = lock.plugins.iter().filter(|row| row.name != except).map(|row| Owner {
        name: row.name.clone(),
        tools: row.tools().map(str::to_owned).collect(),
        first_party: false,
    });
    Taken { plugins: own.chain(added).collect(), reserved_is_free }
}
