//! A session that does a little of everything, under callgrind.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::profile::{self, Profile};
use crate::world::World;

/// For each family: the tool that lists, the one that gets, and the member that it wants from an item of the list.
const FAMILIES: [(&str, &str, &str); 5] = [
    ("auth0_list_applications", "auth0_get_application", "client_id"),
    ("auth0_list_resource_servers", "auth0_get_resource_server", "id"),
    ("auth0_list_actions", "auth0_get_action", "id"),
    ("auth0_list_forms", "auth0_get_form", "id"),
    ("auth0_list_logs", "auth0_get_log", "log_id"),
];

/// What a session of so many rounds runs.
pub(super) fn profile(world: &World, binary: &Path, rounds: usize) -> Result<Profile> {
    let binary = binary.canonicalize().with_context(|| binary.display().to_string())?;
    let file = world.folder().join("callgrind.out");
    let mut server = Server::start(world, &binary, &file)?;
    for _ in 0..rounds {
        server.round()?;
    }
    server.end()?;
    let text = std::fs::read_to_string(&file).context("callgrind wrote nothing")?;
    profile::read(&text, &binary.to_string_lossy())
}

struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    requests: usize,
}

impl Server {
    fn start(world: &World, binary: &Path, file: &Path) -> Result<Self> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--quiet", "--dump-instr=yes", "--compress-pos=no"]);
        command.arg(format!("--callgrind-out-file={}", file.display()));
        command.arg(binary).arg("run").env("SSL_CERT_FILE", world.ca_file());
        world.sign_in(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start valgrind")?;
        let (stdin, stdout) = child.stdin.take().zip(child.stdout.take()).context("no pipes")?;
        let mut server = Self { child, stdin, stdout: BufReader::new(stdout), requests: 0 };
        let client = json!({ "name": "bench", "version": "1" });
        let hello =
            json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
        server.ask("initialize", &hello)?;
        writeln!(server.stdin, r#"{{"jsonrpc":"2.0","method":"notifications/initialized"}}"#)?;
        server.ask("tools/list", &json!({}))?;
        Ok(server)
    }

    fn round(&mut self) -> Result<()> {
        for (lists, gets, id) in FAMILIES {
            let list = self.call(lists, &json!({}))?;
            let mut members = list.as_object().into_iter().flat_map(serde_json::Map::values);
            let item = members.find_map(|member| member.get(0)?.get(id));
            self.call(gets, &json!({ id_argument(id): item.context("an empty list")? }))?;
        }
        self.call("auth0_list_application_grants", &json!({}))?;
        let name = format!("Round {}", self.requests);
        self.call("auth0_create_application", &json!({ "name": name }))?;
        let update = json!({ "client_id": World::id(0), "description": name });
        self.call("auth0_update_application", &update)?;
        Ok(())
    }

    /// The structured content of a call that succeeds.
    fn call(&mut self, tool: &str, arguments: &Value) -> Result<Value> {
        let mut answer =
            self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }))?;
        let failed = answer.pointer("/result/isError") != Some(&Value::Bool(false));
        ensure!(!failed, "{tool} failed: {answer}");
        Ok(answer["result"]["structuredContent"].take())
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Result<Value> {
        self.requests += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.requests, "method": method, "params": parameters });
        writeln!(self.stdin, "{request}")?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("{method}: {line}"))
    }

    fn end(self) -> Result<()> {
        let Self { mut child, stdin, .. } = self;
        drop(stdin);
        ensure!(child.wait()?.success(), "the server failed");
        Ok(())
    }
}

/// A log entry is got by what its list calls `log_id`.
fn id_argument(id: &str) -> &str {
    if id == "log_id" { "id" } else { id }
}
