//! A session with the real binary over real pipes, against a tenant over a real HTTPS socket.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tenant::{Options, Tenant};

/// The newest revision without a handshake.
const MODERN: &str = "2026-07-28";

/// No answer takes longer: the longest call has a deadline of 30 s.
const PATIENCE: Duration = Duration::from_secs(45);

/// How a session is started.
pub struct Builder {
    command: Command,
    modern: bool,
    handshake: bool,
}

/// A running session.
pub struct Session {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    modern: bool,
    next_id: u64,
}

/// What a session left behind.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: Vec<String>,
    pub stderr: String,
    /// From the end of input to the end of the process.
    pub took: Duration,
}

/// The result of a tool call.
#[derive(Debug)]
pub struct Called {
    pub is_error: bool,
    pub text: String,
    pub structured: Value,
    /// The whole response, to search it.
    pub raw: String,
}

/// A tenant with seeded data and a token that allows everything.
pub fn tenant() -> Tenant {
    Tenant::start(Options::default()).unwrap()
}

impl Builder {
    /// The binary under test, which the test crate names.
    pub fn new() -> Self {
        let mut command = Command::new(crate::BINARY);
        command
            .arg("run")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self { command, modern: false, handshake: true }
    }

    /// Serves this tenant, with a token for everything.
    pub fn tenant(self, tenant: &Tenant) -> Self {
        let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(3600));
        self.tenant_with(tenant, &token)
    }

    /// Serves this tenant with this token.
    pub fn tenant_with(self, tenant: &Tenant, token: &str) -> Self {
        let ca = ca_file(tenant);
        self.env("AUTH0_DOMAIN", tenant.domain())
            .env("AUTH0_TOKEN", token)
            .env("SSL_CERT_FILE", ca.to_str().unwrap())
    }

    pub fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Trusts this tenant's certificate, and knows no credentials.
    pub fn trusting(self, tenant: &Tenant) -> Self {
        self.env("SSL_CERT_FILE", ca_file(tenant).to_str().unwrap())
    }

    /// Starts it through another program, which is given before the binary.
    pub fn under(mut self, program: &[&str]) -> Self {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(self.command.get_program()).args(self.command.get_args());
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        self.command = command;
        self
    }

    pub fn debug(self) -> Self {
        self.env("DEBUG", "auth0-mcp")
    }

    /// Speaks the stateless protocol.
    pub fn modern(mut self) -> Self {
        self.modern = true;
        self
    }

    /// Leaves the handshake to the test.
    pub fn raw(mut self) -> Self {
        self.handshake = false;
        self
    }

    pub fn start(mut self) -> Session {
        let mut child = self.command.spawn().unwrap();
        let stdin = child.stdin.take();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let out = std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
                .unwrap_or_default();
        });
        let stderr = Arc::new(Mutex::new(String::new()));
        let (seen, mut pipe) = (stderr.clone(), child.stderr.take().unwrap());
        let err = std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut chunk) {
                seen.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..count]));
            }
        });
        let readers = vec![out, err];
        let mut session =
            Session { child, stdin, lines, stderr, readers, modern: self.modern, next_id: 1 };
        if self.handshake && !self.modern {
            let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "it", "version": "1"}});
            let answer = session.request("initialize", params);
            assert!(answer["result"]["serverInfo"]["name"] == "auth0-mcp", "{answer}");
            session.notify("notifications/initialized", json!({}));
        }
        session
    }
}

impl Session {
    /// One line as it is.
    pub fn send_line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        // The server may have ended already; the test then sees the missing answer.
        _ = stdin.write_all(format!("{line}\n").as_bytes()).and_then(|()| stdin.flush());
    }

    /// The next line that the server writes.
    pub fn next(&mut self) -> Value {
        self.next_within(PATIENCE).unwrap_or_else(|| panic!("no answer; stderr: {}", self.stderr()))
    }

    pub fn next_within(&mut self, patience: Duration) -> Option<Value> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => {
                Some(serde_json::from_str(&line).unwrap_or_else(|_| panic!("stdout holds {line}")))
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
        }
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send_line(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// Sends a request and returns its id.
    pub fn ask(&mut self, method: &str, mut params: Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        if self.modern {
            params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(MODERN);
            params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
        }
        self.send_line(
            &json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string(),
        );
        id
    }

    /// Sends a request and waits for its answer; other messages are passed over.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    pub fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self.next();
            if message["id"] == id {
                return message;
            }
        }
    }

    pub fn tools(&mut self) -> Vec<Value> {
        self.request("tools/list", json!({}))["result"]["tools"].as_array().unwrap().clone()
    }

    pub fn tool_names(&mut self) -> Vec<String> {
        self.tools().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Calls a tool; the answer must be a result, not a protocol error.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Called {
        let answer = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        Called::of(&answer)
    }

    /// Calls these tools at once; gives the responses, whole, in the order in which they came.
    pub fn call_all<'c>(
        &mut self,
        calls: impl IntoIterator<Item = &'c (&'static str, Value)>,
    ) -> Vec<String> {
        let ask = |(tool, arguments): &(&str, Value)| {
            self.ask("tools/call", json!({"name": tool, "arguments": arguments}))
        };
        let mut asked: Vec<_> = calls.into_iter().map(ask).collect();
        let mut answers = Vec::new();
        while !asked.is_empty() {
            let message = self.next();
            if let Some(at) = asked.iter().position(|id| message["id"] == *id) {
                asked.swap_remove(at);
                answers.push(message.to_string());
            }
        }
        answers
    }

    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, and gives what it wrote before.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        self.lines.try_iter().collect()
    }

    /// Closes standard input and waits for the end.
    pub fn end(mut self) -> Ended {
        let began = Instant::now();
        drop(self.stdin.take());
        let code = self.child.wait().unwrap().code();
        let took = began.elapsed();
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        Ended { code, stdout: self.lines.try_iter().collect(), stderr: self.stderr(), took }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A failed test must not leave its server behind; one that has ended cannot be killed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Called {
    pub fn of(answer: &Value) -> Self {
        let result = &answer["result"];
        assert!(result["content"].is_array(), "not a tool result: {answer}");
        Self {
            is_error: result["isError"] == true,
            text: result["content"][0]["text"].as_str().unwrap_or_default().to_owned(),
            structured: result["structuredContent"].clone(),
            raw: answer.to_string(),
        }
    }

    /// The structured content of a call that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(!self.is_error, "{}", self.text);
        self.structured
    }

    /// The text of a call that must have failed.
    #[track_caller]
    pub fn error(self) -> String {
        assert!(self.is_error, "expected an error: {}", self.text);
        self.text
    }
}

/// The tenant's certificate authority as a file, one for each tenant.
pub fn ca_file(tenant: &Tenant) -> PathBuf {
    let name = format!("ca-{}-{}.pem", std::process::id(), tenant.domain().replace(':', "-"));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, tenant.ca_pem()).unwrap();
    path
}
