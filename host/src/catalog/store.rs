//! The plugins that are part of this binary, and their opened components.

use std::sync::{Arc, OnceLock};

use auth0_mcp_sandbox::{Compiled, Engine, Manifest, OpenError, Plugin};

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

/// A plugin whose manifest has been read; its code is opened on first use.
pub(crate) struct Family {
    pub(crate) embedded: &'static Embedded,
    pub(crate) manifest: Manifest,
    opened: OnceLock<Result<Plugin, OpenError>>,
}

impl Family {
    /// # Errors
    /// The manifest is not what [`Manifest::admit`] gives: a bug of the build.
    pub(crate) fn read(embedded: &'static Embedded) -> Result<Arc<Self>, serde_json::Error> {
        let manifest = serde_json::from_str(embedded.manifest)?;
        Ok(Arc::new(Self { embedded, manifest, opened: OnceLock::new() }))
    }

    /// The component, linked; opened by the first caller.
    pub(crate) fn open(&self, engine: &Arc<Engine>) -> Result<&Plugin, &OpenError> {
        let open = || {
            let plugin = Plugin::open(engine, &self.embedded.code);
            let outcome = if plugin.is_ok() { "opened" } else { "cannot be opened" };
            let bytes = self.embedded.code.bytes().len();
            tracing::debug!(
                "plugin `{}` {outcome}: {bytes} bytes of code, component sha256:{}",
                self.embedded.name,
                self.embedded.digest
            );
            plugin
        };
        self.opened.get_or_init(open).as_ref()
    }
}
