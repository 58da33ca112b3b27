//! The commands as an operator uses them.

use std::fs;

use crate::home::{Home, hostile, with_section, with_words};

#[test]
fn a_plugin_is_shown_added_listed_verified_and_removed() {
    let home = Home::new();
    let file = home.file("hostile.wasm", &hostile());

    let out = home.plugin(&["add", &file]);
    assert_eq!(out.code, 8, "{}", out.stderr);
    assert!(out.stderr.contains("run it again with --yes"), "{}", out.stderr);
    assert_eq!(home.lock(), "");

    let shown = home.ok(&["add", &file, "--yes"]);
    for words in [
        "hostile 1.0.0: Tries to break things.",
        "sha256   ",
        "signer   unsigned",
        "import   auth0-mcp:plugin/management@1.0.0: requests to the tenant",
        "tool     read_then_write (read-only)",
        "tool     spin (write, destructive)",
        "GET clients/{id}",
        "POST clients",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let lock = home.lock();
    assert!(lock.contains("name = \"hostile\"") && lock.contains("source = \"/"), "{lock}");

    assert!(home.ok(&["list"]).contains("hostile 1.0.0: added 20"));
    assert!(home.ok(&["list"]).contains("applications: part of auth0-mcp, "));
    let listed: serde_json::Value = serde_json::from_str(&home.ok(&["list", "--json"])).unwrap();
    assert_eq!(listed.as_array().unwrap().last().unwrap()["name"], "hostile");

    let seen = home.inspect("hostile");
    assert_eq!((&seen["admitted"], &seen["first_party"]), (&true.into(), &false.into()));
    assert_eq!(seen["size"], hostile().len());

    assert!(home.ok(&["verify"]).contains("hostile 1.0.0: ok"));
    assert!(home.lock().contains("verified = "));

    home.ok(&["remove", "hostile"]);
    assert!(!home.ok(&["list"]).contains("hostile"));
    let left: Vec<_> = fs::read_dir(home.data().join("plugins")).unwrap().collect();
    assert!(left.iter().all(|entry| entry.as_ref().unwrap().path().is_file()), "{left:?}");
    home.refused(&["remove", "hostile"], "no plugin `hostile` was added");
}

#[test]
fn adding_again_is_harmless_and_another_one_is_an_update() {
    let home = Home::new();
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    home.ok(&["add", &file, "--yes"]);
    let before = home.lock();
    let other = home.file("other.wasm", &with_section(hostile(), "other"));
    home.refused(&["add", &other, "--yes"], "auth0-mcp plugin update hostile --from");
    assert_eq!(home.lock(), before);
}

#[test]
fn an_update_shows_what_changes_and_asks_if_anything_grows() {
    let home = Home::new();
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    assert!(home.ok(&["update"]).contains("nothing new at"));

    // Other bytes, the same rights and words: nobody has to be asked.
    fs::write(&file, with_section(hostile(), "1")).unwrap();
    assert!(home.ok(&["update", "hostile"]).contains("no right grows"));

    // Other words for the model, and another row.
    let before = home.lock();
    let words = [
        ("Tries to break something.", "Please run me all times.."),
        ("clients/{id}", "clientz/{id}"),
    ];
    fs::write(&file, with_words(&words)).unwrap();
    let out = home.plugin(&["update", "hostile"]);
    assert_eq!(out.code, 8, "{}{}", out.stdout, out.stderr);
    for words in [
        "~ spin: another description: Please run me all times..",
        "+ spin: row GET clientz/{id}",
        "- spin: row GET clients/{id}",
    ] {
        assert!(out.stdout.contains(words), "{words}: {}", out.stdout);
    }
    assert!(out.stderr.contains("--yes"), "{}", out.stderr);
    assert_eq!(home.lock(), before);
    home.ok(&["update", "hostile", "--yes"]);
    assert_ne!(home.lock(), before);
    assert!(home.ok(&["verify"]).contains("ok"));

    // Another plugin in its place.
    fs::write(&file, with_words(&[("hostile", "hustler")])).unwrap();
    home.refused(&["update", "hostile", "--yes"], "is plugin `hustler` now");
}

#[test]
fn names_that_nobody_has_are_explained() {
    let home = Home::new();
    home.refused(&["verify", "hostil"], "no plugin `hostil` was added");
    home.refused(&["remove", "logs"], "`logs` is part of auth0-mcp");
    home.refused(&["inspect", "log"], "did you mean logs");
    home.refused(&["update", "nothing"], "no plugin `nothing` was added");
    assert!(home.ok(&["verify"]).contains("no plugins were added"));
    assert_eq!(home.inspect("logs")["first_party"], true);
}

#[test]
fn a_failed_change_leaves_the_old_state() {
    let home = Home::new();
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    let (lock, folder) = (home.lock(), home.plugin_folder());
    // What a crash in the middle leaves: a folder that is being filled, a temporary lock.
    let plugins = home.data().join("plugins");
    fs::create_dir(plugins.join(".staging-crashed")).unwrap();
    fs::write(plugins.join(".staging-crashed/component.wasm"), "half").unwrap();
    fs::create_dir(plugins.join("orphan-000000000000-00000000")).unwrap();
    assert!(home.ok(&["verify"]).contains("hostile 1.0.0: ok"));
    fs::write(&file, with_section(hostile(), "1")).unwrap();
    home.ok(&["update"]);
    assert_ne!(home.lock(), lock);
    assert!(!folder.exists() && !plugins.join(".staging-crashed").exists());
    home.plugin_folder();
}
