//! The vault: sign-ins by profile, in the system's keychain and nowhere else.
//!
//! In reading order: [`session`] is what is kept for one profile; this file the operations; `chunks` the form in
//! which a long value is kept in short entries; `keychain` the systems' keychains; `notes` the files beside it,
//! which hold no secret; `node` what the Node server left.
//!
//! A keychain may ask a person for something, and nobody may be there. So each call runs on a thread of its own
//! and is given up after a while; the thread is not one that the runtime waits for at its end.

mod chunks;
mod error;
mod keychain;
mod memory;
mod node;
mod notes;
mod seal;
mod session;
mod store;
#[cfg(test)]
mod tests;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{sync::oneshot, time::timeout};

use super::profile::ProfileName;
use crate::secret::Secret;
use chunks::ReadError;
pub use error::{HEADLESS, VaultError};
pub use notes::Stamp;
use notes::{Lock, Notes};
pub use session::{Kind, Renewing, Session};
use store::Store;

/// How long a keychain may take: a person may have to find its prompt and type a password.
const PATIENCE: Duration = Duration::from_secs(60);

/// After this time a line says what is waited for.
const QUIET: Duration = Duration::from_secs(2);

/// The entry that lists the profiles.
const LIST: &str = "profiles";

/// The entry that shows whether the keychain can be written; it exists for a moment.
const PROBE: &str = "probe";

/// The version of the list's format.
const LIST_VERSION: u64 = 1;

/// The sign-ins of this user. Clones share one connection to the keychain.
#[derive(Clone, Debug)]
pub struct Vault(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The keychain, once it is open. Held during each operation: the steps of two do not mix.
    store: Mutex<Option<Arc<dyn Store>>>,
    notes: Notes,
    patience: Duration,
}

impl Drop for Inner {
    /// The keychain's library ends a runtime of its own, which panics on a thread that serves another one.
    fn drop(&mut self) {
        let store = self.store.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(store) = store {
            thread::spawn(move || drop(store));
        }
    }
}

/// The profiles of a vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    /// Their names, sorted.
    pub names: Vec<ProfileName>,
    /// The one that is meant where none is named. None where it was signed out of, even if others are left: which
    /// tenant is meant is never guessed.
    pub default: Option<ProfileName>,
}

/// The right to renew one profile; other processes wait until it is dropped.
#[derive(Debug)]
pub struct Held {
    vault: Vault,
    profile: ProfileName,
    _lock: Lock,
}

impl Vault {
    /// The vault in the system's keychain, with its notes in the folder for data. Nothing is opened yet.
    #[must_use]
    pub fn open(data: &Path) -> Self {
        Self::of(None, Notes::Folder(data.join("profiles")), PATIENCE)
    }

    /// A vault in this process, for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::of(Some(Arc::new(memory::Memory::default())), Notes::Memory(Arc::default()), PATIENCE)
    }

    fn of(store: Option<Arc<dyn Store>>, notes: Notes, patience: Duration) -> Self {
        Self(Arc::new(Inner { store: Mutex::new(store), notes, patience }))
    }

    /// What people call the keychain: `Secret Service`, `macOS Keychain`, `Windows Credential Manager`.
    ///
    /// # Errors
    /// [`VaultError`] if there is none.
    pub async fn storage(&self) -> Result<String, VaultError> {
        self.run(|store, _| Ok(store.name())).await
    }

    /// The profiles.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn profiles(&self) -> Result<Profiles, VaultError> {
        self.run(|store, _| read_list(store)).await
    }

    /// The sign-in of a profile; None if there is none.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn read(&self, profile: &ProfileName) -> Result<Option<Session>, VaultError> {
        let profile = profile.clone();
        self.run(move |store, _| read(store, &profile)).await
    }

    /// Writes an entry and deletes it, so that nobody signs in for a keychain that is locked, full or read-only.
    /// One that is locked asks for its password now.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn probe(&self) -> Result<(), VaultError> {
        let value = Secret::new("can be written".to_owned());
        self.run(move |store, notes| {
            // Of two processes that try at the same time one would find its entry deleted halfway.
            let _lock = notes.lock_list()?;
            store.set(PROBE, &value)?;
            store.delete(PROBE).map(drop)
        })
        .await
    }

    /// Keeps a new sign-in, in the place of the one before; running servers notice. Where there is no default
    /// profile, this one becomes it. What was written has been read back when this returns.
    ///
    /// # Errors
    /// [`VaultError`]; the sign-in before is kept then.
    pub async fn write(&self, profile: &ProfileName, session: &Session) -> Result<(), VaultError> {
        let _held = self.hold(profile).await?;
        let (profile, json) = (profile.clone(), session.to_json()?);
        self.run(move |store, notes| {
            chunks::write(store, &entry(&profile), &json)?;
            change_list(store, notes, |list| {
                list.names.push(profile.clone());
                list.default.get_or_insert_with(|| profile.clone());
            })?;
            notes.touch(&profile)
        })
        .await
    }

    /// Erases a profile with everything that is kept for it; running servers notice. False if there was none.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn erase(&self, profile: &ProfileName) -> Result<bool, VaultError> {
        let _held = self.hold(profile).await?;
        let profile = profile.clone();
        self.run(move |store, notes| {
            let found = chunks::erase(store, &entry(&profile))?;
            change_list(store, notes, |list| {
                list.names.retain(|name| *name != profile);
                list.default.take_if(|name| *name == profile);
            })?;
            notes.remove(&profile)?;
            Ok(found)
        })
        .await
    }

    /// Makes a profile the default one. Running servers keep theirs.
    ///
    /// # Errors
    /// [`VaultError::NoProfile`] if there is no such profile.
    pub async fn set_default(&self, profile: &ProfileName) -> Result<(), VaultError> {
        let profile = profile.clone();
        self.run(move |store, notes| {
            if !read_list(store)?.names.contains(&profile) {
                return Err(VaultError::NoProfile(profile));
            }
            change_list(store, notes, |list| list.default = Some(profile))
        })
        .await
    }

    /// The entries of the Node server that are there, by their names.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn node_entries(&self) -> Result<Vec<&'static str>, VaultError> {
        self.run(|store, _| node::entries(store)).await
    }

    /// The Node server's sign-in, if it is complete. Nothing is written or erased: the caller decides.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn import_node(&self) -> Result<Option<Session>, VaultError> {
        self.run(|store, _| node::import(store)).await
    }

    /// Erases the entries of the Node server, and says which there were.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn erase_node(&self) -> Result<Vec<&'static str>, VaultError> {
        self.run(|store, _| node::erase(store)).await
    }

    /// The state of a profile's stamp: cheap enough to look before each call. If it is what it was, nobody signed
    /// in or out since.
    #[must_use]
    pub fn stamp(&self, profile: &ProfileName) -> Stamp {
        self.0.notes.stamp(profile)
    }

    /// Waits for the right to renew, write or erase a profile; taken before the keychain, so that nobody waits for
    /// the other.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn hold(&self, profile: &ProfileName) -> Result<Held, VaultError> {
        let (vault, profile) = (self.clone(), profile.clone());
        let notes = self.0.notes.clone();
        let wanted = profile.clone();
        let lock = self.beside(move || notes.lock(&wanted)).await?;
        Ok(Held { vault, profile, _lock: lock })
    }

    /// Runs one operation on the open keychain.
    async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&dyn Store, &Notes) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let inner = Arc::clone(&self.0);
        self.beside(move || {
            let mut store = inner.store.lock().unwrap_or_else(PoisonError::into_inner);
            let store = match &mut *store {
                Some(store) => store,
                closed => closed.insert(Arc::new(keychain::Keychain::open()?)),
            };
            operation(store.as_ref(), &inner.notes)
        })
        .await
    }

    /// Runs what may block on a thread of its own, and gives up after a while.
    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (done, result) = oneshot::channel();
        let thread = thread::Builder::new().name("keychain".to_owned());
        // Nobody hears the result if the caller gave up.
        let started = thread.spawn(move || drop(done.send(work())));
        started.map_err(|error| VaultError::Other(error.to_string()))?;
        let mut result = result;
        let patience = self.0.patience;
        let answer = match timeout(QUIET.min(patience), &mut result).await {
            Ok(answer) => Ok(answer),
            Err(_) => {
                tracing::info!("waiting for the keychain, which may show a prompt");
                timeout(patience.saturating_sub(QUIET), result).await
            }
        };
        match answer {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(VaultError::Other("its library panicked".to_owned())),
            Err(_) => Err(VaultError::Timeout(patience)),
        }
    }
}

impl Held {
    /// The sign-in at this moment.
    ///
    /// # Errors
    /// [`VaultError`]
    pub async fn read(&self) -> Result<Option<Session>, VaultError> {
        self.vault.read(&self.profile).await
    }

    /// Keeps renewed tokens of the same sign-in; running servers go on with theirs.
    ///
    /// # Errors
    /// [`VaultError`]; what was kept before is kept then.
    pub async fn update(&self, session: &Session) -> Result<(), VaultError> {
        let (profile, json) = (self.profile.clone(), session.to_json()?);
        self.vault.run(move |store, _| chunks::write(store, &entry(&profile), &json)).await
    }
}

/// The entry of a profile.
fn entry(profile: &ProfileName) -> String {
    format!("profile/{profile}")
}

fn read(store: &dyn Store, profile: &ProfileName) -> Result<Option<Session>, VaultError> {
    match chunks::read(store, &entry(profile)) {
        Ok(None) => Ok(None),
        Ok(Some(json)) => Session::from_json(profile, &json).map(Some),
        Err(ReadError::Store(error)) => Err(error),
        Err(ReadError::Damaged(reason)) => {
            Err(VaultError::Damaged { profile: profile.clone(), reason })
        }
    }
}

/// The list of profiles, as it is stored.
#[derive(Deserialize, Serialize)]
struct List {
    version: u64,
    default: Option<String>,
    names: Vec<String>,
}

fn read_list(store: &dyn Store) -> Result<Profiles, VaultError> {
    let json = match chunks::read(store, LIST) {
        Ok(None) => return Ok(Profiles::default()),
        Ok(Some(json)) => json,
        Err(ReadError::Store(error)) => return Err(error),
        Err(ReadError::Damaged(reason)) => return Err(VaultError::DamagedList(reason)),
    };
    let damaged = |reason: &str| VaultError::DamagedList(reason.to_owned());
    let list: List = serde_json::from_str(json.expose()).map_err(|_| damaged("no JSON of ours"))?;
    if list.version != LIST_VERSION {
        return Err(damaged("it is of another version"));
    }
    let names = list.names.iter().map(|name| name.parse()).collect::<Result<Vec<_>, _>>();
    let names: Vec<ProfileName> = names.map_err(|_| damaged("it holds a name that is none"))?;
    let default = list.default.and_then(|name| name.parse().ok());
    Ok(Profiles { default: default.filter(|name| names.contains(name)), names })
}

/// Changes the list, which stays sorted and without doubles; a list without names is erased.
fn change_list(
    store: &dyn Store,
    notes: &Notes,
    change: impl FnOnce(&mut Profiles),
) -> Result<(), VaultError> {
    let _lock = notes.lock_list()?;
    let before = match read_list(store) {
        Err(VaultError::DamagedList(reason)) => {
            tracing::warn!(
                "the keychain's list of profiles was damaged ({reason}) and is made anew"
            );
            None
        }
        list => Some(list?),
    };
    let mut list = before.clone().unwrap_or_default();
    change(&mut list);
    list.names.sort();
    list.names.dedup();
    if list.names.is_empty() {
        return chunks::erase(store, LIST).map(drop);
    }
    if Some(&list) == before.as_ref() {
        return Ok(());
    }
    let stored = List {
        version: LIST_VERSION,
        default: list.default.as_ref().map(ToString::to_string),
        names: list.names.iter().map(ToString::to_string).collect(),
    };
    let json =
        serde_json::to_string(&stored).map_err(|error| VaultError::Other(error.to_string()))?;
    chunks::write(store, LIST, &Secret::new(json))
}
