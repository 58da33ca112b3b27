//! Signing in and out with the real binary: a keychain of its own, a tenant over a real socket.

mod device;
mod flags;
mod machine;
mod node;
mod secrets;
mod sessions;

use std::{
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{JoinHandle, sleep, spawn},
    time::{Duration, Instant},
};

use serde_json::Value;
use tenant::{DEVICE_CLIENT_ID, Options, Tenant};

use crate::{keychain::Keychain, session::ca_file};

/// No sign-in of a test takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A tenant whose device codes may be asked for every second.
fn quick() -> Tenant {
    quicker(|_| {})
}

fn quicker(change: impl FnOnce(&mut Options)) -> Tenant {
    let mut options = Options { device_interval: Duration::from_secs(1), ..Options::default() };
    change(&mut options);
    Tenant::start(options).unwrap()
}

/// A command of the product in this keychain, for the device flow at this tenant. No browser is on its path.
fn command(keychain: &Keychain, tenant: &Tenant, args: &[&str]) -> Command {
    let mut command = Command::new(crate::BINARY);
    command
        .args(args)
        .env_clear()
        .envs(keychain.environment())
        .env("PATH", "/nowhere")
        .env("SSL_CERT_FILE", ca_file(tenant))
        .env("AUTH0_MCP_DEVICE_DOMAIN", tenant.domain())
        .env("AUTH0_MCP_DEVICE_CLIENT_ID", DEVICE_CLIENT_ID)
        .env("AUTH0_MCP_DEVICE_AUDIENCE", "https://*.auth0.com/api/v2/")
        .env("DEBUG", "auth0-mcp");
    command
}

/// `init` with the device flow and these flags.
fn init(keychain: &Keychain, tenant: &Tenant, flags: &[&str]) -> Running {
    let args = [&["init", "--client", "none", "--no-browser"], flags].concat();
    Running::start(command(keychain, tenant, &args))
}

/// Any command to its end.
fn run(keychain: &Keychain, tenant: &Tenant, args: &[&str]) -> Ended {
    Running::start(command(keychain, tenant, args)).end()
}

/// Signs in to a profile with these scopes.
#[track_caller]
fn sign_in(keychain: &Keychain, tenant: &Tenant, scopes: &str, flags: &[&str]) {
    let mut running = init(keychain, tenant, &[&["--scopes", scopes], flags].concat());
    tenant.approve_all(&running.code()).unwrap();
    let ended = running.end();
    assert_eq!(ended.code, 0, "{ended:?}");
}

/// A command that is under way.
struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
}

/// What a command left behind.
#[derive(Debug)]
struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ended {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl Running {
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null());
        Self::with_stdin(command)
    }

    fn with_stdin(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = Stream::read(child.stdout.take().unwrap());
        let stderr = Stream::read(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    fn with_input(mut command: Command, input: &str) -> Self {
        let mut running = Self::with_stdin({
            command.stdin(Stdio::piped());
            command
        });
        // A command that fails at once may be gone before it is told.
        _ = running.child.stdin.take().unwrap().write_all(input.as_bytes());
        running
    }

    /// The code that it shows.
    #[track_caller]
    fn code(&mut self) -> String {
        let begun = Instant::now();
        loop {
            let text = self.stderr.so_far();
            if let Some((_, after)) = text.split_once("?user_code=") {
                return after.split_whitespace().next().unwrap().to_owned();
            }
            let over = self.child.try_wait().unwrap().is_some() || begun.elapsed() > PATIENCE;
            assert!(!over, "no code: {text}");
            sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal, as a terminal does for Ctrl-C.
    fn interrupt(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    }

    #[track_caller]
    fn end(mut self) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                _ = self.child.kill();
                panic!("it does not end: {}", self.stderr.so_far());
            }
            sleep(Duration::from_millis(10));
        };
        let (stdout, stderr) = (self.stdout.whole(), self.stderr.whole());
        let code = status.code().unwrap_or_else(|| panic!("{status}: {stderr}"));
        assert!(!stderr.contains("panicked"), "{stderr}");
        Ended { code, stdout, stderr }
    }
}

/// What comes out of a pipe.
struct Stream {
    text: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Stream {
    fn read(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let seen = Arc::clone(&text);
        let reader = spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut chunk) {
                seen.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..count]));
            }
        });
        Self { text, reader }
    }

    fn so_far(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    fn whole(self) -> String {
        self.reader.join().unwrap();
        self.text.lock().unwrap().clone()
    }
}

/// The parameters of a recorded form.
fn form(body: &[u8]) -> Vec<(String, String)> {
    let url = format!("http://x/?{}", String::from_utf8(body.to_vec()).unwrap());
    reqwest::Url::parse(&url).unwrap().query_pairs().into_owned().collect()
}

fn parameter(body: &[u8], name: &str) -> Option<String> {
    form(body).into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

/// A folder with an `xdg-open` that writes its arguments to a file, and something to each of its streams.
fn browser(name: &str) -> (PathBuf, PathBuf) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("browser-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (program, opened) = (folder.join("xdg-open"), folder.join("opened"));
    let script =
        format!("#!/bin/sh\necho noise; echo noise >&2\necho \"$@\" >> '{}'\n", opened.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    (folder, opened)
}
