//! Where a plugin's manifest and code come from: this binary, or the data folder. One way to open both.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use auth0_mcp_sandbox::{Compiled, Engine, Manifest, OpenError, Plugin, imports};
use tokio::sync::OnceCell;

use super::{
    faults::Faults,
    stored::{Stored, lock},
};

/// How long a call waits for its plugin to be compiled, before the model is told to come back. Clients give a call 60 s.
const PATIENCE: Duration = Duration::from_secs(45);

/// A plugin that was built, described and compiled ahead of time (`plugins/bundle`).
pub struct Embedded {
    /// The family's name.
    pub name: &'static str,
    /// SHA-256 of the component, in hex.
    pub digest: &'static str,
    /// The manifest that `describe` gave and that was admitted, as JSON.
    pub manifest: &'static str,
    /// The component, for `plugin inspect`.
    pub component: &'static [u8],
    /// Its machine code for this target.
    pub code: Compiled,
}

/// The first-party plugins, in the order of `tools/list`.
#[expect(unsafe_code, reason = "the build script wrote these files with `Compiled::for_target`")]
pub static BUNDLE: &[Embedded] = &include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

/// The manifest of an embedded plugin is not what [`Manifest::admit`] gives: a bug of the build.
#[derive(Debug, thiserror::Error)]
#[error(
    "the manifest of plugin `{name}` cannot be read ({error}): this binary is damaged, install it again"
)]
pub struct Damaged {
    /// The plugin.
    pub name: &'static str,
    /// What the parser said.
    pub error: serde_json::Error,
}

/// Why a plugin's code cannot be used. The model reads it as a tool's answer, the operator in the log.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

/// Why a call did not wait for the compiler. It helps to call again, and nothing else does.
const COMPILING: &str =
    "its plugin is still being compiled; call it again in a minute, while this server runs";

/// A plugin: its tools are known by name, its manifest is read when one of them may be on, its code is opened
/// when one of them is first called.
pub struct Family {
    name: String,
    digest: String,
    tools: Vec<String>,
    code: Code,
    manifest: OnceLock<Result<Manifest, Unusable>>,
    opened: OnceCell<Result<Plugin, Unusable>>,
    faults: Faults,
}

/// Where the code is.
enum Code {
    Embedded(&'static Embedded),
    Stored(Box<Stored>),
}

impl Family {
    /// The first-party plugins of a binary.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn embedded(plugins: &'static [Embedded]) -> Result<Vec<Arc<Self>>, Damaged> {
        let read = |embedded: &'static Embedded| {
            let manifest: Manifest = serde_json::from_str(embedded.manifest)
                .map_err(|error| Damaged { name: embedded.name, error })?;
            Ok(Arc::new(Self {
                name: embedded.name.to_owned(),
                digest: embedded.digest.to_owned(),
                tools: manifest.tools.iter().map(|tool| tool.name.clone()).collect(),
                code: Code::Embedded(embedded),
                manifest: OnceLock::from(Ok(manifest)),
                opened: OnceCell::new(),
                faults: Faults::default(),
            }))
        };
        plugins.iter().map(read).collect()
    }

    /// A plugin that the operator added, with the names of its tools.
    pub(crate) fn stored(stored: Stored, tools: Vec<String>) -> Arc<Self> {
        Arc::new(Self {
            name: stored.row.name.clone(),
            digest: stored.row.sha256.clone(),
            tools,
            code: Code::Stored(Box::new(stored)),
            manifest: OnceLock::new(),
            opened: OnceCell::new(),
            faults: Faults::default(),
        })
    }

    /// The plugin's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the component, in hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The names of its tools.
    #[must_use]
    pub fn tools(&self) -> &[String] {
        &self.tools
    }

    /// Whether it is part of this binary.
    #[must_use]
    pub fn is_first_party(&self) -> bool {
        matches!(self.code, Code::Embedded(_))
    }

    /// What it said of itself when it was admitted.
    ///
    /// # Errors
    /// The stored manifest is not the one that was admitted, or cannot be read.
    pub fn manifest(&self) -> Result<&Manifest, Unusable> {
        let read = || match &self.code {
            Code::Embedded(embedded) => {
                serde_json::from_str(embedded.manifest).map_err(|error| Unusable(error.to_string()))
            }
            Code::Stored(stored) => stored.manifest(),
        };
        self.manifest.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// Whether it imports WASI, and so may have use for a folder. Reads the component.
    ///
    /// # Errors
    /// The component is not the one that was admitted, or cannot be read.
    pub fn imports_wasi(&self) -> Result<bool, Unusable> {
        let component = match &self.code {
            Code::Embedded(embedded) => embedded.component.into(),
            Code::Stored(stored) => Cow::from(stored.component()?),
        };
        let imports = imports(&component).map_err(Unusable::of)?;
        Ok(imports.iter().any(|name| name.starts_with("wasi:")))
    }

    /// The component, linked; opened by the first caller.
    pub(crate) async fn open(self: &Arc<Self>, engine: &Arc<Engine>) -> Result<&Plugin, Unusable> {
        if self.opened.get().is_none() && !self.is_first_party() {
            // It may have to be compiled. That goes on when a call is cancelled, and when it waited long enough.
            let (family, engine) = (self.clone(), engine.clone());
            let opening = tokio::spawn(async move {
                _ = family.opened.get_or_init(|| family.open_now(&engine)).await;
            });
            if tokio::time::timeout(PATIENCE, opening).await.is_err() {
                return Err(Unusable(COMPILING.to_owned()));
            }
        }
        let opened = self.opened.get_or_init(|| self.open_now(engine)).await;
        opened.as_ref().map_err(Clone::clone)
    }

    /// Opens an added plugin ahead of its first call if that call would have to wait for the compiler.
    pub(crate) async fn prepare(self: &Arc<Self>, engine: &Arc<Engine>) -> Result<(), Unusable> {
        match &self.code {
            Code::Stored(stored) if self.opened.get().is_none() && !stored.is_ready().await => {
                let opened = self.opened.get_or_init(|| self.open_now(engine)).await;
                opened.as_ref().map(|_| ()).map_err(Clone::clone)
            }
            _ => Ok(()),
        }
    }

    /// Counts a call that ended in a fault; true if the tools are withdrawn with it.
    pub(crate) fn withdraw_after_fault(&self) -> bool {
        self.faults.count(Instant::now())
    }

    /// Whether the tools are withdrawn, because calls kept failing.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.faults.withdrawn()
    }

    /// Whether this is what `now` is, sound and open as it is. If not, it has to be opened again.
    pub(crate) fn is_still(&self, now: &Self) -> bool {
        let (Code::Stored(old), Code::Stored(new)) = (&self.code, &now.code) else { return false };
        let failed = matches!(self.opened.get(), Some(Err(_)))
            || matches!(self.manifest.get(), Some(Err(_)));
        let verified = || new.row.verified.clone();
        let same = lock::Row { verified: verified(), ..old.row.clone() } == new.row;
        same && !failed && !self.is_withdrawn()
    }

    async fn open_now(&self, engine: &Arc<Engine>) -> Result<Plugin, Unusable> {
        let plugin = match &self.code {
            Code::Embedded(embedded) => Plugin::open(engine, &embedded.code).map_err(Unusable::of),
            Code::Stored(stored) => stored.open(engine).await,
        };
        let granted =
            |plugin: Plugin| plugin.with_folders(engine.folders(&self.name)).map_err(Unusable::of);
        let plugin = plugin.and_then(granted);
        let outcome = if plugin.is_ok() { "opened" } else { "cannot be opened" };
        let (name, digest) = (&self.name, &self.digest);
        tracing::debug!("plugin `{name}` {outcome}: component sha256:{digest}");
        plugin
    }
}

impl Unusable {
    /// The reason and what to do, for the model.
    pub(crate) fn for_the_model(&self) -> String {
        if self.0 == COMPILING {
            return self.0.clone();
        }
        format!("{self}; the operator of auth0-mcp can look into it with `auth0-mcp plugin verify`")
    }

    #[expect(clippy::needless_pass_by_value, reason = "for map_err")]
    pub(crate) fn of(error: OpenError) -> Self {
        Self(error.to_string())
    }
}
