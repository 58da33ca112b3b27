//! A keychain for one test: gnome-keyring on a D-Bus of its own, and processes that use the vault in it.
//!
//! A process reads the address of its keychain from its environment, which a test must not change for itself. So
//! what the vault does is done by a child: this same test binary, told by a variable what to do.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread::sleep,
    time::{Duration, SystemTime},
};

use auth0_mcp::{
    auth::{
        Domain,
        profile::ProfileName,
        vault::{Kind, Session, Vault},
    },
    secret::Secret,
};
use serde_json::{Value, json};

use crate::session::Builder;

impl Builder {
    /// Uses this keychain.
    pub fn keychain(self, keychain: &Keychain) -> Self {
        let set = |builder: Self, (name, value): (&str, String)| builder.env(name, &value);
        keychain.environment().into_iter().fold(self, set)
    }
}

/// What a child is to do, as JSON.
const WORK: &str = "VAULT_WORK";

/// A session bus that starts no service by itself: a keychain that nobody unlocked would come up unasked.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=PATH</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// What opens the keychain.
const PASSWORD: &str = "test-pass";

/// A running keychain; dropping it ends it.
pub struct Keychain {
    bus: Child,
    daemon: Option<Child>,
    folder: PathBuf,
}

/// How a keychain begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Open, as after a login.
    Unlocked,
    /// With a daemon that nobody ever gave a password.
    NeverUnlocked,
    /// A bus on which no keychain is.
    NoDaemon,
}

impl Keychain {
    /// An open keychain; None where the packages are missing, with a line that says so.
    pub fn start() -> Option<Self> {
        Self::begin(Begin::Unlocked)
    }

    #[expect(clippy::print_stderr, reason = "a test that did not run says so")]
    pub fn begin(begin: Begin) -> Option<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let tools = ["dbus-daemon", "dbus-send", "gnome-keyring-daemon", "secret-tool"];
        if let Some(missing) = tools.iter().find(|tool| !is_installed(tool)) {
            eprintln!(
                "skipped: the keychain tests need `{missing}` (packages dbus, gnome-keyring, libsecret-tools)"
            );
            return None;
        }
        let name =
            format!("keychain-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        // Short, since the path of a socket may have 108 bytes.
        let folder = std::env::temp_dir().join(name);
        for inner in ["", "run", "data", "home"] {
            fs::create_dir_all(folder.join(inner)).unwrap();
        }
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(folder.join("run"), private).unwrap();
        let config = folder.join("bus.conf");
        fs::write(&config, BUS.replace("PATH", &folder.join("bus").display().to_string())).unwrap();
        let bus = Command::new("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--config-file"])
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut keychain = Self { bus, daemon: None, folder };
        wait_for(|| keychain.folder.join("bus").exists());
        if begin != Begin::NoDaemon {
            keychain.daemon = Some(keychain.daemon(begin));
        }
        Some(keychain)
    }

    fn daemon(&self, begin: Begin) -> Child {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        if begin == Begin::Unlocked {
            command.arg("--unlock");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        wait_for(|| match begin {
            Begin::Unlocked => {
                self.put(&[("service", "probe"), ("username", "probe")], "x");
                self.tool(&["clear", "service", "probe"], "").status.success()
            }
            _ => {
                let ping = ["--session", "--print-reply", "--dest=org.freedesktop.secrets"];
                let ping = ping.iter().chain(&["/", "org.freedesktop.DBus.Peer.Ping"]);
                self.command("dbus-send").args(ping).output().unwrap().status.success()
            }
        });
        child
    }

    /// What a process needs to find this keychain, and no other folder than one of this test.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.folder.join(name).display().to_string();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", path("bus"))),
            ("XDG_RUNTIME_DIR", path("run")),
            ("XDG_DATA_HOME", path("data")),
            ("HOME", path("home")),
            ("AUTH0_MCP_DATA_DIR", path("notes")),
        ]
    }

    /// The folder with the vault's notes.
    pub fn notes(&self) -> PathBuf {
        self.folder.join("notes/profiles")
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap();
        command.env_clear().env("PATH", path).envs(self.environment());
        command
    }

    fn tool(&self, args: &[&str], input: &str) -> Output {
        let mut command = self.command("secret-tool");
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Stores an entry as another program would.
    pub fn put(&self, attributes: &[(&str, &str)], value: &str) {
        let mut args = vec!["store", "--label=test"];
        args.extend(attributes.iter().flat_map(|(name, value)| [*name, *value]));
        self.tool(&args, value);
    }

    /// Everything of ours that another program finds, values included.
    pub fn found(&self) -> String {
        let output = self.tool(&["search", "--all", "--unlock", "service", "auth0-mcp"], "");
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        // The daemon tells the schema of some items, and of the same items not the next time.
        text.concat()
            .lines()
            .filter(|line| !line.starts_with("schema = "))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Locks the keychain; nobody is there to unlock it.
    pub fn lock(&self) {
        let login = "array:objpath:/org/freedesktop/secrets/collection/login";
        let locked = self
            .command("dbus-send")
            .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets"])
            .args(["/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", login])
            .output()
            .unwrap();
        assert!(locked.status.success(), "{locked:?}");
    }

    /// Lets a child do something with the vault; what it found, or the text of its error.
    pub fn vault(&self, work: Value) -> Result<Value, String> {
        let output = self.child(&work).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find_map(|line| line.split_once("RESULT ")).map(|(_, line)| line);
        let line =
            line.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        let result: Value = serde_json::from_str(line).unwrap();
        match result.get("error") {
            Some(error) => Err(error.as_str().unwrap().to_owned()),
            None => Ok(result["ok"].clone()),
        }
    }

    pub fn child(&self, work: &Value) -> Command {
        let mut command = self.command(std::env::current_exe().unwrap());
        command
            .args(["--exact", "keychain::a_child_uses_the_vault", "--nocapture"])
            .env(WORK, work.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Signs in to a profile: see [`session`] for the fields.
    #[track_caller]
    pub fn sign_in(&self, profile: &str, session: &Value) {
        self.vault(json!({"do": "write", "profile": profile, "session": session})).unwrap();
    }
}

impl Drop for Keychain {
    fn drop(&mut self) {
        for child in self.daemon.iter_mut().chain([&mut self.bus]) {
            _ = child.kill();
            _ = child.wait();
        }
        _ = fs::remove_dir_all(&self.folder);
    }
}

fn is_installed(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| Path::new(&folder).join(tool).exists())
}

#[track_caller]
fn wait_for(mut ready: impl FnMut() -> bool) {
    for _ in 0..200 {
        if ready() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("the keychain did not start within 10 s");
}

/// The child: does what the variable says, prints the result. Without the variable there is nothing to do.
#[test]
#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn a_child_uses_the_vault() {
    let Ok(work) = std::env::var(WORK) else { return };
    let work: Value = serde_json::from_str(&work).unwrap();
    let folder = std::env::var("AUTH0_MCP_DATA_DIR").unwrap();
    let vault = Vault::open(Path::new(&folder));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = match runtime.block_on(act(&vault, &work)) {
        Ok(found) => json!({"ok": found}),
        Err(error) => json!({"error": error.to_string()}),
    };
    println!("\nRESULT {result}");
}

async fn act(vault: &Vault, work: &Value) -> Result<Value, auth0_mcp::auth::vault::VaultError> {
    let profile: ProfileName = work["profile"].as_str().unwrap_or("default").parse().unwrap();
    Ok(match work["do"].as_str().unwrap() {
        "storage" => json!(vault.storage().await?),
        "write" => {
            vault.write(&profile, &session(&work["session"])).await?;
            Value::Null
        }
        "write for ever" => {
            // Two sign-ins in turn, until the parent ends this process.
            for number in 0.. {
                vault.write(&profile, &session(&work["sessions"][number % 2])).await?;
            }
            Value::Null
        }
        "read" => vault
            .read(&profile)
            .await?
            .map_or(Value::Null, |found| json!(found.access_token.expose())),
        "profiles" => {
            let profiles = vault.profiles().await?;
            let text = |name: &ProfileName| name.to_string();
            json!({"names": profiles.names.iter().map(text).collect::<Vec<_>>(), "default": profiles.default.as_ref().map(text)})
        }
        "default" => {
            vault.set_default(&profile).await?;
            Value::Null
        }
        "erase" => json!(vault.erase(&profile).await?),
        "node entries" => json!(vault.node_entries().await?),
        "node import" => {
            let session = vault.import_node().await?;
            json!(
                session.map(|found| [
                    found.domain.to_string(),
                    found.access_token.expose().to_owned()
                ])
            )
        }
        "node erase" => json!(vault.erase_node().await?),
        other => panic!("no such work: {other}"),
    })
}

/// A sign-in from its JSON: `domain`, `token`, `lifetime` and `age` in seconds, `scopes`; a `refresh_token` of a
/// `server`, or a `client_id` with or without a `client_secret`.
fn session(fields: &Value) -> Session {
    let text = |name: &str| fields[name].as_str().map(str::to_owned);
    let seconds = |name: &str| Duration::from_secs_f64(fields[name].as_f64().unwrap_or_default());
    let kind = match text("server") {
        Some(server) => Kind::DeviceFlow {
            server: Domain::parse(&server).unwrap(),
            client_id: tenant::DEVICE_CLIENT_ID.to_owned(),
            refresh_token: text("refresh_token").map(Secret::new),
        },
        None => Kind::ClientCredentials {
            client_id: text("client_id").unwrap(),
            client_secret: text("client_secret").map(Secret::new),
        },
    };
    let received_at = SystemTime::now() - seconds("age");
    let words = |scopes: &str| scopes.split(' ').map(str::to_owned).collect();
    Session {
        domain: Domain::parse(&text("domain").unwrap()).unwrap(),
        kind,
        access_token: Secret::new(text("token").unwrap()),
        received_at,
        expires_at: Some(received_at + seconds("lifetime")),
        scopes: text("scopes").as_deref().map(words),
        account: Some("someone@example.com".to_owned()),
        signed_in_at: received_at,
    }
}
