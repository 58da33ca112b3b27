//! The tenant as a program: `serve` it, or `replay` recorded traffic against it.

use std::{io::Write, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};
use serde_json::json;
use tenant::{Options, Tenant};

#[derive(Parser)]
#[command(about = "An Auth0 tenant in memory on 127.0.0.1")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a tenant until the process is ended; one line of JSON says where it is.
    Serve {
        /// Port on 127.0.0.1 [default: a free one]
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Write the CA certificate to this file.
        #[arg(long)]
        ca_file: Option<PathBuf>,
        /// Offer /_tenant/faults and /_tenant/requests.
        #[arg(long)]
        control: bool,
        /// Start empty.
        #[arg(long)]
        no_seed: bool,
        /// Seconds that a token is valid.
        #[arg(long, default_value_t = 86_400)]
        token_lifetime: u64,
        /// How many requests to remember.
        #[arg(long, default_value_t = 10_000)]
        record: usize,
    },
    /// Replay recorded traffic (JSON Lines of rows or sessions) and count what matches.
    Replay {
        /// Files; for sessions, a bodies.jsonl beside them is read too.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Show every mismatch.
        #[arg(long)]
        verbose: bool,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> std::io::Result<()> {
    match command {
        Command::Serve { port, ca_file, control, no_seed, token_lifetime, record } => {
            let token_lifetime = Duration::from_secs(token_lifetime);
            let seed = !no_seed;
            let options =
                Options { port, control, seed, token_lifetime, record, ..Options::default() };
            serve(options, ca_file)
        }
        Command::Replay { files, verbose } => {
            let report = tenant::replay::run(&files)?;
            let details = if verbose { report.details() } else { String::new() };
            print(&format!("{report}{details}"))
        }
    }
}

fn serve(options: Options, ca_file: Option<PathBuf>) -> std::io::Result<()> {
    let lifetime = options.token_lifetime;
    let tenant = Tenant::start(options)?;
    if let Some(file) = &ca_file {
        std::fs::write(file, tenant.ca_pem())?;
    }
    let (client_id, client_secret) = tenant.client_credentials();
    let ready = json!({
        "domain": tenant.domain(),
        "ca_file": ca_file,
        "token": tenant.issue_token(&tenant.all_scopes(), lifetime),
        "client_id": client_id,
        "client_secret": client_secret,
    });
    print(&format!("{ready}\n"))?;
    loop {
        std::thread::park();
    }
}

#[expect(clippy::disallowed_methods, reason = "this program speaks no protocol on stdout")]
fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}
