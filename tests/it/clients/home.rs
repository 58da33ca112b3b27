//! A home directory of its own, and the real binary in it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::SystemTime,
};

use serde_json::Value;

/// Removed when it is dropped.
pub struct Home(PathBuf);

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// What is in a folder: for each path the bytes, the mode and the time of writing. Folders have no bytes.
pub type Snapshot = BTreeMap<PathBuf, (Vec<u8>, u32, Option<SystemTime>)>;

impl Home {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("home-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(fs::canonicalize(folder).unwrap())
    }

    pub fn path(&self, file: &str) -> String {
        self.0.join(file).to_str().unwrap().to_owned()
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn folder(&self, name: &str) {
        fs::create_dir_all(self.0.join(name)).unwrap();
    }

    #[cfg(unix)]
    pub fn mode(&self, file: &str) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(self.0.join(file)).unwrap().permissions().mode() & 0o7777
    }

    #[cfg(unix)]
    pub fn set_mode(&self, file: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(self.0.join(file), fs::Permissions::from_mode(mode)).unwrap();
    }

    #[cfg(unix)]
    pub fn link(&self, file: &str, to: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(to, path).unwrap();
    }

    /// Everything in it.
    pub fn snapshot(&self) -> Snapshot {
        let mut found = Snapshot::new();
        collect(&self.0, &mut found);
        found
    }

    /// The names in a folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn init(&self, args: &[&str]) -> Ended {
        self.init_with(args, &[])
    }

    pub fn init_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ended {
        Ended::of(self.command(args).envs(env.iter().copied()))
    }

    pub fn init_in(&self, folder: &str, args: &[&str]) -> Ended {
        Ended::of(self.command(args).current_dir(self.0.join(folder)))
    }

    /// `init` with these arguments, not started yet; it has no terminal and no input.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(crate::BINARY);
        command.arg("init").args(args).env_clear().env("HOME", &self.0).stdin(Stdio::null());
        command
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Left-over files are in the target folder and harm nobody.
        _ = fs::remove_dir_all(&self.0);
    }
}

impl Ended {
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ended = Self {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        ended
    }
}

fn collect(folder: &Path, found: &mut Snapshot) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let metadata = fs::symlink_metadata(&entry).unwrap();
        #[cfg(unix)]
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
        #[cfg(not(unix))]
        let mode = 0;
        if metadata.is_dir() {
            collect(&entry, found);
            found.insert(entry, (Vec::new(), mode, None));
        } else {
            let is_read = metadata.is_file() && metadata.len() < 1 << 20;
            let bytes = if is_read { fs::read(&entry).unwrap() } else { Vec::new() };
            found.insert(entry, (bytes, mode, metadata.modified().ok()));
        }
    }
}

/// The entry in a client's file, as JSON. The file must be strict JSON or TOML.
pub fn entry_of(client: &str, text: &str, name: &str) -> Value {
    let (document, servers): (Value, _) = match client {
        "codex" => (toml(text), "mcp_servers"),
        "vscode" => (serde_json::from_str(text).unwrap(), "servers"),
        _ => (serde_json::from_str(text).unwrap(), "mcpServers"),
    };
    document[servers][name].clone()
}

/// The few lines of TOML that `init` writes, whose values are JSON too.
fn toml(text: &str) -> Value {
    let mut servers = serde_json::Map::new();
    for block in text.split("[mcp_servers.").skip(1) {
        let (name, lines) = block.split_once("]\n").unwrap();
        let pairs = lines.lines().filter_map(|line| line.split_once(" = "));
        let entry =
            pairs.map(|(key, value)| (key.to_owned(), serde_json::from_str(value).unwrap()));
        servers.insert(name.to_owned(), Value::Object(entry.collect()));
    }
    serde_json::json!({ "mcp_servers": servers })
}
