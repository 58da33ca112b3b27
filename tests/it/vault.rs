//! The vault in a real keychain: what is written is there for other programs, an interruption loses nothing, and
//! each way in which a keychain can be missing has its own words.

use std::{thread::sleep, time::Duration};

use serde_json::{Value, json};

use crate::{
    keychain::{Begin, Keychain},
    session::Builder,
};

/// A sign-in with a token of so many bytes.
fn session(token: &str, length: usize) -> Value {
    let token = format!("{token}-{}", "x".repeat(length));
    json!({"domain": "x.eu.auth0.com", "token": token, "lifetime": 3600, "client_id": "c", "client_secret": "kept-secret"})
}

#[test]
fn a_sign_in_is_kept_read_and_erased() {
    let Some(keychain) = Keychain::start() else { return };
    assert_eq!(keychain.vault(json!({"do": "storage"})).unwrap(), "Secret Service");
    for length in [10, 12_000, 3_000] {
        keychain.sign_in("acme", &session("first", length));
        let found = keychain.vault(json!({"do": "read", "profile": "acme"})).unwrap();
        assert_eq!(found, session("first", length)["token"]);
    }
    keychain.sign_in("b", &session("second", 10));
    let profiles = keychain.vault(json!({"do": "profiles"})).unwrap();
    assert_eq!(profiles, json!({"names": ["acme", "b"], "default": "acme"}));
    let found = keychain.found();
    assert!(found.contains("first-xxx") && found.contains("kept-secret"), "{found}");
    for profile in ["acme", "b"] {
        assert_eq!(keychain.vault(json!({"do": "erase", "profile": profile})).unwrap(), true);
    }
    assert_eq!(keychain.found(), "", "nothing is left");
    // The notes beside it hold nothing but the empty locks.
    let notes = std::fs::read_dir(keychain.notes()).unwrap();
    let left: Vec<_> = notes.map(|entry| entry.unwrap()).collect();
    assert!(left.iter().all(|entry| entry.metadata().unwrap().len() == 0), "{left:?}");
    assert!(
        left.iter().all(|entry| entry.file_name().to_string_lossy().ends_with(".lock")),
        "{left:?}"
    );
}

#[test]
fn a_writer_that_is_killed_loses_no_sign_in() {
    let Some(keychain) = Keychain::start() else { return };
    let sessions = [session("first", 9_000), session("second", 14_000)];
    keychain.sign_in("acme", &sessions[0]);
    for delay in [90, 130, 170, 210, 250, 290] {
        let work = json!({"do": "write for ever", "profile": "acme", "sessions": sessions});
        let mut writer = keychain.child(&work).spawn().unwrap();
        sleep(Duration::from_millis(delay));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let found = keychain.vault(json!({"do": "read", "profile": "acme"})).unwrap();
        assert!(
            sessions.iter().any(|session| session["token"] == found),
            "after {delay} ms: {found}"
        );
    }
    keychain.vault(json!({"do": "erase", "profile": "acme"})).unwrap();
    assert_eq!(keychain.found(), "", "nothing is left of interrupted writes");
}

#[test]
fn entries_of_the_node_server_are_found_imported_and_erased() {
    let Some(keychain) = Keychain::start() else { return };
    for (account, value) in [
        ("AUTH0_TOKEN", "node-token"),
        ("AUTH0_DOMAIN", "x.eu.auth0.com"),
        ("AUTH0_REFRESH_TOKEN", "node-refresh"),
        ("AUTH0_TOKEN_EXPIRES_AT", "1700000000000"),
    ] {
        keychain.put(&[("service", "auth0-mcp"), ("account", account)], value);
    }
    let accounts =
        json!(["AUTH0_TOKEN", "AUTH0_DOMAIN", "AUTH0_REFRESH_TOKEN", "AUTH0_TOKEN_EXPIRES_AT"]);
    assert_eq!(keychain.vault(json!({"do": "node entries"})).unwrap(), accounts);
    let imported = keychain.vault(json!({"do": "node import"})).unwrap();
    assert_eq!(imported, json!(["x.eu.auth0.com", "node-token"]));
    assert_eq!(keychain.vault(json!({"do": "profiles"})).unwrap()["names"], json!([]));
    assert_eq!(keychain.vault(json!({"do": "node erase"})).unwrap(), accounts);
    assert_eq!(keychain.found(), "");
}

#[test]
fn each_keychain_that_does_not_work_is_explained() {
    let (Some(locked), Some(never), Some(none)) = (
        Keychain::start(),
        Keychain::begin(Begin::NeverUnlocked),
        Keychain::begin(Begin::NoDaemon),
    ) else {
        return;
    };
    locked.sign_in("default", &session("first", 10));
    locked.lock();
    let table = [
        (&locked, "the keychain is locked"),
        (&never, "the keychain is locked"),
        (&none, "no Secret Service is running"),
    ];
    for (keychain, words) in table {
        let write = json!({"do": "write", "session": session("second", 10)});
        let error = keychain.vault(write).unwrap_err();
        assert!(error.contains(words) && error.contains("AUTH0_TOKEN"), "{words}: {error}");
        assert!(!error.contains("kept-secret"), "{error}");
    }
    let ended = Builder::new().raw().keychain(&locked).start().end();
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stderr.contains("the keychain is locked"), "{}", ended.stderr);
    assert!(ended.stderr.contains("AUTH0_CLIENT_SECRET"), "{}", ended.stderr);
}

#[test]
fn a_machine_without_a_bus_is_told_the_headless_way() {
    for args in [&[][..], &["--profile", "acme"]] {
        let ended = Builder::new()
            .raw()
            .args(args)
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .env("AUTH0_MCP_DATA_DIR", env!("CARGO_TARGET_TMPDIR"))
            .start()
            .end();
        assert_eq!(ended.code, Some(4), "{}", ended.stderr);
        for words in ["no credentials", "there is no keychain here", "AUTH0_TOKEN", "--demo"] {
            assert!(ended.stderr.contains(words), "no {words}: {}", ended.stderr);
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_and_nothing_is_kept() {
    let Some(keychain) = Keychain::start() else { return };
    let work = json!({"do": "write", "profile": "acme", "session": session("first", 10)});
    std::fs::write(keychain.notes().parent().unwrap(), "no folder").unwrap();
    let error = keychain.vault(work).unwrap_err();
    assert!(error.contains("acme.lock cannot be written"), "{error}");
    assert!(error.contains("AUTH0_MCP_DATA_DIR"), "{error}");
    assert_eq!(keychain.found(), "");
}
