//! The last event of a command, handed to a process of its own: the command ends at once, and the event still has
//! the time that it needs.
//!
//! The process is this program again, with a command that the help does not show. It gets one line on its standard
//! input, none of the credentials, and ends after a few seconds at most.

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
};

use super::{Event, State, send::Way};
use crate::{auth::Trust, settings::env::VARIABLES};

/// The hidden command.
pub const COMMAND: &str = "send-telemetry-event";

/// An event is never longer.
const LONGEST: u64 = 4096;

/// Starts the process, if anything is to be sent. Nobody waits for it.
pub fn hand_over(state: &State, event: impl FnOnce() -> Event) {
    if !state.is_on() {
        return;
    }
    // Whatever fails here, an event is lost and nothing else.
    let Ok(program) = std::env::current_exe() else { return };
    let Ok(line) = serde_json::to_string(&event()) else { return };
    let mut command = Command::new(program);
    command.arg(COMMAND).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    for variable in VARIABLES.iter().filter(|variable| variable.secret) {
        command.env_remove(variable.name);
    }
    detach(&mut command);
    let Ok(mut child) = command.spawn() else { return };
    if let Some(mut input) = child.stdin.take() {
        // It fits into the pipe, so that this does not wait for the reader.
        _ = input.write_all(line.as_bytes());
    }
}

/// The process: sends the event on its standard input.
pub fn run(state: &State, trust: impl FnOnce() -> Option<Trust>) {
    let State::On(endpoint) = state else { return };
    let mut line = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_string(&mut line);
    let event = read.ok().and_then(|_| serde_json::from_str::<Event>(&line).ok());
    if let (Some(event), Some(trust)) = (event, trust()) {
        _ = Way::new(endpoint, &trust).map(|way| way.send(&[event]));
    }
}

/// A signal to the terminal's processes is not for it.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// No window appears.
#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}
