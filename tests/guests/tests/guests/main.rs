//! A call cannot hurt the next one, and a component that should not be added is not: each hostile guest ends in
//! an error that names its reason, and the server that runs beside it answers the next call.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "tests; the session driver is shared"
)]

mod admission;
mod calls;
mod components;
mod stored;
mod wasi;

#[path = "../../../it/session.rs"]
mod session;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;
use session::{Builder, Called, Session};
use tenant::{Options, Tenant};

/// The product with hostile plugins beside its own.
pub const BINARY: &str = env!("CARGO_BIN_EXE_guest-host");

fn tenant() -> Tenant {
    Tenant::start(Options::default()).unwrap()
}

/// The next call after a hostile one.
#[track_caller]
fn goes_on(session: &mut Session) {
    assert_eq!(session.call("well_behaved", json!({})).ok(), json!({"fine": true}));
}

/// Asks for the same call so many times at once.
fn at_once(session: &mut Session, tool: &str, count: usize) -> Vec<u64> {
    let call = json!({"name": tool, "arguments": {}});
    (0..count).map(|_| session.ask("tools/call", call.clone())).collect()
}

/// The answers to all of these, whatever their order.
fn answers(session: &mut Session, mut ids: Vec<u64>) -> Vec<Called> {
    let mut found = Vec::new();
    while !ids.is_empty() {
        let message = session.next();
        if let Some(at) = ids.iter().position(|id| message["id"] == *id) {
            ids.swap_remove(at);
            found.push(Called::of(&message));
        }
    }
    found
}

/// A folder of its own for one test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A data folder with a server that watches it.
struct World {
    data: PathBuf,
    session: Session,
    _tenant: Tenant,
}

/// What a command said.
struct Said {
    code: Option<i32>,
    text: String,
}

impl World {
    fn new(name: &str) -> Self {
        let (data, tenant) = (folder(name), tenant());
        let builder =
            Builder::new().tenant(&tenant).env("AUTH0_MCP_DATA_DIR", data.to_str().unwrap());
        Self { data, session: builder.start(), _tenant: tenant }
    }

    /// `plugin ARGS`, while the server runs.
    fn plugin(&self, args: &[&str]) -> Said {
        let mut command = Command::new(BINARY);
        command.arg("plugin").args(args).env_clear().env("AUTH0_MCP_DATA_DIR", &self.data);
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Said { code: output.status.code(), text: text.concat() }
    }

    /// `plugin add` of these bytes.
    fn add(&self, name: &str, component: &[u8]) -> Said {
        let file = self.data.join(format!("{name}.wasm"));
        std::fs::write(&file, component).unwrap();
        self.plugin(&["add", file.to_str().unwrap(), "--yes"])
    }

    /// `plugin add` must refuse with these words, add nothing, and leave the server alone.
    #[track_caller]
    fn refuses(&mut self, name: &str, component: &[u8], words: &str) {
        let Said { code, text } = self.add(name, component);
        assert_ne!(code, Some(0), "{name} was added: {text}");
        assert!(code.is_some(), "{name} ended the command with a signal: {text}");
        assert!(!text.contains("panicked"), "{name}: {text}");
        assert!(text.contains(words), "{name} should say `{words}`: {text}");
        assert!(text.len() < 4000, "{name}: {} bytes", text.len());
        let plain = text.chars().all(|c| c == '\n' || !c.is_control());
        assert!(plain && !text.contains(['\u{202e}', '\u{200b}', '\u{e0049}']), "{name}: {text:?}");
        let lock = std::fs::read_to_string(self.data.join("plugins.lock")).unwrap_or_default();
        assert!(!lock.contains("sha256"), "{name} left a row: {lock}");
        goes_on(&mut self.session);
    }
}
