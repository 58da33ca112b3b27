//! One server over its pipes, driven without threads or a runtime: the driver adds a write and a read.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    figures::Latencies,
    machine,
    world::{Subject, World},
};

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
const LIST: &str = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}"#;

/// The ids of calls are higher than those of the two requests before.
const FIRST_CALL: usize = 10;

/// A server that has answered `initialize` and `tools/list`.
pub(crate) struct Session {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    line: Vec<u8>,
    calls: usize,
    /// How it started.
    pub(crate) start: Start,
}

/// From just before the process was made.
pub(crate) struct Start {
    pub(crate) initialized: Duration,
    pub(crate) listed: Duration,
    pub(crate) list: List,
}

/// The answer to `tools/list`.
#[derive(Clone, Copy)]
pub(crate) struct List {
    pub(crate) tools: usize,
    pub(crate) bytes: usize,
    pub(crate) bytes_without_output_schemas: usize,
    /// The same for the tools that the target counts: all but [`NOT_COUNTED`].
    pub(crate) bytes_counted: usize,
}

/// Came after the target was set, for one cannot manage what one cannot see.
const NOT_COUNTED: &str = "auth0_list_application_grants";

/// What is read of an answer to a call.
#[derive(Deserialize)]
struct Answer {
    id: Option<usize>,
    result: Option<Called>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Called {
    #[serde(default)]
    is_error: bool,
}

impl Session {
    pub(crate) fn start(world: &World, subject: &Subject) -> Result<Self> {
        let began = Instant::now();
        let mut child = world.spawn(subject)?;
        let (stdin, stdout) = child.stdin.take().zip(child.stdout.take()).context("no pipes")?;
        let start = Start { initialized: Duration::ZERO, listed: Duration::ZERO, list: List::NONE };
        let stdout = BufReader::with_capacity(1 << 16, stdout);
        let mut session = Self { child, stdin, stdout, line: Vec::new(), calls: 0, start };
        session.write(&format!("{INITIALIZE}\n"))?;
        session.read_line()?;
        session.start.initialized = began.elapsed();
        session.write(&format!("{INITIALIZED}\n{LIST}\n"))?;
        session.read_line()?;
        session.start.listed = began.elapsed();
        session.start.list = List::of(&session.line)?;
        Ok(session)
    }

    pub(crate) fn memory(&self) -> Option<machine::Memory> {
        machine::memory(self.child.id())
    }

    /// CPU time used so far, in milliseconds.
    pub(crate) fn cpu(&self) -> Option<f64> {
        machine::cpu(self.child.id())
    }

    /// Calls one after the other.
    pub(crate) fn sequential(&mut self, count: usize) -> Result<Latencies> {
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            let request = self.next_request();
            let began = Instant::now();
            self.write(&request)?;
            self.read_line()?;
            times.push(began.elapsed());
            ensure!(self.answered()? + 1 == self.calls, "an answer to another call");
        }
        Ok(Latencies::new(times))
    }

    /// Keeps so many calls under way until `count` have been answered; also gives the time of it all.
    pub(crate) fn concurrent(
        &mut self,
        count: usize,
        in_flight: usize,
    ) -> Result<(Latencies, Duration)> {
        let (first, began) = (self.calls, Instant::now());
        let mut sent = Vec::with_capacity(count);
        let mut times = Vec::with_capacity(count);
        while times.len() < count {
            while sent.len() < count && sent.len() - times.len() < in_flight {
                let request = self.next_request();
                sent.push(Instant::now());
                self.write(&request)?;
            }
            self.read_line()?;
            let number = self.answered()?.checked_sub(first).context("an answer to an old call")?;
            times.push(sent.get(number).context("an answer to no call")?.elapsed());
        }
        Ok((Latencies::new(times), began.elapsed()))
    }

    /// Closes standard input and waits for the end of the process.
    pub(crate) fn end(self) -> Result<Duration> {
        let Self { mut child, stdin, .. } = self;
        let began = Instant::now();
        drop(stdin);
        child.wait()?;
        Ok(began.elapsed())
    }

    fn next_request(&mut self) -> String {
        let (id, client) = (self.calls + FIRST_CALL, World::id(self.calls));
        self.calls += 1;
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"auth0_get_application","arguments":{{"client_id":"{client}"}}}}}}{}"#,
            '\n'
        )
    }

    /// The number of the call that the line answers; it must have succeeded.
    fn answered(&self) -> Result<usize> {
        let text = || String::from_utf8_lossy(&self.line).into_owned();
        let answer: Answer = serde_json::from_slice(&self.line).with_context(text)?;
        let called = answer.result.with_context(text)?;
        ensure!(!called.is_error && self.line.len() > 1000, "a call failed: {}", text());
        answer.id.and_then(|id| id.checked_sub(FIRST_CALL)).with_context(text)
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.stdin.write_all(text.as_bytes()).context("the server reads no more")
    }

    fn read_line(&mut self) -> Result<()> {
        self.line.clear();
        if self.stdout.read_until(b'\n', &mut self.line)? == 0 {
            bail!("the server ended: {}", self.child.wait()?);
        }
        Ok(())
    }
}

impl List {
    const NONE: Self =
        Self { tools: 0, bytes: 0, bytes_without_output_schemas: 0, bytes_counted: 0 };

    /// Sizes as the published figures count them: the array of tools, compact.
    fn of(line: &[u8]) -> Result<Self> {
        let mut answer: Value = serde_json::from_slice(line).context("tools/list is no JSON")?;
        let tools = answer.pointer_mut("/result/tools").and_then(Value::as_array_mut);
        let tools: &mut Vec<Value> =
            tools.with_context(|| String::from_utf8_lossy(line).into_owned())?;
        let size = |tools: &[Value]| serde_json::to_string(tools).map(|text| text.len());
        let bytes = size(tools)?;
        tools
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(|tool| _ = tool.remove("outputSchema"));
        let (count, bytes_without_output_schemas) = (tools.len(), size(tools)?);
        tools.retain(|tool| tool["name"] != NOT_COUNTED);
        let bytes_counted = size(tools)?;
        Ok(Self { tools: count, bytes, bytes_without_output_schemas, bytes_counted })
    }
}
