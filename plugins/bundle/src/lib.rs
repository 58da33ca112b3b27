//! Turns plugin packages into what the host embeds: component, manifest and machine code.
//!
//! Called from a build script, so that a plain `cargo build` gives a complete binary. For each package: build
//! it for `wasm32-unknown-unknown`, make a component of the module, let it describe itself in the sandbox,
//! check what it said, compile it for the baseline CPU of the target. The script and the binary use the same
//! engine package with the same profile, so wasmtime is compiled once.

mod guests;

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, anyhow};
use auth0_mcp_sandbox::{Compiled, Engine, Limits, Manifest, Plugin};
use sha2::{Digest, Sha256};

/// The first-party plugins, in the order of `tools/list`. The host knows none of them by name.
pub const FIRST_PARTY: [&str; 6] =
    ["applications", "resource-servers", "actions", "logs", "forms", "application-grants"];

/// Builds the first-party plugins; see [`build`].
///
/// # Errors
/// As [`build`].
pub fn build_first_party() -> Result<()> {
    let sources: Vec<_> = FIRST_PARTY.iter().map(|name| format!("plugins/{name}/src")).collect();
    build(&FIRST_PARTY, &sources.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Builds the packages, in this order, and writes `bundle.rs` into the build script's `OUT_DIR`: an
/// array expression of `Embedded`.
///
/// `sources` are the folders whose change makes the bundle stale, relative to the workspace's root.
///
/// # Errors
/// What went wrong, in words for the person who builds: a missing target, a compile error, a refused manifest.
pub fn build(packages: &[&str], sources: &[&str]) -> Result<()> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let root = guests::workspace_root()?;
    watch(&root, sources);
    let modules = guests::build(&root, &out, packages)?;
    let engine = Arc::new(Engine::new()?);
    let mut entries = String::from("[\n");
    for (name, module) in packages.iter().zip(modules) {
        let entry =
            bundle_one(&engine, &out, &module).with_context(|| format!("plugin `{name}`"))?;
        writeln!(entries, "{entry}")?;
    }
    entries.push(']');
    fs::write(out.join("bundle.rs"), entries)?;
    Ok(())
}

/// Tells cargo when to build the bundle again.
#[expect(clippy::print_stdout, reason = "a build script talks to cargo on stdout")]
fn watch(root: &Path, sources: &[&str]) {
    let common = [
        "plugins/sdk",
        "plugins/bundle/src",
        "host/sandbox/src",
        "wit",
        "Cargo.lock",
        "Cargo.toml",
    ];
    for path in common.iter().chain(sources) {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
}

/// Component, manifest and code of one module, as files beside `bundle.rs`, and its entry there.
fn bundle_one(engine: &Arc<Engine>, out: &Path, module: &Path) -> Result<String> {
    let component = componentize(&fs::read(module)?)?;
    let manifest = describe(engine, &component)?;
    let code = Compiled::for_target(&variable("TARGET")?, &component)?;
    let digest = Sha256::digest(&component)
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let file = |kind: &str| out.join(format!("{}.{kind}", manifest.name));
    fs::write(file("wasm"), &component)?;
    fs::write(file("json"), serde_json::to_string(&manifest)?)?;
    fs::write(file("cwasm"), code.bytes())?;
    Ok(format!(
        "    Embedded {{ name: {:?}, digest: {digest:?}, manifest: include_str!({:?}), component: include_bytes!({:?}), code: unsafe {{ Compiled::embedded(include_bytes!({:?})) }} }},",
        manifest.name,
        file("json"),
        file("wasm"),
        file("cwasm")
    ))
}

fn componentize(module: &[u8]) -> Result<Vec<u8>> {
    wit_component::ComponentEncoder::default().validate(true).module(module)?.encode()
}

/// The manifest, asked for in the same sandbox that will run the plugin, with every import refusing.
fn describe(engine: &Arc<Engine>, component: &[u8]) -> Result<Manifest> {
    let plugin = Plugin::open(engine, &engine.compile(component)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    Ok(Manifest::admit(runtime.block_on(plugin.describe(Limits::default()))?)?)
}

/// A variable that cargo sets for build scripts.
#[expect(clippy::disallowed_methods, reason = "a build script is configured by its environment")]
fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|_| anyhow!("{name} is not set: this runs in a cargo build script"))
}
