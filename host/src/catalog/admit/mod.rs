//! From the bytes of a component to what the host knows of it: the one way in for `plugin add`, `plugin
//! inspect` and `plugin test`.
//!
//! The order is the order of trust. The bytes are bounded and read, never run; the import list is checked;
//! another process with limits of its own compiles; the component describes itself in the sandbox, with every
//! import refusing; what it says is checked.

pub mod clash;
pub mod compiler;
pub mod oci;
pub mod signature;
pub mod source;
pub mod vet;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use auth0_mcp_sandbox::{
    Compiled, Engine, Limits, Manifest, OpenError, Plugin, PluginFault, check, imports,
    manifest::ManifestError,
};
use sha2::{Digest, Sha256};

use super::admission::Arguments;
use compiler::{CompileError, Compiler};

/// The largest component that is read, in bytes. A JavaScript or Python engine inside makes 12 to 20 MiB.
pub const LARGEST: usize = 64 << 20;

/// A component that was examined and may be used.
pub struct Examined {
    /// SHA-256 of the component, in lowercase hex.
    pub digest: String,
    /// Its size, in bytes.
    pub size: usize,
    /// The names of everything that it imports, read from its bytes.
    pub imports: Vec<String>,
    /// What it said of itself, checked.
    pub manifest: Manifest,
    /// Its machine code for this machine.
    pub code: Compiled,
    /// How long compiling took.
    pub compiled_in: Duration,
    /// Ready to be called.
    pub plugin: Plugin,
}

/// Why a component is not admitted. The operator and the plugin's author read it.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Too many bytes.
    #[error("the component has {0} bytes; the limit is {LARGEST} bytes")]
    TooLarge(usize),
    /// It cannot be opened: no component, unknown imports, another world.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It does not compile within its limits.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It trapped, or hit a limit, while it described itself.
    #[error("the component could not describe itself: {0}")]
    Describe(PluginFault),
    /// What it said breaks a rule of the contract.
    #[error("the manifest is refused: {0}")]
    Manifest(ManifestError),
    /// What it says depends on the day.
    #[error(
        "the component describes itself differently each time it is asked, so nothing that it says can be relied on"
    )]
    Fickle,
    /// A schema that arguments cannot be checked against.
    #[error("the input schema of `{tool}` is refused: {problem}")]
    Schema {
        /// The tool.
        tool: String,
        /// What is wrong with its schema.
        problem: String,
    },
}

/// Examines a component. Nothing of it runs outside of the sandbox.
///
/// # Errors
/// [`Refused`]: the first thing that is wrong.
pub async fn examine(
    engine: &Arc<Engine>,
    compiler: &Compiler,
    component: &[u8],
    limits: Limits,
) -> Result<Examined, Refused> {
    let size = component.len();
    if size > LARGEST {
        return Err(Refused::TooLarge(size));
    }
    check(component)?;
    let began = Instant::now();
    let code = compiler.compile(engine, component).await?;
    examine_compiled(engine, component, code, began.elapsed(), limits).await
}

/// Examines a component that was compiled in this process, in this time: the rest of [`examine`].
///
/// # Errors
/// [`Refused`]: the first thing that is wrong.
pub async fn examine_compiled(
    engine: &Arc<Engine>,
    component: &[u8],
    code: Compiled,
    compiled_in: Duration,
    limits: Limits,
) -> Result<Examined, Refused> {
    let imports = imports(component)?;
    let plugin = Plugin::open(engine, &code)?;
    let manifest = describe(&plugin, limits).await?;
    let (digest, size) = (digest(component), component.len());
    Ok(Examined { digest, size, imports, manifest, code, compiled_in, plugin })
}

/// The manifest: said twice the same, with schemas that arguments can be checked against.
async fn describe(plugin: &Plugin, limits: Limits) -> Result<Manifest, Refused> {
    let said = plugin.describe(limits).await.map_err(Refused::Describe)?;
    let again = plugin.describe(limits).await.map_err(Refused::Describe)?;
    let manifest = Manifest::admit(said).map_err(Refused::Manifest)?;
    if !Manifest::admit(again).is_ok_and(|again| again == manifest) {
        return Err(Refused::Fickle);
    }
    for tool in &manifest.tools {
        let problem = Arguments::of(&tool.name, &tool.input_schema).usable();
        problem.map_err(|problem| Refused::Schema { tool: tool.name.clone(), problem })?;
    }
    Ok(manifest)
}

/// SHA-256 in lowercase hex, as `sha256sum` prints it.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lowercase hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing into a string cannot fail.
        _ = write!(hex, "{byte:02x}");
        hex
    })
}
