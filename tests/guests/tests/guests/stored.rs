//! What was added and changed afterwards is not run: the component, and the lock that vouches for it.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::{World, components, goes_on, session::Builder, tenant};

/// All files below a folder.
fn files(folder: &PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A data folder with the chameleon added, then changed; what a new server and `plugin verify` say of it.
fn changed(name: &str, change: impl FnOnce(&World)) -> (String, String) {
    let world = World::new(name);
    let said = world.add("chameleon", &components::chameleon("honest"));
    assert_eq!(said.code, Some(0), "{}", said.text);
    fs::remove_file(world.data.join("chameleon.wasm")).unwrap();
    change(&world);
    let verified = world.plugin(&["verify"]);
    let tenant = tenant();
    let builder = Builder::new().tenant(&tenant).debug();
    let mut session = builder.env("AUTH0_MCP_DATA_DIR", world.data.to_str().unwrap()).start();
    let called = session.request("tools/call", json!({"name": "chameleon_look", "arguments": {}}));
    goes_on(&mut session);
    let answer = format!("{called}\n{}", session.end().stderr);
    assert!(!called.to_string().contains("\"fine\":true"), "{answer}");
    assert_ne!(verified.code, Some(0), "{}", verified.text);
    (answer, verified.text)
}

#[test]
fn a_changed_component_is_not_run() {
    let (answer, verified) = changed("stored-component", |world| {
        let component = files(&world.data)
            .into_iter()
            .find(|file| fs::read(file).unwrap().starts_with(b"\0asm"));
        let component = component.unwrap();
        let mut bytes = fs::read(&component).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        make_writable(&component);
        fs::write(&component, bytes).unwrap();
    });
    assert!(answer.contains("sha256") || answer.contains("digest"), "{answer}");
    assert!(verified.contains("chameleon"), "{verified}");
}

#[test]
fn a_changed_manifest_is_not_believed() {
    let (answer, verified) = changed("stored-manifest", |world| {
        let holds = |file: &PathBuf| {
            file.extension().is_some_and(|extension| extension == "json")
                && fs::read_to_string(file).unwrap().contains("clients/{id}")
        };
        let manifest = files(&world.data).into_iter().find(holds).unwrap();
        let text = fs::read_to_string(&manifest).unwrap();
        make_writable(&manifest);
        fs::write(&manifest, text.replace("clients/{id}", "users/{id}")).unwrap();
    });
    assert!(answer.contains("manifest"), "{answer}");
    assert!(verified.contains("chameleon"), "{verified}");
}

#[test]
fn an_edited_lock_gives_no_rights() {
    let (answer, verified) = changed("stored-lock", |world| {
        let lock = world.data.join("plugins.lock");
        let text = fs::read_to_string(&lock).unwrap();
        let edited: Vec<_> = text
            .lines()
            .map(|line| match line.contains("sha256") {
                true => line.replace(['a', 'b', 'c'], "d"),
                false => line.to_owned(),
            })
            .collect();
        make_writable(&lock);
        fs::write(&lock, edited.join("\n")).unwrap();
    });
    assert!(!answer.is_empty() && !verified.is_empty());
}

fn make_writable(file: &PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}
