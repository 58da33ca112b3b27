//! Compiled code that a real keychain vouches for: compiled once, when the plugin is added.

use std::fs;

use serde_json::json;

use crate::{
    home::{Home, hostile},
    keychain::{Begin, Keychain},
    session::tenant,
};

#[test]
fn with_a_keychain_nothing_is_compiled_again_and_changed_code_is() {
    let Some(keychain) = Keychain::begin(Begin::Unlocked) else { return };
    let (mut home, tenant) = (Home::new(), tenant());
    home.environment = keychain.environment();
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    let verified = home.ok(&["verify"]);
    assert!(verified.contains("ok") && !verified.contains("compiles it again"), "{verified}");
    let serve = || {
        let mut session = home.server().tenant(&tenant).start();
        assert_eq!(session.call("well_behaved", json!({})).ok(), json!({"fine": true}));
        session.end().stderr
    };
    assert!(!serve().contains("compiled again"), "{}", serve());

    let code = home.plugin_folder().join("code.sealed");
    let mut bytes = fs::read(&code).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&code, bytes).unwrap();
    let out = home.plugin(&["verify"]);
    assert_eq!(out.code, 8, "{}", out.stdout);
    assert!(out.stdout.contains("its compiled code is never executed"), "{}", out.stdout);
    assert!(
        serve().contains("is compiled again, since the stored code is not used: its seal is wrong")
    );
    // What that server stored is sound again.
    assert!(!serve().contains("compiled again"));
    assert!(home.ok(&["verify"]).contains("ok"));
}
