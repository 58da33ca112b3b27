//! What two pipes cost on this machine: a process that only echoes lines.
//!
//! A call through a server wakes two processes more than the same request without one. On a machine whose idle
//! cores are slow to wake, a virtual one above all, that can take longer than the server's own work; no server
//! behind pipes is faster than this.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use crate::figures::Latencies;

/// As long as the request of a call.
const LINE: [u8; 160] = {
    let mut line = [b'x'; 160];
    line[159] = b'\n';
    line
};

/// Lines to `cat` and back, one after the other; the first tenth does not count.
pub(crate) fn sequential(count: usize) -> Result<Latencies> {
    let mut cat = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cat")?;
    let (mut stdin, stdout) = cat.stdin.take().zip(cat.stdout.take()).context("no pipes")?;
    let (mut stdout, mut line) = (BufReader::new(stdout), Vec::new());
    let warm_up = count / 10;
    let mut times = Vec::with_capacity(count);
    for number in 0..warm_up + count {
        line.clear();
        let began = Instant::now();
        stdin.write_all(&LINE)?;
        stdout.read_until(b'\n', &mut line)?;
        let took = began.elapsed();
        ensure!(line == LINE, "cat does not echo");
        if number >= warm_up {
            times.push(took);
        }
    }
    drop(stdin);
    cat.wait()?;
    Ok(Latencies::new(times))
}
