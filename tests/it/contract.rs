//! The plugin contract: what is released never changes, and our components ask for nothing beyond it.

use std::{fs, path::Path};

use auth0_mcp::catalog::store::BUNDLE;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn the_released_contract_is_frozen() {
    for file in ["types.wit", "management.wit", "world.wit"] {
        let now = fs::read(root().join("wit").join(file)).unwrap();
        let released = fs::read(root().join("wit/released/1.0.0").join(file)).unwrap();
        assert!(
            now == released,
            "wit/{file} differs from wit/released/1.0.0/{file}: see wit/README.md"
        );
    }
}

#[test]
fn the_released_copy_itself_is_frozen() {
    // SHA-256 of the released files: editing both copies at once must not pass either.
    let sums = fs::read_to_string(root().join("wit/released/1.0.0/SHA256SUMS")).unwrap();
    for line in sums.lines() {
        let (sum, file) = line.split_once("  ").unwrap();
        let bytes = fs::read(root().join("wit/released/1.0.0").join(file)).unwrap();
        assert_eq!(sum, sha256(&bytes), "{file}");
    }
    assert_eq!(sums.lines().count(), 3);
}

/// What each component imports, beside `types`, which holds no function.
const IMPORTS: [(&str, &[&str]); 6] = [
    ("applications", &["management", "log"]),
    ("resource-servers", &["management", "log"]),
    ("actions", &["management", "invocation", "log"]),
    ("logs", &["management", "invocation", "log"]),
    ("forms", &["management", "invocation", "log"]),
    ("application-grants", &["management", "log"]),
];

#[test]
fn our_components_import_our_interfaces_and_nothing_else() {
    assert_eq!(BUNDLE.len(), IMPORTS.len());
    for (plugin, (name, expected)) in BUNDLE.iter().zip(IMPORTS) {
        assert_eq!(plugin.name, name);
        let mut imports = auth0_mcp_sandbox::imports(plugin.component).unwrap();
        let mut expected: Vec<_> = expected
            .iter()
            .chain(&["types"])
            .map(|name| format!("auth0-mcp:plugin/{name}@1.0.0"))
            .collect();
        imports.sort();
        expected.sort();
        assert_eq!(imports, expected, "{name}");
    }
}

#[test]
fn our_texts_do_not_read_like_an_attack_on_the_model() {
    for plugin in BUNDLE {
        let manifest: auth0_mcp_sandbox::Manifest = serde_json::from_str(plugin.manifest).unwrap();
        assert_eq!(manifest.warnings(), [], "{}", plugin.name);
    }
}

#[test]
fn a_digest_in_the_bundle_is_that_of_the_component() {
    for plugin in BUNDLE {
        assert_eq!(plugin.digest, sha256(plugin.component), "{}", plugin.name);
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
