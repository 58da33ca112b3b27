//! The system's policy: it holds whatever the process is told, and only a file that its owner alone can write is
//! taken for it.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "tests; the session driver is shared"
)]

#[path = "../../it/session.rs"]
mod session;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use session::Builder;
use tenant::{Options, Tenant};

/// The product with hostile plugins in place of its own.
const BINARY: &str = env!("CARGO_BIN_EXE_guest-host");

fn tenant() -> Tenant {
    Tenant::start(Options::default()).unwrap()
}

/// A policy in a folder of its own.
fn policy(text: &str) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("policy-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let file = folder.join("policy.toml");
    fs::write(&file, text).unwrap();
    file
}

fn under(tenant: &Tenant, system: &Path) -> Builder {
    Builder::new().tenant(tenant).env("GUEST_HOST_SYSTEM_POLICY", system.to_str().unwrap())
}

#[test]
fn the_systems_policy_holds_whatever_the_variable_names() {
    let tenant = tenant();
    let system = policy("allow.tools = [\"well_behaved\", \"spin\"]");
    let names = |further: &str| {
        let further = policy(further);
        let builder = under(&tenant, &system).args(&["--tools", "*", "--read-only=false"]);
        builder.env("AUTH0_MCP_POLICY", further.to_str().unwrap()).start().tool_names()
    };
    assert_eq!(names("allow.tools = [\"*\"]\nread-only = false"), ["well_behaved", "spin"]);
    assert_eq!(names("deny.tools = [\"spin\"]"), ["well_behaved"]);
    assert_eq!(names("allow.tools = [\"panic\"]"), [""; 0]);
    let mut names = under(&tenant, &system).start().tool_names();
    names.sort();
    assert_eq!(names, ["spin", "well_behaved"]);
}

#[test]
fn a_denied_plugin_is_never_opened() {
    let tenant = tenant();
    let system = policy("deny.families = [\"unreadable\"]");
    let mut session = under(&tenant, &system).debug().start();
    let answer = session.request("tools/call", json!({"name": "unreadable_tool", "arguments": {}}));
    let text = answer["error"]["message"].as_str().unwrap();
    assert!(text.contains("the operator's policy does not allow it"), "{text}");
    session.call("well_behaved", json!({})).ok();
    let stderr = session.end().stderr;
    let rule = format!("deny.families has \"unreadable\" ({}:1)", system.display());
    assert!(
        stderr.contains(&format!(
            "tool `unreadable_tool` is off: the family `unreadable` is denied: {rule}"
        )),
        "{stderr}"
    );
    assert!(stderr.contains("plugin `unreadable` is never opened"), "{stderr}");
    assert!(!stderr.contains("cannot be opened"), "{stderr}");
}

#[test]
fn a_hostile_tool_is_held_by_the_policy_on_the_wire() {
    let tenant = tenant();
    let system = policy("deny.endpoints = [\"* clients/ABC\"]");
    let mut session = under(&tenant, &system).start();
    // Its own row allows what it sends, again and again.
    let text = session.call("flood", json!({})).error();
    assert!(text.contains("the operator's policy does not allow it"), "{text}");
    assert!(tenant.requests().is_empty(), "{:?}", tenant.requests());
    let stderr = session.end().stderr;
    let rule = format!("deny.endpoints has \"* clients/ABC\" ({}:1)", system.display());
    let words = "tool `flood` was stopped at GET clients/{id}: this GET request is denied: ";
    assert!(stderr.contains(&format!("{words}{rule}")), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_systems_policy_that_others_can_write_or_that_cannot_be_read_stops_the_start() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let tenant = tenant();
    let refused = |system: &Path, words: &str| {
        let ended = under(&tenant, system).raw().start().end();
        assert_eq!(ended.code, Some(3), "{words}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
        assert!(ended.stdout.is_empty());
    };
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let system = policy("read-only = true");
    let folder = system.parent().unwrap();
    for (path, bits, words) in [
        (system.as_path(), 0o666, "can be written by everyone"),
        (&system, 0o664, "can be written by its group"),
        (folder, 0o777, "can be written by everyone"),
    ] {
        let before = fs::metadata(path).unwrap().permissions().mode();
        mode(path, bits);
        refused(&system, words);
        mode(path, before);
    }
    let tools = under(&tenant, &system).start().tools();
    let reads = |tool: &serde_json::Value| tool["annotations"]["readOnlyHint"] == true;
    assert!(!tools.is_empty() && tools.iter().all(reads), "{tools:?}");
    let dangling = folder.join("dangling.toml");
    symlink(folder.join("nothing"), &dangling).unwrap();
    refused(&dangling, "cannot be read");
    refused(&system.join("below-a-file"), "cannot be read");
    refused(folder, "it is not a file");
    let unknown = policy("red-only = true");
    refused(&unknown, "line 1, column 1: unknown key `red-only`; did you mean `read-only`?");
}
