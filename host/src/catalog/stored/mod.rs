//! Plugins that the operator added: component, manifest and compiled code under the data folder, and a row in
//! `plugins.lock` for each.
//!
//! In reading order: [`lock`] is what the operator admitted; this file opens a plugin and refuses what differs
//! from its row; [`code`] decides whether compiled code from the disk may run; [`change`] adds and removes;
//! [`folder`] keeps others out of the files.

pub mod change;
pub mod check;
pub mod code;
pub mod folder;
mod index;
pub mod lock;
pub mod rights;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use auth0_mcp_sandbox::{Engine, Limits, Manifest, Plugin};

use super::{
    admit::{self, compiler::Compiler, signature, vet},
    store::{Family, Unusable},
};
use crate::{
    auth::vault::Vault,
    policy::{Policy, Publisher},
};
use lock::Row;

/// The folder of all plugins' files, in the data folder.
pub const PLUGINS: &str = "plugins";

/// The files of one plugin, in its folder.
pub mod file {
    /// The component.
    pub const COMPONENT: &str = "component.wasm";
    /// The manifest, as JSON.
    pub const MANIFEST: &str = "manifest.json";
    /// The sealed machine code; absent where there is no keychain to seal it with.
    pub const CODE: &str = "code.sealed";
    /// The publisher's signature over the component, in minisign's format.
    pub const SIGNATURE: &str = "component.wasm.minisig";
}

/// The largest manifest that is read, in bytes.
const LARGEST_MANIFEST: u64 = 16 << 20;

/// The largest compiled code that is read, in bytes: some four times its component.
const LARGEST_CODE: u64 = 512 << 20;

/// The data folder, and what it takes to open what is in it.
#[derive(Clone)]
pub struct Home(Arc<Inner>);

struct Inner {
    data: PathBuf,
    vault: Vault,
    compiler: Compiler,
    policy: Policy,
    limits: Limits,
    /// One compilation at a time: each takes every processor, and much memory.
    compiling: tokio::sync::Mutex<()>,
}

/// What a look at the lock tells of it, without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp(Option<(u64, Option<SystemTime>, u64)>);

/// One plugin's row and where its files are.
#[derive(Clone)]
pub struct Stored {
    pub(crate) row: Row,
    home: Home,
}

impl Home {
    /// The data folder with the system's keychain.
    #[must_use]
    pub fn new(data: PathBuf, policy: Policy, limits: Limits) -> Self {
        let vault = Vault::open(&data);
        Self::with(data, vault, Compiler::default(), policy, limits)
    }

    /// A data folder with another vault or compiler, for tests.
    #[must_use]
    pub fn with(
        data: PathBuf,
        vault: Vault,
        compiler: Compiler,
        policy: Policy,
        limits: Limits,
    ) -> Self {
        let compiling = tokio::sync::Mutex::default();
        Self(Arc::new(Inner { data, vault, compiler, policy, limits, compiling }))
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.0.data
    }

    /// What compiles.
    #[must_use]
    pub fn compiler(&self) -> &Compiler {
        &self.0.compiler
    }

    /// The operator's policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// What one call of a plugin may use, describing itself included.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// A plugin by its row. Nothing is read.
    #[must_use]
    pub fn stored(&self, row: Row) -> Stored {
        Stored { row, home: self.clone() }
    }

    /// The folder of a plugin's files.
    #[must_use]
    pub fn folder(&self, row: &Row) -> PathBuf {
        self.0.data.join(PLUGINS).join(&row.folder)
    }

    /// The plugins that may be used, by their rows: no component is read, and no manifest. What is left out is
    /// named in the log, and nothing that is wrong with one keeps the others out.
    #[must_use]
    pub fn families(&self, first_party: &[Arc<Family>]) -> Vec<Arc<Family>> {
        let rows = match self.index(first_party) {
            Ok(index) => index.rows,
            Err(error) => {
                tracing::error!("no added plugin is loaded: {error}");
                return Vec::new();
            }
        };
        if let (false, Err(denial)) = (rows.is_empty(), self.policy().third_party()) {
            tracing::warn!("{} added plugins are not loaded: {denial}", rows.len());
            return Vec::new();
        }
        let signatures = self.policy().signatures();
        let mut families = Vec::with_capacity(rows.len());
        for (row, mut problems) in rows {
            let publisher = |known: &Publisher| Some(&known.key) == row.key.as_ref();
            if let Some(rule) = &signatures.required
                && !signatures.publishers.iter().any(publisher)
            {
                problems.push(format!("no publisher of the policy has signed it: {rule}"));
            }
            if problems.is_empty() {
                let tools = row.tools().map(str::to_owned).collect();
                families.push(Family::stored(self.stored(row), tools));
            } else {
                tracing::error!("plugin `{}` is not loaded: {}", row.name, problems.join("; "));
            }
        }
        families
    }

    /// The state of the lock: another one after each change. Costs one `stat`.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp(std::fs::symlink_metadata(lock::path(self.data())).ok().map(|file| {
            #[cfg(unix)]
            let inode = std::os::unix::fs::MetadataExt::ino(&file);
            #[cfg(not(unix))]
            let inode = 0;
            (file.len(), file.modified().ok(), inode)
        }))
    }
}

impl Stored {
    /// The manifest that was admitted.
    pub(crate) fn manifest(&self) -> Result<Manifest, Unusable> {
        let bytes = self.read(file::MANIFEST, LARGEST_MANIFEST)?;
        if admit::digest(&bytes) != self.row.manifest {
            return Err(Unusable("its manifest was changed after it was added".to_owned()));
        }
        let manifest: Manifest = serde_json::from_slice(&bytes)
            .map_err(|error| Unusable(format!("its manifest cannot be read: {error}")))?;
        let fits = manifest.name == self.row.name
            && manifest.version == self.row.version
            && lock::rights(&manifest) == self.row.granted;
        if !fits {
            let text = "its row in plugins.lock does not grant what its manifest asks for";
            return Err(Unusable(text.to_owned()));
        }
        Ok(manifest)
    }

    /// The component that was admitted.
    pub(crate) fn component(&self) -> Result<Vec<u8>, Unusable> {
        let component = self.read(file::COMPONENT, admit::LARGEST as u64)?;
        if admit::digest(&component) != self.row.sha256 {
            return Err(Unusable("its component was changed after it was added".to_owned()));
        }
        Ok(component)
    }

    /// The signature's text, if there is one.
    pub(crate) fn signature(&self) -> Result<Option<String>, Unusable> {
        let text = self.read_if_there(file::SIGNATURE, signature::LARGEST)?;
        Ok(text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Whether the policy is content with who signed the component.
    fn signed(&self, component: &[u8]) -> Result<(), Unusable> {
        let verdict = vet::signed(component, self.signature()?.as_deref(), self.home.policy());
        match verdict.reasons.into_iter().next() {
            Some(reason) => Err(Unusable(reason)),
            None => Ok(()),
        }
    }

    /// Opens what was admitted, and nothing else.
    pub(crate) async fn open(&self, engine: &Arc<Engine>) -> Result<Plugin, Unusable> {
        let this = self.clone();
        let component = tokio::task::spawn_blocking(move || {
            let component = this.component()?;
            this.signed(&component).map(|()| component)
        });
        let component = component.await.map_err(|panic| Unusable(panic.to_string()))??;
        code::open(self, engine, component).await
    }

    /// Whether it can be opened without the compiler, as far as that costs nothing to say.
    pub(crate) async fn is_ready(&self) -> bool {
        code::is_ready(self).await
    }

    fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, Unusable> {
        let bytes = self.read_if_there(name, limit)?;
        bytes.ok_or_else(|| Unusable(format!("its file {name} is missing")))
    }

    fn read_if_there(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Unusable> {
        let failed = |error: folder::FolderError| Unusable(error.to_string());
        let folder = self.home.folder(&self.row);
        for folder in [self.home.data(), &self.home.data().join(PLUGINS), &folder] {
            folder::check_folder(folder).map_err(failed)?;
        }
        folder::read(&folder.join(name), limit).map_err(failed)
    }
}
