//! A component that somebody wants to add, update to or look at: fetched, compiled, described, held against the
//! rules. With a progress bar where somebody watches.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use auth0_mcp_sandbox::{Engine, classified};
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    Context,
    card::{Card, size},
};
use crate::{
    catalog::{
        admit::{
            Examined, examine,
            source::{Fetched, Source},
            vet::{Rules, Verdict, vet},
        },
        stored::lock::Lock,
    },
    policy::Maker,
};

/// A component that was examined.
pub(super) struct Candidate {
    pub(super) fetched: Fetched,
    pub(super) examined: Examined,
    pub(super) verdict: Verdict,
}

impl Candidate {
    /// Gets and examines what is at this place.
    pub(super) async fn get(
        context: &Context<'_>,
        engine: &Arc<Engine>,
        source: &Source,
        lock: &Lock,
        reserved_is_free: bool,
    ) -> anyhow::Result<Self> {
        let bar = progress(format!("getting {source}"));
        let fetched = source.fetch().await?;
        bar.set_message(format!("compiling {}", size(fetched.component.len())));
        let home = &context.home;
        let examined = examine(engine, home.compiler(), &fetched.component, home.limits()).await;
        bar.finish_and_clear();
        let examined = examined.with_context(|| format!("{source} is refused"))?;
        let rules = Rules {
            policy: home.policy(),
            first_party: &context.first_party()?,
            lock,
            reserved_is_free,
        };
        let signature = fetched.signature.as_deref();
        let verdict = vet(&fetched.component, signature, &examined.manifest, &rules);
        Ok(Self { fetched, examined, verdict })
    }

    /// As people and scripts are shown it.
    pub(super) fn card<'a>(&'a self, context: &'a Context<'_>) -> anyhow::Result<Card<'a>> {
        Ok(Card {
            manifest: &self.examined.manifest,
            maker: Maker::ThirdParty,
            source: self.fetched.source.to_string(),
            digest: &self.examined.digest,
            size: self.examined.size,
            imports: classified(&self.fetched.component)?,
            signer: self.verdict.signer.clone(),
            policy: context.home.policy(),
            reasons: self.verdict.reasons.clone(),
        })
    }
}

/// A bar with the time that passed; the compiler does not say how far it is. Nothing where nobody watches.
fn progress(message: String) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(message);
    // The template is a constant; a wrong one leaves the usual look.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
