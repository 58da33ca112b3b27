//! Compiles a component in another process, with limits that the system enforces.
//!
//! A component can be made so that compiling it takes hours or all memory, and the compiler is the largest
//! piece of code that foreign bytes reach. So it runs in a process of its own: this same binary, which limits
//! its own processor time and address space before it reads a byte, and is killed when it takes too long. The
//! memory that compiling took is given back with the process, and a server that compiles goes on serving.

use std::{
    io::{Read, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use auth0_mcp_sandbox::{Compiled, Engine, OpenError, SealKey};

use super::digest;
use crate::exit::Exit;

/// What one compilation may use.
#[derive(Clone, Copy, Debug)]
pub struct CompileLimits {
    /// From start to end.
    pub time: Duration,
    /// Of all processors together, in seconds.
    pub processor_seconds: u64,
    /// Address space, in bytes.
    pub memory: u64,
}

impl Default for CompileLimits {
    /// Several times what the largest known components take: 19 MiB of Python need 15 processor seconds.
    fn default() -> Self {
        Self { time: Duration::from_secs(300), processor_seconds: 200, memory: 4 << 30 }
    }
}

/// Starts compilations.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// The binary to start; it is given [`ARGUMENTS`] and the limits.
    pub program: PathBuf,
    /// What one compilation may use.
    pub limits: CompileLimits,
}

/// The hidden command of the compiling process.
pub const ARGUMENTS: [&str; 2] = ["plugin", "compile"];

/// Why a component was not compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The compiler refused it.
    #[error("the component does not compile: {0}")]
    Refused(String),
    /// Wall clock.
    #[error("compiling the component took more than {} s, which is the limit, and was stopped", .0.as_secs_f32())]
    Time(Duration),
    /// Processor time.
    #[error(
        "compiling the component took more than {0} s of processor time, which is the limit, and was stopped"
    )]
    Processor(u64),
    /// Address space.
    #[error(
        "compiling the component took more than {} MiB of memory, which is the limit, and was stopped", .0 >> 20
    )]
    Memory(u64),
    /// The process could not be started, or ended in a way that nobody foresaw.
    #[error("the compiler process failed: {0}")]
    Process(String),
}

impl From<std::io::Error> for CompileError {
    fn from(error: std::io::Error) -> Self {
        Self::Process(error.to_string())
    }
}

impl Default for Compiler {
    fn default() -> Self {
        Self { program: this_program(), limits: CompileLimits::default() }
    }
}

impl Compiler {
    /// Compiles a component for this machine. Dropping the future does not stop the process; its limits do.
    ///
    /// # Errors
    /// [`CompileError`], with the limit that was hit.
    pub async fn compile(
        &self,
        engine: &Arc<Engine>,
        component: &[u8],
    ) -> Result<Compiled, CompileError> {
        // What comes back over the pipe is native code. Only who has the key, which is made here and goes
        // nowhere but into that pipe, can have written it.
        let key = random()?;
        let (this, bytes) = (self.clone(), component.to_vec());
        let sealed = tokio::task::spawn_blocking(move || this.run(key, bytes)).await;
        let sealed = sealed.map_err(|panic| CompileError::Process(panic.to_string()))??;
        let subject = digest(component);
        let opened = engine.unseal(sealed, subject.as_bytes(), &SealKey::new(key));
        opened.map_err(|error| CompileError::Process(format!("its answer is not used: {error}")))
    }

    fn run(&self, key: [u8; 32], component: Vec<u8>) -> Result<Vec<u8>, CompileError> {
        let limits = [self.limits.processor_seconds, self.limits.memory].map(|n| n.to_string());
        let mut child = Command::new(&self.program)
            .args(ARGUMENTS)
            .args(limits)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(CompileError::Process("it has no pipes".to_owned()));
        };
        // A process that ends early does not read everything; why it ended is on its standard error.
        thread::spawn(move || stdin.write_all(&key).and_then(|()| stdin.write_all(&component)));
        let said = read_all(stderr, 64 << 10);
        let code = read_all(stdout, 1 << 30);
        let code = code.recv_timeout(self.limits.time);
        let ended = end(&mut child)?;
        match code {
            Ok(code) if ended.success() => Ok(code),
            Err(mpsc::RecvTimeoutError::Timeout) => Err(CompileError::Time(self.limits.time)),
            _ => Err(self.reason(ended, &said.recv().unwrap_or_default())),
        }
    }

    /// Why the process failed, from how it ended and what it said.
    fn reason(&self, ended: ExitStatus, said: &[u8]) -> CompileError {
        let said = String::from_utf8_lossy(said);
        let memory = [
            "memory allocation of",
            "out of memory",
            "Cannot allocate memory",
            "failed to spawn thread",
        ];
        if signal(ended) == Some(SIGXCPU) {
            CompileError::Processor(self.limits.processor_seconds)
        } else if memory.iter().any(|words| said.contains(words)) {
            CompileError::Memory(self.limits.memory)
        } else if ended.code() == Some(REFUSED as i32) {
            CompileError::Refused(said.trim().escape_debug().take(1000).collect())
        } else {
            let said: String = said.trim().escape_debug().take(300).collect();
            CompileError::Process(format!("{ended}: {said}"))
        }
    }
}

/// Everything that a pipe gives, up to a limit, from a thread of its own.
fn read_all(pipe: impl Read + Send + 'static, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A pipe that breaks is the process's end, which is looked at anyway.
        _ = pipe.take(limit).read_to_end(&mut bytes);
        _ = sender.send(bytes);
    });
    receiver
}

/// The end of a process that has closed its output, or that has to go.
fn end(child: &mut Child) -> std::io::Result<ExitStatus> {
    // One that has written everything needs a moment to end; one that hangs is killed.
    for _ in 0..50 {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill()?;
    child.wait()
}

/// The exit code for a component that does not compile; the reason is on standard error.
const REFUSED: Exit = Exit::Plugin;

/// The signal of a process that has used up its processor time.
const SIGXCPU: i32 = 24;

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// The running binary, also after an update has replaced its file.
fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        return PathBuf::from("/proc/self/exe");
    }
    // An empty path cannot be started, and that error is reported.
    std::env::current_exe().unwrap_or_default()
}

/// The compiling process: key and component on standard input, sealed code on standard output.
///
/// # Errors
/// The component does not compile, or a pipe broke. The exit code must tell the two apart: see [`exit`].
pub fn child(processor_seconds: u64, memory: u64) -> Result<(), ChildError> {
    limit(processor_seconds, memory)?;
    let (mut key, mut component) = ([0; 32], Vec::new());
    let mut stdin = std::io::stdin().lock();
    stdin.read_exact(&mut key)?;
    stdin.read_to_end(&mut component)?;
    let engine = Engine::new()?;
    let code = engine.compile(&component)?;
    let sealed = engine.seal(&code, digest(&component).as_bytes(), &SealKey::new(key));
    #[expect(
        clippy::disallowed_methods,
        reason = "this process serves no MCP; its output is the code"
    )]
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&sealed)?;
    Ok(stdout.flush()?)
}

/// Why the compiling process gives up.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// The component is at fault.
    #[error("{0}")]
    Component(#[from] OpenError),
    /// The system is at fault.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// How the compiling process ends.
#[must_use]
pub fn exit(error: &ChildError) -> Exit {
    match error {
        ChildError::Component(_) => REFUSED,
        ChildError::System(_) => Exit::Failure,
    }
}

#[cfg(unix)]
fn limit(processor_seconds: u64, memory: u64) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let both = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, both(memory))?;
    setrlimit(Resource::Core, both(0))?;
    // The hard limit kills a process that would catch the signal of the soft one.
    let cpu = Rlimit { current: Some(processor_seconds), maximum: Some(processor_seconds + 5) };
    Ok(setrlimit(Resource::Cpu, cpu)?)
}

/// Without such limits, the deadline of the parent is the only one.
#[cfg(not(unix))]
fn limit(_: u64, _: u64) -> std::io::Result<()> {
    Ok(())
}

/// 32 bytes from the system's generator.
fn random() -> Result<[u8; 32], CompileError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| CompileError::Process(error.to_string()))?;
    Ok(bytes)
}
