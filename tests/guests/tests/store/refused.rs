//! What is not admitted, each with its reason: by `plugin add` and by `plugin inspect` alike.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::home::{Home, hostile, with_words};

/// A component that cannot be admitted.
#[track_caller]
fn refused(home: &Home, bytes: &[u8], words: &str) {
    let file = home.file("refused.wasm", bytes);
    home.refused(&["add", &file, "--yes"], words);
    home.refused(&["inspect", &file], words);
    let shown = home.inspect(&file);
    assert_eq!(shown["admitted"], false, "{shown}");
    assert!(shown["reasons"].to_string().contains(&words.replace('"', "\\\"")), "{shown}");
    assert_eq!(home.lock(), "");
}

#[test]
fn what_is_no_component_of_this_contract_is_refused() {
    let home = Home::new();
    let table: [(Vec<u8>, &str); 7] = [
        (b"".to_vec(), "this is not a WebAssembly component"),
        (b"not wasm at all".to_vec(), "this is not a WebAssembly component"),
        (b"\0asm\x01\0\0\0".to_vec(), "this is a core WebAssembly module, not a component"),
        (b"\0asm\x0d\0\x01\0".to_vec(), "does not fit the world"),
        (hostile()[..hostile().len() / 2].to_vec(), "this is not a WebAssembly component"),
        (
            with_words(&[("auth0-mcp:plugin/log@1.0.0", "auth0-mcp:plugin/lag@1.0.0")]),
            "auth0-mcp:plugin/lag@1.0.0",
        ),
        (
            with_words(&[("auth0-mcp:plugin/log@1.0.0", "auth0-mcp:plugin/log@2.0.0")]),
            "auth0-mcp:plugin/log@2.0.0",
        ),
    ];
    for (bytes, words) in table {
        refused(&home, &bytes, words);
    }
}

#[test]
fn names_that_mislead_are_refused() {
    let home = Home::new();
    let table = [
        (
            "read_then_write",
            "auth0_list_logs",
            "tool `auth0_list_logs` has the name of one of auth0-mcp itself",
        ),
        ("read_then_write", "autho_list_logs", "can be mistaken for `auth0_list_logs`"),
        ("read_then_write", "auth0-list-logs", "the name must match"),
        ("read_then_write", "auth0_list_lo\u{441}", "the name must match"),
        ("read_then_write", "AUTH0_LIST_LOGS", "the name must match"),
        ("read_then_write", "auth0_do_things", "begins with `auth0`"),
        ("read_then_write", "spinspinspinspi", ""),
        ("hostile", "actlons", "can be mistaken for `actions`"),
        ("hostile", "actions", "plugin `actions` has the name of one of auth0-mcp itself"),
        ("hostile", "auth0-x", "begins with `auth0`"),
    ];
    for (old, new, words) in table {
        let bytes = with_words(&[(old, new)]);
        if words.is_empty() {
            let file = home.file("fine.wasm", &bytes);
            assert_eq!(home.inspect(&file)["admitted"], true);
        } else {
            refused(&home, &bytes, words);
        }
    }
    // The prefix alone can be given; a name that is taken cannot.
    let file = home.file("reserved.wasm", &with_words(&[("read_then_write", "auth0_do_things")]));
    home.ok(&["add", &file, "--yes", "--allow-reserved-prefix"]);
    assert!(home.ok(&["verify"]).contains("ok"));
    let other = with_words(&[("hostile", "another"), ("read_then_write", "auth0_list_logs")]);
    let other = home.file("other.wasm", &other);
    home.refused(&["add", &other, "--yes", "--allow-reserved-prefix"], "has the name of one");
}

#[test]
fn two_plugins_cannot_have_one_tool() {
    let home = Home::new();
    let first = home.file("first.wasm", &hostile());
    home.ok(&["add", &first, "--yes"]);
    let second = home.file("second.wasm", &with_words(&[("hostile", "another")]));
    home.refused(&["add", &second, "--yes"], "tool `spin` has the name of one of plugin `hostile`");
}

#[test]
fn places_without_a_component_are_explained() {
    let home = Home::new();
    home.refused(&["add", "/nonexistent/x.wasm", "--yes"], "/nonexistent/x.wasm");
    home.refused(&["add", home.folder.to_str().unwrap(), "--yes"], "this is no file");
    home.refused(&["add", "oci://", "--yes"], "no image");
    home.refused(&["add", "oci://hello:1", "--yes"], "registry's host");
    home.refused(&["add", "oci://127.0.0.1:9/hello:1", "--yes"], "oci://127.0.0.1:9/hello:1");
}

#[cfg(unix)]
#[test]
fn files_that_others_can_write_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let set = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let home = Home::new();
    let file = home.file("hostile.wasm", &hostile());
    set(file.as_ref(), 0o666);
    home.refused(&["add", &file, "--yes"], "every user of this machine");
    set(file.as_ref(), 0o644);
    home.ok(&["add", &file, "--yes"]);
    let folder = home.plugin_folder();
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(home.data()).unwrap().permissions().mode() & 0o777, 0o700);
    for path in [&folder, &folder.join("component.wasm"), &home.data().join("plugins")] {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        set(path, mode | 0o020);
        let out = home.plugin(&["verify"]);
        assert_eq!(out.code, 8, "{path:?}: {}", out.stdout);
        assert!(
            format!("{}{}", out.stdout, out.stderr).contains("can be written by other users"),
            "{path:?}: {}",
            out.stdout
        );
        set(path, mode);
    }
    assert!(home.ok(&["verify"]).contains("ok"));
    set(&home.data().join("plugins.lock"), 0o664);
    home.refused(&["verify"], "can be written by other users");
    let mut session = home.server().tenant(&crate::session::tenant()).start();
    assert!(session.tool_names().iter().all(|name| name.starts_with("auth0_")));
    assert!(session.end().stderr.contains("no added plugin is loaded"));
}

#[test]
fn a_component_that_is_expensive_to_compile_is_stopped_by_its_limit() {
    use auth0_mcp::catalog::admit::compiler::{CompileError, CompileLimits, Compiler};
    use auth0_mcp_sandbox::Engine;
    let engine = std::sync::Arc::new(Engine::new().unwrap());
    let compile = |limits: CompileLimits| {
        let compiler = Compiler { program: crate::BINARY.into(), limits };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(compiler.compile(&engine, &hostile())).err()
    };
    let limits = CompileLimits::default();
    assert!(compile(limits).is_none());
    let began = Instant::now();
    let slow = compile(CompileLimits { time: Duration::from_millis(1), ..limits });
    assert!(matches!(slow, Some(CompileError::Time(_))), "{slow:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
    let memory = compile(CompileLimits { memory: 64 << 20, ..limits });
    assert!(matches!(memory, Some(CompileError::Memory(_))), "{memory:?}");
}
