//! What a plugin finds when it looks around with WASI: an empty world, and the folders that it was granted.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command, time::Duration};

use serde_json::{Value, json};

use crate::{
    folder, goes_on,
    session::{Builder, Session},
    tenant,
};

/// What a tool of the wanderer said.
#[track_caller]
fn said(session: &mut Session, tool: &str, arguments: Value) -> String {
    let called = session.call(&format!("wander_{tool}"), arguments).ok();
    called["said"].as_str().unwrap().to_owned()
}

#[test]
fn without_a_grant_there_is_nothing_to_find() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).env("HOME", "/root").debug().start();
    let table = [
        ("clock", "true"),
        ("random", "true"),
        ("environment", "0"),
        ("stdin", "true"),
        ("folders", ""),
        ("read", "no folder"),
        ("write", "no folder"),
        ("fill", "no folder"),
        ("output", "written"),
    ];
    for (tool, expected) in table {
        assert_eq!(said(&mut session, tool, json!({})), expected, "{tool}");
        goes_on(&mut session);
    }
    let refused = said(&mut session, "sockets", json!({}));
    assert_eq!(refused.matches("Err(").count(), 4, "{refused}");
    assert!(!refused.contains("Ok("), "{refused}");
    let refused = said(&mut session, "names", json!({}));
    assert_eq!(refused.matches("Err(").count(), 3, "{refused}");
    let stderr = session.end().stderr;
    assert!(stderr.contains("half a line, ünd"), "{stderr}");
    assert!(
        !stderr.contains("\n[ERROR:auth0-mcp] forged") && !stderr.contains('\u{1b}'),
        "{stderr}"
    );
}

#[test]
fn no_socket_is_made() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    // Opened, with all that its first call needs.
    said(&mut session, "environment", json!({}));
    let before = sockets(session.pid());
    for tool in ["sockets", "names"] {
        said(&mut session, tool, json!({}));
    }
    assert_eq!(sockets(session.pid()), before);
}

/// How many sockets a process has.
fn sockets(process: u32) -> usize {
    let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let links = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
}

#[test]
fn what_waits_or_floods_ends_with_its_reason() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let table = [
        ("sleep_forever", "deadline of 2 s"),
        ("random_huge", "exceeds limit"),
        ("pollables", "wander_pollables stopped"),
        ("exit", "exit status 1"),
        ("last_words", "the plugin panicked: KeyError: 'client_id'"),
    ];
    for (tool, words) in table {
        let text = session.call(&format!("wander_{tool}"), json!({})).error();
        assert!(text.contains(words), "{tool}: {text}");
        goes_on(&mut session);
    }
    said(&mut session, "output_flood", json!({}));
    let stderr = session.end().stderr;
    assert!(stderr.matches("flood").count() <= 220, "{}", stderr.matches("flood").count());
}

/// A server that grants the wanderer a folder, as `how` says.
fn granted(name: &str, how: &str) -> (std::path::PathBuf, Session, tenant::Tenant) {
    let outer = folder(name);
    let inner = outer.join("granted");
    fs::create_dir_all(inner.join("below")).unwrap();
    fs::write(outer.join("outside.txt"), "not for plugins").unwrap();
    fs::write(inner.join("inside.txt"), "for the plugin").unwrap();
    fs::write(inner.join("below/deep.txt"), "below").unwrap();
    symlink("../outside.txt", inner.join("out-by-link")).unwrap();
    symlink("/etc/passwd", inner.join("absolute-link")).unwrap();
    symlink("..", inner.join("up")).unwrap();
    symlink("inside.txt", inner.join("in-by-link")).unwrap();
    let made = Command::new("mkfifo").arg(inner.join("pipe")).status().unwrap();
    assert!(made.success());
    let flag = format!("wanderer:{}:/place{how}", inner.display());
    let tenant = tenant();
    let session = Builder::new().tenant(&tenant).args(&["--allow-dir", &flag]).start();
    (outer, session, tenant)
}

#[test]
fn a_granted_folder_is_read_only_and_has_no_way_out() {
    let (outer, mut session, _tenant) = granted("wasi-read", "");
    assert_eq!(said(&mut session, "folders", json!({})), "/place");
    let mut read = |path: &str| said(&mut session, "read", json!({"path": path}));
    for (path, content) in [
        ("inside.txt", "for the plugin"),
        ("below/deep.txt", "below"),
        ("in-by-link", "for the plugin"),
    ] {
        assert_eq!(read(path), content, "{path}");
    }
    for path in [
        "../outside.txt",
        "below/../../outside.txt",
        "./../outside.txt",
        "/etc/passwd",
        "//etc/passwd",
        "out-by-link",
        "absolute-link",
        "up/outside.txt",
        "up",
        "/proc/self/environ",
        "pipe",
        "",
        "..",
    ] {
        let text = read(path);
        assert!(text.starts_with("ErrorCode"), "{path}: {text}");
    }
    for path in ["inside.txt", "new.txt", "below/new.txt"] {
        let text = said(&mut session, "write", json!({"path": path}));
        assert!(text.contains("not-permitted"), "{path}: {text}");
    }
    for tool in ["fill", "fill_stream", "sparse"] {
        let text = said(&mut session, tool, json!({}));
        assert!(text.contains("not-permitted"), "{tool}: {text}");
    }
    assert_eq!(said(&mut session, "many_files", json!({})), "0");
    let text = said(&mut session, "link", json!({"path": "inside.txt"}));
    assert_eq!(text.matches("not-permitted").count(), 2, "{text}");
    let text = said(&mut session, "rename", json!({"path": "inside.txt"}));
    assert!(text.contains("Err("), "{text}");
    goes_on(&mut session);
    assert_eq!(fs::read_to_string(outer.join("granted/inside.txt")).unwrap(), "for the plugin");
    assert_eq!(fs::read_dir(&outer).unwrap().count(), 2);
}

#[test]
fn a_writable_folder_takes_a_bounded_amount_and_no_links() {
    let (outer, mut session, _tenant) = granted("wasi-write", ":rw");
    let inside = |name: &str| outer.join("granted").join(name);
    assert_eq!(said(&mut session, "write", json!({"path": "new.txt"})), "21");
    assert_eq!(fs::read_to_string(inside("new.txt")).unwrap(), "written by the plugin");
    for path in ["../out.txt", "/tmp/out.txt", "out-by-link", "up/out.txt", "pipe"] {
        let text = said(&mut session, "write", json!({"path": path}));
        assert!(text.starts_with("ErrorCode"), "{path}: {text}");
    }
    let text = said(&mut session, "link", json!({"path": "inside.txt"}));
    assert_eq!(text.matches("not-permitted").count(), 2, "{text}");
    let text = said(&mut session, "rename", json!({"path": "inside.txt"}));
    assert!(text.contains("Err("), "{text}");
    let text = said(&mut session, "fill", json!({}));
    assert!(text.contains("insufficient-space"), "{text}");
    assert!(size(&inside("full")) <= 64 << 20, "{}", size(&inside("full")));
    fs::remove_file(inside("full")).unwrap();
    // Each write is an operation of its own on the disk, so the deadline may come before the limit.
    session.call("wander_fill_stream", json!({}));
    assert!(size(&inside("full")) <= 64 << 20, "{}", size(&inside("full")));
    let text = said(&mut session, "sparse", json!({}));
    assert_eq!(text.matches("file-too-large").count(), 2, "{text}");
    session.call("wander_many_files", json!({}));
    let made = fs::read_dir(inside("")).unwrap().count();
    assert!(made < 16_500, "{made} entries");
    goes_on(&mut session);
    assert_eq!(fs::read_to_string(outer.join("outside.txt")).unwrap(), "not for plugins");
    assert_eq!(fs::read_dir(&outer).unwrap().count(), 2);
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).unwrap().len()
}

#[test]
fn a_grant_that_is_a_mistake_stops_the_server_or_the_plugin() {
    let tenant = tenant();
    let place = folder("wasi-mistakes");
    let start = |flag: &str| {
        let mut session = Builder::new().tenant(&tenant).raw().args(&["--allow-dir", flag]).start();
        // It must end by itself, without being asked.
        assert!(session.next_within(Duration::from_secs(5)).is_none());
        let ended = session.end();
        (ended.code, ended.stderr)
    };
    let missing = format!("wanderer:{}/missing", place.display());
    let unknown = format!("wandered:{}", place.display());
    let useless = format!("hostile:{}", place.display());
    for (flag, words) in [
        (missing.as_str(), "cannot be opened"),
        (&unknown, "there is no plugin `wandered`; the plugins are hostile, wanderer"),
        ("wanderer", "there is no folder"),
        (&useless, "plugin `hostile` imports no WASI, so it has no use for a folder"),
    ] {
        let (code, stderr) = start(flag);
        assert_ne!(code, Some(0), "{flag}: {stderr}");
        assert!(stderr.contains(words), "{flag}: {stderr}");
    }
}
