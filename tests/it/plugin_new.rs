//! `plugin new` hands out the examples under another name. That they build and run is what
//! `tests/clients/examples.mjs` shows.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const LANGUAGES: [&str; 3] = ["rust", "js", "python"];

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A folder of this test's own, empty.
fn folder(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("auth0-mcp-new-{}-{test}", std::process::id()));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn new(args: &[&str], dir: &Path) -> (i32, String, String) {
    let output = Command::new(crate::BINARY)
        .args(["plugin", "new"])
        .args(args)
        .arg("--dir")
        .arg(dir)
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Every file below a folder, with links followed, without what a build leaves there.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(folder, folder, &mut found);
    assert!(!found.is_empty());
    found
}

fn collect(top: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let built = ["target", "node_modules", ".venv", "bindings", "__pycache__"]
            .contains(&name.as_str())
            || name.ends_with(".wasm");
        if path.is_dir() && !built {
            collect(top, &path, found);
        } else if !built {
            let relative = path.strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/");
            found.insert(relative, fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn a_project_is_the_example_and_what_it_needs() {
    let dir = folder("same");
    for language in LANGUAGES {
        let name = format!("hello-{language}");
        let (code, stdout, stderr) = new(&[&name, "--lang", language], &dir);
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert!(stdout.contains(&format!("auth0-mcp plugin test {name}.wasm")), "{stdout}");
        let mut project = files(&dir.join(&name));
        // What the example leaves out: links of the repository that a checkout may not follow.
        project.retain(|path, _| !path.starts_with("sdk/wit/") && path != "sdk/LICENSE");
        let mut example = files(&root().join("plugins/examples").join(&name));
        example.retain(|path, _| !path.starts_with("sdk/wit/"));
        let paths = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(paths(&project), paths(&example), "{language}");
        assert!(project == example, "{language}: a file of the project is not the example's");
    }
    let contract = |path: &str| files(&dir.join(path));
    let wit = contract("hello-js/wit");
    assert_eq!(wit.keys().collect::<Vec<_>>(), ["management.wit", "types.wit", "world.wit"]);
    for (file, text) in &wit {
        assert!(fs::read_to_string(root().join("wit").join(file)).unwrap() == *text, "{file}");
    }
    assert!(wit == contract("hello-python/wit") && wit == contract("hello-rust/sdk/wit"));
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_project_is_named_throughout() {
    let dir = folder("named");
    for language in LANGUAGES {
        let (code, _, stderr) = new(&["call-back-2", "--lang", language], &dir);
        assert_eq!(code, 0, "{stderr}");
        let project = files(&dir.join("call-back-2"));
        for (path, text) in project.iter().filter(|(path, _)| !path.starts_with("sdk/")) {
            assert!(!text.contains("hello"), "{language}: {path}");
        }
        assert!(project.values().any(|text| text.contains("call_back_2_check_callbacks")));
        fs::remove_dir_all(dir.join("call-back-2")).unwrap();
    }
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn what_exists_is_never_touched() {
    let dir = folder("exists");
    fs::create_dir(dir.join("empty")).unwrap();
    fs::write(dir.join("file"), "mine").unwrap();
    fs::create_dir(dir.join("full")).unwrap();
    fs::write(dir.join("full/README.md"), "mine").unwrap();
    for name in ["empty", "file", "full"] {
        let (code, stdout, stderr) = new(&[name, "--lang", "js"], &dir);
        assert_eq!((code, stdout.as_str()), (1, ""), "{name}");
        assert!(stderr.contains("exists already, and nothing in it was changed"), "{stderr}");
    }
    let left = files(&dir);
    assert_eq!(left.keys().collect::<Vec<_>>(), ["file", "full/README.md"]);
    assert!(left.values().all(|text| text == "mine"));
    // Folders on the way are made; one that cannot be is named.
    let (code, ..) = new(&["deep", "--lang", "python"], &dir.join("a/b"));
    assert_eq!(code, 0);
    let (code, _, stderr) = new(&["deep", "--lang", "python"], &dir.join("file"));
    assert!(code == 1 && stderr.contains("cannot be written"), "{stderr}");
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn names_that_would_not_work_are_refused() {
    let dir = folder("names");
    let longest = "a".repeat(40);
    for (name, language, code, says) in [
        (longest.as_str(), "js", 0, ""),
        ("a", "js", 0, ""),
        (&"a".repeat(41), "js", 2, "1 to 40 of a-z"),
        ("", "js", 2, "1 to 40 of a-z"),
        ("Hello", "js", 2, "1 to 40 of a-z"),
        ("hello_js", "js", 2, "1 to 40 of a-z"),
        ("../x", "js", 2, "1 to 40 of a-z"),
        ("a/b", "js", 2, "1 to 40 of a-z"),
        ("1a", "js", 2, "1 to 40 of a-z"),
        ("a-", "js", 2, "1 to 40 of a-z"),
        ("a--b", "js", 2, "1 to 40 of a-z"),
        ("h\u{e9}llo", "js", 2, "1 to 40 of a-z"),
        ("a\u{1b}[2J", "js", 2, r"`a\u{1b}[2J`"),
        ("logs", "js", 2, "has the name of one of auth0-mcp itself"),
        ("resource-servers", "rust", 2, "has the name of one of auth0-mcp itself"),
        ("application", "js", 2, "can be mistaken for `applications`"),
        ("auth0-roles", "js", 2, "begins with `auth0`"),
        ("serde", "rust", 2, "a package that the project depends on"),
        ("wit-bindgen", "rust", 2, "a package that the project depends on"),
        ("match", "rust", 2, "the Rust language"),
        ("match", "python", 0, ""),
        ("node-modules", "js", 2, "a folder of npm"),
        ("x", "cobol", 2, "possible values: rust, js, python"),
    ] {
        let (found, stdout, stderr) = new(&[name, "--lang", language], &dir);
        assert_eq!(found, code, "{name}: {stderr}");
        assert!(stderr.contains(says) && stdout.is_empty() == (code != 0), "{name}: {stderr}");
    }
    let (code, _, stderr) = new(&["x"], &dir);
    assert!(code == 2 && stderr.contains("--lang <rust|js|python>"), "{stderr}");
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_module_becomes_a_component_and_nothing_else_does() {
    let dir = folder("componentize");
    let component = auth0_mcp::catalog::store::BUNDLE[0].component;
    let no_plugin = b"\0asm\x01\0\0\0";
    for (name, bytes, says) in [
        ("component", component, "is a component already"),
        ("garbage", b"not wasm".as_slice(), "cannot be made a component"),
        ("cut", &no_plugin[..6], "cannot be made a component"),
    ] {
        fs::write(dir.join(name), bytes).unwrap();
        let (code, stderr) = componentize(&dir.join(name), &dir.join("out.wasm"));
        assert_eq!(code, 1, "{name}: {stderr}");
        assert!(stderr.contains(says) && !dir.join("out.wasm").exists(), "{name}: {stderr}");
    }
    let (code, stderr) = componentize(&dir.join("missing"), &dir.join("out.wasm"));
    assert!(code == 1 && stderr.contains("build the plugin first"), "{stderr}");
    fs::remove_dir_all(dir).unwrap();
}

fn componentize(module: &Path, out: &Path) -> (i32, String) {
    let output = Command::new(crate::BINARY)
        .args(["plugin", "componentize"])
        .arg(module)
        .arg("--out")
        .arg(out)
        .env_clear()
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// The SDK's manifest inherits nothing, so that it can be copied; so it must not drift away from the workspace.
#[test]
fn the_sdk_stands_alone_and_agrees_with_the_workspace() {
    let read = |path: &str| {
        let text = fs::read_to_string(root().join(path)).unwrap();
        text.parse::<toml_edit::DocumentMut>().unwrap()
    };
    let (sdk, workspace) = (read("plugins/sdk/Cargo.toml"), read("Cargo.toml"));
    let text = |item: &toml_edit::Item| item.to_string().trim().to_owned();
    for (key, value) in workspace["workspace"]["package"].as_table().unwrap() {
        assert_eq!(text(&sdk["package"][key]), text(value), "{key}");
    }
    for (name, value) in sdk["dependencies"].as_table().unwrap() {
        assert_eq!(text(value), text(&workspace["workspace"]["dependencies"][name]), "{name}");
    }
    for lints in ["rust", "clippy"] {
        assert_eq!(text(&sdk["lints"][lints]), text(&workspace["workspace"]["lints"][lints]));
    }
}
