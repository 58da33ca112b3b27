//! Habits that a text search can check: where outside crates are named, what every file begins with.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// All Rust sources below these folders.
fn sources(folders: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    folders.iter().for_each(|folder| collect(&root().join(folder), &mut found));
    assert!(!found.is_empty());
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && !entry.ends_with("target") && !entry.ends_with("node_modules") {
            collect(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

const OURS: [&str; 3] = ["host", "plugins", "tests"];

#[test]
fn every_file_says_why_it_exists() {
    for (name, text) in sources(&OURS) {
        assert!(text.starts_with("//!"), "{name} does not open with //!");
    }
}

#[test]
fn outside_crates_are_named_at_their_home_only() {
    let homes: &[(&str, &[&str])] = &[
        ("wasmtime::", &["host/sandbox/src/"]),
        ("wasmtime_wasi::", &["host/sandbox/src/wasi/"]),
        ("wasmparser::", &["host/sandbox/src/imports.rs", "host/sandbox/src/shape.rs"]),
        ("rmcp::", &["host/src/mcp/"]),
        ("reqwest::", &["host/src/management/", "host/src/auth/", "host/src/telemetry/"]),
        ("clap::", &["host/src/cli/"]),
        ("inquire::", &["host/src/cli/"]),
        ("qrcode::", &["host/src/cli/init/device.rs"]),
        ("open::that", &["host/src/cli/init/device.rs"]),
        ("jsonschema::", &["host/src/catalog/admission.rs"]),
        ("time::OffsetDateTime", &["host/src/audit/line.rs"]),
        ("jsonc_parser::", &["host/src/clients/json"]),
        ("similar::", &["host/src/clients/diff.rs"]),
        ("wit_component::", &["host/src/cli/plugin/componentize.rs"]),
        ("hyper::", &["host/src/conformance/stub.rs"]),
        ("rcgen::", &["host/src/conformance/stub.rs"]),
        ("tokio_rustls::", &["host/src/conformance/stub.rs"]),
        ("secrecy::", &["host/src/secret.rs"]),
        ("oci_client::", &["host/src/catalog/admit/oci.rs"]),
        ("minisign_verify::", &["host/src/catalog/admit/signature.rs"]),
        ("unicode_security::", &["host/src/catalog/admit/clash.rs"]),
        ("hmac::", &["host/sandbox/src/sealed.rs"]),
        ("indicatif::", &["host/src/cli/"]),
        ("keyring_core::", &["host/src/auth/vault/keychain.rs"]),
        ("keyring_store::", &["host/src/auth/vault/keychain.rs"]),
    ];
    for (name, text) in sources(&["host"]) {
        for (outside, allowed) in homes.iter().copied() {
            let at_home = allowed.iter().any(|home| name.starts_with(home));
            assert!(at_home || !text.contains(outside), "{name} names {outside}");
        }
    }
}

#[test]
fn the_environment_is_read_in_one_place() {
    for (name, text) in sources(&["host/src", "host/sandbox"]) {
        let reads = text.contains("env::var") && !text.contains("disallowed");
        assert!(name == "host/src/settings/env.rs" || !reads, "{name} reads the environment");
    }
}

#[test]
fn unsafe_code_only_loads_our_own_compiled_code() {
    let marker = concat!("unsafe", " {");
    let places: Vec<_> = sources(&["host", "plugins/bundle"])
        .into_iter()
        .filter(|(_, text)| text.contains(marker))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(places, ["host/sandbox/src/plugin.rs", "plugins/bundle/src/lib.rs"]);
}
