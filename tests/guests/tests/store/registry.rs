//! Components in a real OCI registry: Debian's `docker-registry` on 127.0.0.1.

use std::{
    collections::BTreeMap,
    fs,
    io::Cursor,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use oci_client::{
    Client, Reference,
    client::{ClientConfig, ClientProtocol, Config, ImageLayer},
    secrets::RegistryAuth,
};

use crate::home::{Home, hostile, with_section};

const WASM: &str = "application/wasm";
const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// A registry of its own for a test.
struct Registry {
    child: Child,
    host: String,
}

impl Registry {
    /// None, with a line that says so, where the registry is not installed.
    #[expect(clippy::print_stderr, reason = "a test that did not run says so")]
    fn start(folder: &Path) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = format!("127.0.0.1:{port}");
        let (config, storage) = (folder.join("registry.yml"), folder.join("registry"));
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '{host}'}}\n",
            storage.display()
        );
        fs::write(&config, text).unwrap();
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            eprintln!("skipped: the test of registries needs Debian's package docker-registry");
            return None;
        };
        let registry = Self { child, host };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(&registry.host).is_err() {
            assert!(Instant::now() < until, "the registry does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(registry)
    }

    /// Pushes an image and gives the digest of its manifest.
    fn push(&self, name: &str, config: &str, layers: Vec<ImageLayer>) -> String {
        // The client wants a TLS provider even for plain HTTP; a second install keeps the first.
        _ = rustls::crypto::ring::default_provider().install_default();
        let protocol = ClientProtocol::HttpsExcept(vec![self.host.clone()]);
        let client =
            Client::try_from(ClientConfig { protocol, ..ClientConfig::default() }).unwrap();
        let image: Reference = format!("{}/{name}", self.host).parse().unwrap();
        let config = Config::new(b"{}".to_vec(), config.to_owned(), None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let auth = RegistryAuth::Anonymous;
            client.push(&image, &layers, config, &auth, None).await.unwrap();
            client.fetch_manifest_digest(&image, &auth).await.unwrap()
        })
    }

    fn component(&self, name: &str, component: Vec<u8>) -> String {
        self.push(name, WASM_CONFIG, vec![ImageLayer::new(component, WASM.to_owned(), None)])
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // One that has ended cannot be killed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
fn a_component_is_pulled_by_tag_and_by_digest_and_updated_by_tag() {
    let home = Home::new();
    let Some(registry) = Registry::start(&home.folder) else { return };
    let digest = registry.component("acme/hostile:1.0", hostile());
    let image = format!("oci://{}/acme/hostile", registry.host);

    home.ok(&["add", &format!("{image}:1.0"), "--yes"]);
    assert!(home.lock().contains(&format!("source = \"{image}:1.0@{digest}\"")), "{}", home.lock());
    home.ok(&["remove", "hostile"]);
    home.ok(&["add", &format!("{image}@{digest}"), "--yes"]);
    assert!(home.lock().contains(&format!("source = \"{image}@{digest}\"")), "{}", home.lock());
    home.refused(&["update"], "it was added by digest, which always means the same");
    assert_eq!(home.inspect(&format!("{image}:1.0"))["admitted"], true);

    home.refused(&["add", &format!("{image}@sha256:{}", "0".repeat(64)), "--yes"], "oci://");
    home.refused(&["add", &format!("{image}:2.0"), "--yes"], "oci://");

    // The tag moves: the update follows it, and records the new digest.
    home.ok(&["remove", "hostile"]);
    home.ok(&["add", &format!("{image}:1.0"), "--yes"]);
    let moved = registry.component("acme/hostile:1.0", with_section(hostile(), "moved"));
    assert_ne!(moved, digest);
    assert!(home.ok(&["update"]).contains("no right grows"));
    assert!(home.lock().contains(&moved), "{}", home.lock());
}

#[test]
fn a_blob_that_is_not_what_its_digest_says_is_refused() {
    let home = Home::new();
    let Some(registry) = Registry::start(&home.folder) else { return };
    registry.component("hostile:1", hostile());
    // Somebody changes the registry's files.
    let blobs = home.folder.join("registry/docker/registry/v2/blobs/sha256");
    let digest = auth0_mcp::catalog::admit::digest(&hostile());
    let blob = blobs.join(&digest[..2]).join(&digest).join("data");
    let mut bytes = fs::read(&blob).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&blob, bytes).unwrap();
    home.refused(&["add", &format!("oci://{}/hostile:1", registry.host), "--yes"], "digest");
    assert_eq!(home.lock(), "");
}

#[test]
fn images_of_something_else_are_refused() {
    let home = Home::new();
    let Some(registry) = Registry::start(&home.folder) else { return };
    let layer = |media: &str| ImageLayer::new(hostile(), media.to_owned(), None);
    let two = ImageLayer::new(with_section(hostile(), "2"), WASM.to_owned(), None);
    let table = [
        ("image:1", "application/vnd.oci.image.config.v1+json", vec![layer(WASM)], "its config is"),
        (
            "tar:1",
            WASM_CONFIG,
            vec![layer("application/vnd.oci.image.layer.v1.tar")],
            "no layer of type",
        ),
        ("two:1", WASM_CONFIG, vec![layer(WASM), two], "several layers"),
    ];
    for (name, config, layers, words) in table {
        registry.push(name, config, layers);
        home.refused(&["add", &format!("oci://{}/{name}", registry.host), "--yes"], words);
    }
}

#[test]
fn a_signature_is_found_beside_the_component() {
    let mut home = Home::new();
    let Some(registry) = Registry::start(&home.folder) else { return };
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let signature = minisign::sign(None, &pair.sk, Cursor::new(hostile()), None, None).unwrap();
    let title = BTreeMap::from([(
        "org.opencontainers.image.title".to_owned(),
        "hostile.wasm.minisig".to_owned(),
    )]);
    let layers = vec![
        ImageLayer::new(hostile(), WASM.to_owned(), None),
        ImageLayer::new(signature.to_string().into_bytes(), "text/plain".to_owned(), Some(title)),
    ];
    registry.push("signed:1", WASM_CONFIG, layers);
    home.policy(&format!(
        "[plugins]\nrequire-signatures = true\npublishers = {{ acme = \"{}\" }}\n",
        pair.pk.to_base64()
    ));
    let shown = home.ok(&["add", &format!("oci://{}/signed:1", registry.host), "--yes"]);
    assert!(shown.contains("acme (signature verified)"), "{shown}");
}
