//! The catalog of a running server: the operator may add, update and remove plugins meanwhile, and a plugin that
//! keeps failing is taken out.
//!
//! A catalog never changes; another one takes its place. A call that runs keeps the one that it began with, and
//! so the component of before. Whether `plugins.lock` changed is looked at before each request and every two
//! seconds: one `stat`, on every system, also where the folder does not exist yet.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use auth0_mcp_sandbox::Engine;
use tokio::sync::watch;

use super::{
    Catalog, Family, Selection, SelectionError,
    stored::{Home, Stamp},
};
use crate::audit::Audit;

/// How often a server that nobody asks anything looks at the lock.
const LOOK: Duration = Duration::from_secs(2);

/// The catalog of now.
pub struct Live {
    current: watch::Sender<Arc<Catalog>>,
    first_party: Vec<Arc<Family>>,
    /// None where no data folder can be found: then nothing is ever added.
    home: Option<Home>,
    selection: Selection,
    /// The sign-in's scopes, if tools that need others are left out.
    scopes: Option<Arc<[String]>>,
    seen: Mutex<Stamp>,
    audit: Audit,
}

impl Live {
    /// Reads what was added, and builds the first catalog.
    ///
    /// # Errors
    /// A pattern matches no tool.
    pub fn start(
        first_party: Vec<Arc<Family>>,
        home: Option<Home>,
        selection: Selection,
    ) -> Result<Self, SelectionError> {
        // Before the lock is read: a change in between is seen at the next look.
        let stamp = home.as_ref().map(Home::stamp).unwrap_or_default();
        let mut families = first_party.clone();
        families.extend(home.iter().flat_map(|home| home.families(&first_party)));
        let catalog = Catalog::build(families, &selection)?;
        let current = watch::Sender::new(Arc::new(catalog));
        let (seen, audit) = (Mutex::new(stamp), Audit::off());
        Ok(Self { current, first_party, home, selection, scopes: None, seen, audit })
    }

    /// Writes what changes from now on into this log.
    pub fn record_in(&mut self, audit: Audit) {
        self.audit = audit;
    }

    /// Leaves out the tools that need other scopes than these, now and after each change.
    pub fn leave_out_unusable(&mut self, scopes: Arc<[String]>) {
        self.scopes = Some(scopes);
        let families = self.current.borrow().families().to_vec();
        self.replace(families);
    }

    /// The catalog, after a look at whether the operator changed something.
    #[must_use]
    pub fn current(&self) -> Arc<Catalog> {
        self.look();
        self.current.borrow().clone()
    }

    /// Hears of each new catalog.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Arc<Catalog>> {
        self.current.subscribe()
    }

    /// Notes that a call of this plugin ended in a fault; at the third within a minute its tools are withdrawn.
    ///
    /// Plugins of this program are not: they cannot be looked at and admitted again, and a model that provokes
    /// faults must not be able to take the product away.
    pub fn fault(&self, family: &Family) {
        if family.is_first_party() || !family.withdraw_after_fault() {
            return;
        }
        tracing::error!(
            "plugin `{0}` failed three times within a minute: its tools are withdrawn until `auth0-mcp plugin verify {0}` finds nothing wrong, or until the next start",
            family.name()
        );
        self.record(family, Change::Withdrawn);
        let families = self.current.borrow().families().to_vec();
        self.replace(families);
    }

    /// Writes a change down before anything can be called because of it.
    fn record(&self, family: &Family, change: Change) {
        self.audit.plugin(family.name(), family.digest(), change.word());
    }

    /// Looks at the lock from time to time, and compiles what has no code that can be used; until it is dropped.
    pub async fn watch(self: Arc<Self>, engine: Arc<Engine>) {
        let mut changes = self.changes();
        changes.mark_changed();
        loop {
            if changes.has_changed().unwrap_or_default() {
                let catalog = changes.borrow_and_update().clone();
                tokio::spawn(prepare(catalog, engine.clone()));
            }
            tokio::time::sleep(LOOK).await;
            self.look();
        }
    }

    /// Builds the catalog again if the lock is another one.
    fn look(&self) {
        let Some(home) = &self.home else { return };
        let now = home.stamp();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return;
        }
        *seen = now;
        let before = self.current.borrow().clone();
        let known: HashMap<&str, &Arc<Family>> =
            before.families().iter().map(|family| (family.name(), family)).collect();
        let mut families = self.first_party.clone();
        for family in home.families(&self.first_party) {
            // What is open stays open, unless it is another one or has to show itself again.
            let same = known.get(family.name()).filter(|known| known.is_still(&family));
            families.push(same.map_or(family, |same| (*same).clone()));
        }
        let changes = changes(before.families(), &families);
        tracing::info!("plugins.lock changed: {}", sentence(&changes));
        changes.iter().for_each(|(family, change)| self.record(family, *change));
        self.replace(families);
    }

    fn replace(&self, families: Vec<Arc<Family>>) {
        // Patterns were checked at the start; one that matches nothing any more is not an error now.
        let catalog = Catalog::rebuild(families, &self.selection);
        let catalog = match &self.scopes {
            Some(scopes) => catalog.without_unusable(scopes),
            None => catalog,
        };
        self.current.send_replace(Arc::new(catalog));
    }
}

/// Opens the added plugins that a server could not open at once, one after the other.
async fn prepare(catalog: Arc<Catalog>, engine: Arc<Engine>) {
    for tool in catalog.tools() {
        if let Err(error) = tool.family.prepare(&engine).await {
            tracing::error!("plugin `{}` cannot be used: {error}", tool.family.name());
        }
    }
}

/// What became of a plugin.
#[derive(Clone, Copy)]
enum Change {
    Added,
    Updated,
    Removed,
    Withdrawn,
    Restored,
}

impl Change {
    /// As the audit log has it.
    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Removed => "removed",
            Self::Withdrawn => "withdrawn",
            Self::Restored => "restored",
        }
    }

    fn sentence(self, name: &str) -> String {
        match self {
            Self::Added => format!("`{name}` is new"),
            Self::Updated => format!("`{name}` is another version"),
            Self::Removed => format!("`{name}` is gone"),
            Self::Withdrawn => format!("`{name}` is withdrawn"),
            Self::Restored => format!("`{name}` is back"),
        }
    }
}

/// Which plugins came, went or changed.
fn changes<'f>(
    before: &'f [Arc<Family>],
    after: &'f [Arc<Family>],
) -> Vec<(&'f Arc<Family>, Change)> {
    let by_name = |families: &'f [Arc<Family>]| -> HashMap<&'f str, &'f Arc<Family>> {
        families.iter().map(|family| (family.name(), family)).collect()
    };
    let (old, new) = (by_name(before), by_name(after));
    let came = after.iter().filter_map(|family| match old.get(family.name()) {
        None => Some((family, Change::Added)),
        Some(old) if old.digest() != family.digest() => Some((family, Change::Updated)),
        Some(old) if old.is_withdrawn() && !family.is_withdrawn() => {
            Some((family, Change::Restored))
        }
        Some(_) => None,
    });
    let gone = before.iter().filter(|family| !new.contains_key(family.name()));
    came.chain(gone.map(|family| (family, Change::Removed))).collect()
}

/// The changes in words, for the log.
fn sentence(changes: &[(&Arc<Family>, Change)]) -> String {
    let words: Vec<_> =
        changes.iter().map(|(family, change)| change.sentence(family.name())).collect();
    if words.is_empty() { "the same plugins".to_owned() } else { words.join(", ") }
}
