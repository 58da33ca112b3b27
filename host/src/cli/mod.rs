//! The commands: one file each, arguments apart from behaviour.

pub mod args;
pub mod audit;
pub mod completions;
mod context;
pub mod init;
mod logout;
pub mod plugin;
pub mod policy;
mod printer;
mod run;
mod session;
mod stop;
mod terminal;
mod usable;
mod words;

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use auth0_mcp_sandbox::Limits;
use clap::{CommandFactory, FromArgMatches};

use crate::{
    catalog::{Catalog, Embedded, Family, Selection, SelectionError, store::Damaged, stored::Home},
    exit::Exit,
    policy::Policy,
    secret::Redactor,
    settings::{env::Environment, folders},
    telemetry::{self, Event},
};
use args::{Cli, Command};
use printer::Printer;

/// What a binary with this command line is made of.
pub struct Product {
    /// Its plugins, in the order of `tools/list`.
    pub plugins: &'static [Embedded],
    /// What one call may use.
    pub limits: Limits,
    /// The system's policy file, which holds if it is there: [`crate::policy::place::SYSTEM`].
    pub policy: PathBuf,
}

impl Product {
    /// Its plugins and those that the operator added. What cannot be used of the added ones is named in the log.
    ///
    /// # Errors
    /// The binary is damaged.
    fn families(
        &self,
        environment: &Environment,
        policy: &Policy,
    ) -> Result<Vec<Arc<Family>>, Damaged> {
        let mut families = Family::embedded(self.plugins)?;
        let added = self.home(environment, policy).map(|home| home.families(&families));
        families.extend(added.unwrap_or_default());
        Ok(families)
    }

    /// The tools that a selection leaves, of all plugins.
    ///
    /// # Errors
    /// The binary is damaged, or a pattern matches no tool.
    fn catalog(
        &self,
        environment: &Environment,
        selection: &Selection,
    ) -> Result<Catalog, SelectionError> {
        Catalog::build(self.families(environment, &selection.policy)?, selection)
    }

    /// The data folder with the added plugins; none where no place for it can be found.
    fn home(&self, environment: &Environment, policy: &Policy) -> Option<Home> {
        let data = folders::data(environment).ok()?;
        Some(Home::new(data, policy.clone(), policy.limits(self.limits)))
    }
}

/// Reads the command line and runs the command.
#[must_use]
pub fn main(product: &Product) -> ExitCode {
    let parsed = Cli::command().try_get_matches().and_then(|matches| {
        let name = matches.subcommand_name().unwrap_or_default().to_owned();
        Ok((name, Cli::from_arg_matches(&matches)?))
    });
    let (name, cli) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return show(&error).into(),
    };
    let environment = Environment::read();
    let state = telemetry::state(&environment);
    if let (Some(warning), false) = (state.warning(), name == "run") {
        // `run` says it in its log.
        Printer::new(Redactor::default()).note(&format!("warning: {warning}"));
    }
    let began = Instant::now();
    let exit = match cli.command {
        Command::Init(args) => init::run(&args, &environment, product),
        Command::Session(args) => session::run(&args, &environment, product),
        Command::Logout(args) => logout::run(&args, &environment, product),
        Command::Run(args) => run::run(&args.into(), &environment, product),
        Command::Plugin(command) => plugin::run(command, &environment, product),
        Command::Policy(command) => policy::run(command, &environment, product),
        Command::Audit(command) => audit::run(&command),
        Command::Completions(args) => completions::run(&args, &Printer::new(Redactor::default())),
        Command::SendTelemetryEvent => {
            let ca_file = environment.text("SSL_CERT_FILE").map(PathBuf::from);
            telemetry::run_errand(&state, || telemetry::trust(ca_file.as_deref()));
            return Exit::Success.into();
        }
    };
    let outcome = match exit {
        Exit::Success => telemetry::Outcome::Success,
        _ => telemetry::Outcome::Failure,
    };
    telemetry::hand_over(&state, || Event::command(&name, outcome, began.elapsed()));
    exit.into()
}

/// Help and version go to standard output and are a success; a mistake goes to standard error.
fn show(error: &clap::Error) -> Exit {
    let failed = error.use_stderr();
    // Nothing can be done if the stream is closed.
    _ = error.print();
    if failed { Exit::Usage } else { Exit::Success }
}
