//! Builds the first-party plugins and hands their bytes to `catalog/store.rs`; lays the binary out.

use std::{path::Path, process::Command};

fn main() {
    if let Err(error) = auth0_mcp_bundle::build_first_party() {
        report(&format!("{error:#}"));
    }
    if loads_packed_relocations() {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    println!("cargo::rerun-if-changed={HOT_CODE}");
    if takes_linker_scripts() {
        let script = Path::new(&variable("CARGO_MANIFEST_DIR")).join(HOT_CODE);
        println!("cargo::rustc-link-arg-bins=-T{}", script.display());
    }
}

/// The functions that a session runs, put side by side: a tenth less time for a call, a quarter less memory. Made by
/// `just hot-code`. A linker that finds some of the names no more leaves those functions where they were.
const HOT_CODE: &str = "hot-code.ld";

/// Linkers of other systems take none, and on Linux neither do mold and gold. Debug builds inline less, so they run
/// other functions, and are linked faster without.
fn takes_linker_scripts() -> bool {
    let chosen = variable("CARGO_ENCODED_RUSTFLAGS") + &variable("RUSTC_LINKER");
    variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("PROFILE") == "release"
        && !["mold", "gold"].iter().any(|linker| chosen.contains(linker))
}

/// One line that cargo shows as the build's error.
fn report(error: &str) {
    println!("cargo::error={}", error.replace('\n', " "));
}

/// Whether this machine's loader knows `DT_RELR` (glibc 2.36): 20 kB to read at each start instead of 2 MB, all of
/// them resident. A binary that is built elsewhere, or for elsewhere, does without.
fn loads_packed_relocations() -> bool {
    if variable("HOST") != variable("TARGET") || variable("CARGO_CFG_TARGET_ENV") != "gnu" {
        return false;
    }
    let Ok(printed) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else {
        return false;
    };
    let version = String::from_utf8_lossy(&printed.stdout);
    let minor = version.trim().strip_prefix("glibc 2.").map(str::parse::<u32>);
    matches!(minor, Some(Ok(36..)))
}

#[expect(clippy::disallowed_methods, reason = "a build script is configured by its environment")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
