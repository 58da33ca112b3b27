//! What is changed after it was added does not run, and the rest of the server does.

use std::fs;

use serde_json::json;

use crate::{
    home::{Home, hostile, with_section},
    session::tenant,
};

/// Changes a file of the one plugin, and looks at what verify and a server say.
#[track_caller]
fn changed(name: &str, change: impl Fn(&Home), words: &str) {
    let home = Home::new();
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    change(&home);
    let out = home.plugin(&["verify"]);
    assert_eq!(out.code, 8, "{name}: {}{}", out.stdout, out.stderr);
    assert!(
        format!("{}{}", out.stdout, out.stderr).contains(words),
        "{name}: {words}: {}{}",
        out.stdout,
        out.stderr
    );
    let tenant = tenant();
    let mut session = home.server().tenant(&tenant).start();
    if session.tool_names().contains(&"well_behaved".to_owned()) {
        let text = session.call("well_behaved", json!({})).error();
        assert!(text.contains("cannot run"), "{name}: {text}");
    }
    // The product's own tools are not touched by it.
    session.call("auth0_list_applications", json!({})).ok();
    let ended = session.end();
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stderr.contains("hostile") || ended.stderr.contains("plugins.lock"),
        "{name}: {}",
        ended.stderr
    );
}

fn edit(path: &std::path::Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "{text}");
    fs::write(path, text.replacen(old, new, 1)).unwrap();
}

#[test]
fn every_stored_file_is_bound_to_its_row() {
    changed(
        "component",
        |home| {
            fs::write(home.plugin_folder().join("component.wasm"), with_section(hostile(), "x"))
                .unwrap()
        },
        "its component was changed after it was added",
    );
    changed(
        "one byte of the component",
        |home| {
            let path = home.plugin_folder().join("component.wasm");
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&path, bytes).unwrap();
        },
        "its component was changed after it was added",
    );
    changed(
        "missing component",
        |home| fs::remove_file(home.plugin_folder().join("component.wasm")).unwrap(),
        "its file component.wasm is missing",
    );
    changed(
        "manifest",
        |home| edit(&home.plugin_folder().join("manifest.json"), "\"read-only\"", "\"read_only\""),
        "its manifest was changed after it was added",
    );
    changed("folder", |home| fs::remove_dir_all(home.plugin_folder()).unwrap(), "hostile");
}

#[test]
fn an_edited_lock_gives_nothing() {
    let lock = |home: &Home| home.data().join("plugins.lock");
    changed(
        "digest",
        |home| {
            let digest = home.inspect("hostile")["sha256"].as_str().unwrap().to_owned();
            edit(&lock(home), &digest, &"0".repeat(64));
        },
        "its component was changed after it was added",
    );
    changed(
        "wider rights",
        |home| {
            edit(
                &lock(home),
                "\"GET clients/{id}\"",
                "\"GET clients/{id}\", \"DELETE clients/{id}\"",
            )
        },
        "does not grant what its manifest asks for",
    );
    changed("version", |home| edit(&lock(home), "1.0.0", "9.0.0"), "does not grant");
    changed("syntax", |home| edit(&lock(home), "name =", "name"), "plugins.lock cannot be read");
    changed(
        "unknown key",
        |home| edit(&lock(home), "name =", "trusted = true\nname ="),
        "plugins.lock cannot be read",
    );
    changed(
        "folder elsewhere",
        |home| edit(&lock(home), "folder = \"hostile", "folder = \"../../hostile"),
        "is damaged",
    );
    changed(
        "a shadowing tool",
        |home| edit(&lock(home), "well_behaved =", "auth0_list_logs ="),
        "does not grant what its manifest asks for",
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    changed(
        "link",
        |home| {
            let path = home.plugin_folder().join("component.wasm");
            let elsewhere = home.folder.join("elsewhere.wasm");
            fs::rename(&path, &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        },
        "it is not followed",
    );
}
