//! What is stored of a plugin: compiled code that was touched never runs, and a plugin without an enabled tool is never read.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use auth0_mcp::{
    auth::vault::Vault,
    catalog::{
        Catalog, Selection,
        admit::{self, Examined, compiler::Compiler, examine},
        pattern::Patterns,
        store::BUNDLE,
        stored::{
            Home,
            change::New,
            check::{Finding, check},
            lock::Lock,
        },
    },
    policy::Policy,
};
use auth0_mcp_sandbox::{Engine, Limits};

use serde_json::json;

use crate::session::{Builder, tenant};

/// An empty data folder, with a keychain in this process.
fn home(name: &str) -> (Home, PathBuf) {
    let data =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    _ = fs::remove_dir_all(&data);
    let compiler = Compiler { program: crate::BINARY.into(), ..Compiler::default() };
    let (vault, policy) = (Vault::in_memory(), Policy::none());
    (Home::with(data.clone(), vault, compiler, policy, Limits::default()), data)
}

/// The component of the logs family, as if somebody else had made it.
fn component() -> &'static [u8] {
    BUNDLE.iter().find(|plugin| plugin.name == "logs").unwrap().component
}

fn add(home: &Home, engine: &Arc<Engine>, component: &[u8], examined: &Examined) {
    let new = New {
        component,
        examined,
        signature: None,
        publisher: None,
        source: "/somewhere.wasm".into(),
        added: "2026-01-01T00:00:00Z".into(),
        reserved: true,
    };
    runtime().block_on(home.change().unwrap().add(engine, new)).unwrap();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// What verify says of the one plugin.
fn problems(home: &Home, engine: &Arc<Engine>) -> Vec<String> {
    let lock = Lock::read(home.data()).unwrap();
    let found = runtime().block_on(check(home, engine, &[], &lock, &lock.plugins[0]));
    let problem = |finding| match finding {
        Finding::Problem(text) => Some(text),
        Finding::Note(_) => None,
    };
    found.into_iter().filter_map(problem).collect()
}

/// Opens the one plugin as a server does.
fn open(home: &Home, engine: &Arc<Engine>) -> Result<(), String> {
    let selection =
        Selection { patterns: Patterns::all(), read_only: false, policy: Policy::none() };
    let catalog = Catalog::build(home.families(&[]), &selection).unwrap();
    let opened = runtime().block_on(catalog.tools()[0].plugin(engine));
    opened.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn compiled_code_with_a_flipped_byte_in_any_region_is_never_executed() {
    let (engine, (home, data)) = (Arc::new(Engine::new().unwrap()), home("sealed"));
    let examining = examine(&engine, home.compiler(), component(), Limits::default());
    let examined = runtime().block_on(examining).unwrap();
    add(&home, &engine, component(), &examined);
    assert_eq!(problems(&home, &engine), [""; 0]);
    let row = &Lock::read(&data).unwrap().plugins[0];
    let path = home.folder(row).join("code.sealed");
    let whole = fs::read(&path).unwrap();
    // Format, engine and subject; every part of the machine code; the seal.
    let ends = (0..100).chain(whole.len() - 40..whole.len());
    let places = ends.chain((0..whole.len()).step_by(whole.len() / 150 + 1));
    for at in places {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(&path, changed).unwrap();
        let found = problems(&home, &engine).join("; ");
        assert!(found.contains("its compiled code is never executed"), "byte {at}: {found}");
    }
    for length in [0, 50, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let found = problems(&home, &engine).join("; ");
        assert!(found.contains("never executed"), "{length} bytes: {found}");
    }
    // A server does not use it: it compiles the component again, and what it stores is sound.
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&path, &changed).unwrap();
    open(&home, &engine).unwrap();
    assert_ne!(fs::read(&path).unwrap(), changed);
    assert_eq!(problems(&home, &engine), [""; 0]);
    // With sound code nothing is compiled, and nothing written.
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    open(&home, &engine).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
    fs::remove_dir_all(data).unwrap();
}

#[test]
fn a_component_that_describes_itself_otherwise_is_not_opened() {
    let (engine, (home, data)) = (Arc::new(Engine::new().unwrap()), home("describes"));
    let examining = examine(&engine, home.compiler(), component(), Limits::default());
    let mut examined = runtime().block_on(examining).unwrap();
    examined.manifest.tools[0].description = "Harmless.".into();
    add(&home, &engine, component(), &examined);
    let row = &Lock::read(&data).unwrap().plugins[0];
    // No code that the seal vouches for: it is compiled, and has to describe itself again.
    fs::remove_file(home.folder(row).join("code.sealed")).unwrap();
    let error = open(&home, &engine).unwrap_err();
    assert!(error.contains("describes itself in other words"), "{error}");
    fs::remove_dir_all(data).unwrap();
}

#[test]
fn of_a_hundred_plugins_only_the_one_that_is_on_is_read() {
    let (engine, (home, data)) = (Arc::new(Engine::new().unwrap()), home("hundred"));
    let examining = examine(&engine, home.compiler(), component(), Limits::default());
    let mut examined = runtime().block_on(examining).unwrap();
    let tools = examined.manifest.tools.clone();
    for number in 0..100 {
        // Another custom section makes another component of it.
        let mut bytes = component().to_vec();
        bytes.extend_from_slice(&[0, 3, 1, b'n', number]);
        examined.digest = admit::digest(&bytes);
        examined.manifest.name = format!("third-party-{number:03}");
        examined.manifest.tools = tools.clone();
        for tool in &mut examined.manifest.tools {
            tool.name = format!("p{number:03}{}", tool.name.trim_start_matches("auth0"));
        }
        add(&home, &engine, &bytes, &examined);
    }
    // What is not there cannot be read: a server that needed it would say so, or lack the plugin.
    let rows = Lock::read(&data).unwrap().plugins;
    for row in rows.iter().filter(|row| row.name != "third-party-042") {
        let folder = home.folder(row);
        fs::read_dir(&folder)
            .unwrap()
            .for_each(|file| fs::remove_file(file.unwrap().path()).unwrap());
    }
    let tenant = tenant();
    let mut session = Builder::new()
        .tenant(&tenant)
        .debug()
        .env("AUTH0_MCP_DATA_DIR", data.to_str().unwrap())
        .args(&["--tools", "p042_list_logs"])
        .start();
    assert_eq!(session.tool_names(), ["p042_list_logs"]);
    // The names were made up, so the component describes itself otherwise: this one is read.
    let refused = session.call("p042_list_logs", json!({})).error();
    assert!(refused.contains("describes itself in other words"), "{refused}");
    let stderr = session.end().stderr;
    let never = stderr.matches("is never opened: none of its tools is on").count();
    assert_eq!(never, 99 + BUNDLE.len(), "{stderr}");
    assert_eq!(stderr.matches("plugin `third-party-042` will be opened").count(), 1, "{stderr}");
    fs::remove_dir_all(data).unwrap();
}
