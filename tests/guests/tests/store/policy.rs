//! Signatures and the operator's policy, over the commands and the server.

use std::{fs, io::Cursor};

use minisign::KeyPair;
use serde_json::json;

use crate::{
    home::{Home, hostile, with_section},
    session::tenant,
};

fn sign(pair: &KeyPair, component: &[u8], file: &str) {
    let signature = minisign::sign(None, &pair.sk, Cursor::new(component), None, None).unwrap();
    fs::write(format!("{file}.minisig"), signature.to_string()).unwrap();
}

/// A policy that wants signatures by this key.
fn publishers(pair: &KeyPair) -> String {
    let key = pair.pk.to_base64();
    format!("[plugins]\nrequire-signatures = true\npublishers = {{ acme = \"{key}\" }}\n")
}

#[test]
fn signatures_are_verified_shown_and_required_as_the_policy_says() {
    let mut home = Home::new();
    let (ours, theirs) = (
        KeyPair::generate_unencrypted_keypair().unwrap(),
        KeyPair::generate_unencrypted_keypair().unwrap(),
    );
    let file = home.file("hostile.wasm", &hostile());
    home.policy(&publishers(&ours));
    home.refused(
        &["add", &file, "--yes"],
        "the component has no signature, and the policy wants one",
    );
    sign(&theirs, &hostile(), &file);
    home.refused(&["add", &file, "--yes"], "no publisher of the policy has signed it");
    sign(&ours, &with_section(hostile(), "other"), &file);
    home.refused(
        &["add", &file, "--yes"],
        "the signature of publisher `acme` does not fit the component",
    );
    fs::write(format!("{file}.minisig"), "nonsense").unwrap();
    home.refused(&["add", &file, "--yes"], "not in minisign's format");
    sign(&ours, &hostile(), &file);
    assert!(home.ok(&["add", &file, "--yes"]).contains("signer   acme (signature verified)"));
    assert!(home.ok(&["list"]).contains("by acme"));
    assert!(home.ok(&["verify"]).contains("ok"));

    // Without the key, nothing of it is loaded.
    home.policy(&publishers(&theirs));
    let out = home.plugin(&["verify"]);
    assert_eq!(out.code, 8, "{}", out.stdout);
    let tenant = tenant();
    let mut session = home.server().tenant(&tenant).start();
    assert!(session.tool_names().iter().all(|name| name.starts_with("auth0_")));
    assert!(session.end().stderr.contains("plugin `hostile` is not loaded"));

    // A signature that was taken away is noticed where one is required.
    home.policy(&publishers(&ours));
    fs::remove_file(home.plugin_folder().join("component.wasm.minisig")).unwrap();
    assert_eq!(home.plugin(&["verify"]).code, 8);
    let mut session = home.server().tenant(&tenant).start();
    let text = session.call("well_behaved", json!({})).error();
    assert!(text.contains("has no signature"), "{text}");
}

#[test]
fn a_policy_without_third_parties_leaves_them_out() {
    let mut home = Home::new();
    let file = home.file("hostile.wasm", &hostile());
    home.ok(&["add", &file, "--yes"]);
    home.policy("[plugins]\nthird-party = false\n");
    home.refused(&["add", &file, "--yes"], "plugins of third parties are forbidden");
    home.refused(&["update"], "plugins of third parties are forbidden");
    let tenant = tenant();
    let mut session = home.server().tenant(&tenant).start();
    assert!(session.tool_names().iter().all(|name| name.starts_with("auth0_")));
    assert!(session.end().stderr.contains("1 added plugins are not loaded"));
    // It can still be looked at and taken away.
    assert_eq!(home.inspect("hostile")["admitted"], false);
    home.ok(&["remove", "hostile"]);
}
