//! What is left of a call without a server's work: a process that passes each line on as a request.
//!
//! It reads a line, sends the request that the line stands for with the client of [`direct`](crate::direct), and
//! writes the answer's body as a line. There is no protocol in it, no sandbox, no grant and no mask. So no server
//! with this HTTP client is faster, and what the product adds is the difference to it.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{direct::Direct, figures::Latencies, world::World};

/// How the relay is started: by [`sequential`] alone.
#[derive(Args)]
pub(crate) struct Relay {
    /// A file with the tenant's CA
    ca_file: PathBuf,
}

/// The variable with the relay's access token.
const TOKEN: &str = "AUTH0_TOKEN";

impl Relay {
    /// Addresses in, bodies out, until the end of input.
    #[expect(
        clippy::disallowed_methods,
        reason = "a process of its own that stands for a server: configured by its environment, answers on its output"
    )]
    pub(crate) fn serve(&self) -> Result<()> {
        let pem = std::fs::read_to_string(&self.ca_file)?;
        let token = std::env::var(TOKEN).with_context(|| format!("{TOKEN} is missing"))?;
        let direct = Direct::with(&pem, &token, Arc::new([]))?;
        let mut stdout = std::io::stdout().lock();
        for line in std::io::stdin().lock().lines() {
            let mut body = direct.body(line?.parse()?)?;
            body.push(b'\n');
            stdout.write_all(&body)?;
            stdout.flush()?;
        }
        Ok(())
    }
}

/// Addresses to a relay and bodies back, one after the other; the first tenth does not count.
pub(crate) fn sequential(world: &World, count: usize) -> Result<Latencies> {
    let mut relay = Command::new(std::env::current_exe()?)
        .arg("relay")
        .arg(world.ca_file())
        .env(TOKEN, world.token())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the relay")?;
    let (mut stdin, stdout) = relay.stdin.take().zip(relay.stdout.take()).context("no pipes")?;
    let (mut stdout, mut body) = (BufReader::with_capacity(1 << 16, stdout), Vec::new());
    let warm_up = count / 10;
    let mut times = Vec::with_capacity(count);
    for number in 0..warm_up + count {
        body.clear();
        let address = format!("{}\n", world.url(number));
        let began = Instant::now();
        stdin.write_all(address.as_bytes())?;
        stdout.read_until(b'\n', &mut body)?;
        let took = began.elapsed();
        ensure!(body.len() > 1000, "the relay passes nothing on");
        if number >= warm_up {
            times.push(took);
        }
    }
    drop(stdin);
    relay.wait()?;
    Ok(Latencies::new(times))
}
