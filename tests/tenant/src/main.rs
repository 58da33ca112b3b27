//! The tenant as a program: `serve` it, or `replay` recorded traffic against it.

use std::{io::Write, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};
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
    Serve(Serve),
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

/// How to serve. Times are in whole seconds.
#[derive(Args)]
struct Serve {
    /// Port on 127.0.0.1 [default: a free one]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Write the CA certificate to this file; with --second, both.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// Offer the paths below /_tenant/: faults, requests, tokens, devices, approve, deny.
    #[arg(long)]
    control: bool,
    /// Start empty.
    #[arg(long)]
    no_seed: bool,
    /// How long an access token is valid.
    #[arg(long, default_value_t = 86_400)]
    token_lifetime: u64,
    /// How long a device code is valid.
    #[arg(long, default_value_t = 900)]
    device_code_lifetime: u64,
    /// How long a device must wait between two polls.
    #[arg(long, default_value_t = 5)]
    device_interval: u64,
    /// How long a sign-in can be renewed.
    #[arg(long, default_value_t = 2_592_000)]
    refresh_lifetime: u64,
    /// How long a refresh token can be used again after it was exchanged.
    #[arg(long, default_value_t = 0)]
    refresh_leeway: u64,
    /// Let refresh tokens stay the same at every renewal.
    #[arg(long)]
    no_rotation: bool,
    /// Serve a second tenant too, which the user can pick when signing in at the first.
    #[arg(long)]
    second: bool,
    /// Its port on 127.0.0.1 [default: a free one]
    #[arg(long, default_value_t = 0, hide_default_value = true, requires = "second")]
    second_port: u16,
    /// How many requests to remember.
    #[arg(long, default_value_t = 10_000)]
    record: usize,
}

impl Serve {
    fn options(&self) -> Options {
        let seconds = Duration::from_secs;
        Options {
            port: self.port,
            control: self.control,
            seed: !self.no_seed,
            token_lifetime: seconds(self.token_lifetime),
            device_code_lifetime: seconds(self.device_code_lifetime),
            device_interval: seconds(self.device_interval),
            refresh_lifetime: seconds(self.refresh_lifetime),
            refresh_leeway: seconds(self.refresh_leeway),
            rotate_refresh_tokens: !self.no_rotation,
            record: self.record,
            ..Options::default()
        }
    }

    fn second(&self) -> Options {
        Options { port: self.second_port, name: "fjord-cafe".to_owned(), ..self.options() }
    }
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
        Command::Serve(how) => serve(&how),
        Command::Replay { files, verbose } => {
            let report = tenant::replay::run(&files)?;
            let details = if verbose { report.details() } else { String::new() };
            print(&format!("{report}{details}"))
        }
    }
}

fn serve(how: &Serve) -> std::io::Result<()> {
    let tenant = Tenant::start(how.options())?;
    let second = how.second.then(|| Tenant::start(how.second())).transpose()?;
    let mut ready = description(&tenant, how);
    let mut authorities = tenant.ca_pem().to_owned();
    if let Some(second) = &second {
        tenant.share_sign_in(second);
        ready["second"] = description(second, how);
        authorities.push_str(second.ca_pem());
    }
    if let Some(file) = &how.ca_file {
        std::fs::write(file, authorities)?;
    }
    print(&format!("{ready}\n"))?;
    loop {
        std::thread::park();
    }
}

fn description(tenant: &Tenant, how: &Serve) -> Value {
    let (client_id, client_secret) = tenant.client_credentials();
    let lifetime = Duration::from_secs(how.token_lifetime);
    json!({
        "domain": tenant.domain(),
        "ca_file": how.ca_file,
        "token": tenant.issue_token(&tenant.all_scopes(), lifetime),
        "client_id": client_id,
        "client_secret": client_secret,
        "device_client_id": tenant::DEVICE_CLIENT_ID,
    })
}

#[expect(clippy::disallowed_methods, reason = "this program speaks no protocol on stdout")]
fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}
