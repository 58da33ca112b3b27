//! A data folder of its own for each test, and components to put into it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;

use crate::session::Builder;

/// A data folder and what the command line did with it.
pub struct Home {
    pub folder: PathBuf,
    pub policy: Option<PathBuf>,
    /// Of a keychain, if there is one.
    pub environment: Vec<(&'static str, String)>,
}

/// How a command ended.
pub struct Out {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Home {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("store-{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder, policy: None, environment: Vec::new() }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Runs `auth0-mcp plugin ...` with nobody at the terminal.
    pub fn plugin(&self, args: &[&str]) -> Out {
        let mut command = Command::new(crate::BINARY);
        command.arg("plugin").args(args).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("AUTH0_MCP_DATA_DIR", self.data());
        if let Some(policy) = &self.policy {
            command.env("AUTH0_MCP_POLICY", policy);
        }
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Out {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// A command that must succeed.
    #[track_caller]
    pub fn ok(&self, args: &[&str]) -> String {
        let out = self.plugin(args);
        assert_eq!(out.code, 0, "{args:?}: {}{}", out.stdout, out.stderr);
        assert!(!out.stderr.contains("panicked"), "{}", out.stderr);
        out.stdout
    }

    /// A command that must fail because of a plugin, with these words.
    #[track_caller]
    pub fn refused(&self, args: &[&str], words: &str) {
        let out = self.plugin(args);
        assert_eq!(out.code, 8, "{args:?}: {}{}", out.stdout, out.stderr);
        assert!(out.stderr.contains(words), "{args:?}: {words}: {}{}", out.stdout, out.stderr);
        assert!(!out.stderr.contains("panicked"), "{}", out.stderr);
    }

    /// Writes a component beside the data folder, and gives its path.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn policy(&mut self, text: &str) {
        let path = self.folder.join("policy.toml");
        fs::write(&path, text).unwrap();
        self.policy = Some(path);
    }

    /// A server with this data folder.
    pub fn server(&self) -> Builder {
        let set = |builder: Builder, (name, value): &(&str, String)| builder.env(name, value);
        let builder = self.environment.iter().fold(Builder::new(), set);
        let builder = builder.env("AUTH0_MCP_DATA_DIR", self.data().to_str().unwrap());
        match &self.policy {
            Some(policy) => builder.env("AUTH0_MCP_POLICY", policy.to_str().unwrap()),
            None => builder,
        }
    }

    /// The folder of the one plugin that was added.
    pub fn plugin_folder(&self) -> PathBuf {
        let folders = fs::read_dir(self.data().join("plugins")).unwrap();
        let mut folders: Vec<_> =
            folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0)
    }

    pub fn lock(&self) -> String {
        fs::read_to_string(self.data().join("plugins.lock")).unwrap_or_default()
    }

    pub fn inspect(&self, plugin: &str) -> Value {
        let out = self.plugin(&["inspect", plugin, "--json"]);
        serde_json::from_str(&out.stdout).unwrap_or_else(|_| panic!("{}{}", out.stdout, out.stderr))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What stays behind is in the build's folder for temporary files.
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// The component of the hostile plugin.
pub fn hostile() -> Vec<u8> {
    fs::read(concat!(env!("OUT_DIR"), "/hostile.wasm")).unwrap()
}

/// The hostile plugin with other words of the same length in it.
#[track_caller]
pub fn with_words(words: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = hostile();
    for (old, new) in words {
        assert_eq!(old.len(), new.len(), "{old} {new}");
        let places: Vec<_> = (0..bytes.len() - old.len())
            .filter(|at| bytes[*at..].starts_with(old.as_bytes()))
            .collect();
        assert!(!places.is_empty(), "the component does not hold `{old}`");
        for at in places {
            bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
        }
    }
    bytes
}

/// The same component with other bytes: a custom section at its end.
pub fn with_section(mut component: Vec<u8>, text: &str) -> Vec<u8> {
    assert!(text.len() < 100);
    let name = "test";
    component.push(0);
    component.push(u8::try_from(1 + name.len() + text.len()).unwrap());
    component.push(u8::try_from(name.len()).unwrap());
    component.extend_from_slice(name.as_bytes());
    component.extend_from_slice(text.as_bytes());
    component
}
