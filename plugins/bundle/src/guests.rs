//! Builds the plugin packages for WebAssembly with the cargo that is building the host.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::variable;

const TARGET: &str = "wasm32-unknown-unknown";

/// The folder of the workspace: the nearest one above the calling package that holds `Cargo.lock`.
pub(crate) fn workspace_root() -> Result<PathBuf> {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = package.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    Ok(root.context("no Cargo.lock above the package")?.to_owned())
}

/// Builds `packages` and returns the path of each core module, in the same order.
pub(crate) fn build(root: &Path, out: &Path, packages: &[&str]) -> Result<Vec<PathBuf>> {
    require_target()?;
    // A target folder of their own: the outer cargo holds the lock of the usual one. Beside it and not in
    // OUT_DIR, so that it survives when this script's own fingerprint changes.
    let profile_folder = out.ancestors().nth(3).context("OUT_DIR has an unexpected form")?;
    let target_folder = profile_folder.join("guests");
    let mut cargo = Command::new(variable("CARGO")?);
    cargo.current_dir(root).args([
        "build",
        "--quiet",
        "--profile",
        "guest",
        "--target",
        TARGET,
        "--lib",
    ]);
    cargo.arg("--target-dir").arg(&target_folder);
    packages.iter().for_each(|package| _ = cargo.args(["--package", package]));
    // What the outer build was told about its own compiler must not reach the guests: flags for another
    // target, clippy's wrapper, the outer package's variables.
    for name in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
    ] {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(root));
    let status = cargo.stdin(Stdio::null()).status().context("cargo could not be started")?;
    if !status.success() {
        bail!("the plugins did not build for {TARGET}; the compiler's messages are above");
    }
    let folder = target_folder.join(TARGET).join("guest");
    Ok(packages
        .iter()
        .map(|name| folder.join(format!("{}.wasm", name.replace('-', "_"))))
        .collect())
}

/// The compiler flags of the guests, in cargo's encoding.
fn flags(root: &Path) -> String {
    // Half of the linker's stack: less memory to reset after each call. It overflows into a trap, not into data.
    let mut flags = vec!["-Clink-arg=-zstack-size=524288".to_owned()];
    // The folders of the machine that builds have no place in a component.
    flags.push(format!("--remap-path-prefix={}=.", root.display()));
    let home =
        variable("CARGO_HOME").ok().or_else(|| variable("HOME").ok().map(|home| home + "/.cargo"));
    flags.extend(home.map(|home| format!("--remap-path-prefix={home}=cargo")));
    flags.join("\u{1f}")
}

/// One clear line instead of a page of "can't find crate for `core`".
fn require_target() -> Result<()> {
    let rustc = variable("RUSTC").unwrap_or_else(|_| "rustc".into());
    let printed =
        Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
    let folder = PathBuf::from(String::from_utf8_lossy(&printed.stdout).trim());
    if !printed.status.success() || !folder.is_dir() {
        bail!("the plugins need the Rust target {TARGET}: run `rustup target add {TARGET}`");
    }
    Ok(())
}
