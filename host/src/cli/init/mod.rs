//! `init`: sign in, choose scopes, keep the session, set up MCP clients.
//!
//! The order never changes: check everything ([`plan`]), sign in, keep the session, write configuration. Nothing
//! is written before the sign-in has succeeded, and after it nothing waits for a person.

pub mod args;
pub mod clients;
#[expect(dead_code, reason = "the sign-in follows")]
mod machine;
mod picker;
#[expect(dead_code, reason = "the sign-in follows")]
mod plan;
mod setup;

use super::{Product, printer::Printer, terminal::Terminal};
use crate::{
    clients::Launch, exit::Exit, log, secret::Redactor, settings, settings::env::Environment,
};
use args::InitArgs;
use plan::{Plan, PlanError};

/// Signs in and says what came of it.
pub(super) fn run(args: &InitArgs, environment: &Environment, product: &Product) -> Exit {
    let redactor = Redactor::default();
    log::init(settings::debug(environment), redactor.clone());
    let printer = Printer::new(redactor);
    let terminal = Terminal::new(args.terminal.no_interaction);
    if args.clients.need_no_sign_in() {
        let launch = match launch(args, environment, product) {
            Ok(launch) => launch,
            Err(error) => {
                printer.error(&error.to_string());
                return error.exit();
            }
        };
        return args.clients.without_sign_in(&launch, environment, terminal.asks(), &printer);
    }
    match start(args, environment, product, terminal) {
        Ok(plan) => {
            tracing::debug!("planned: {plan:?}");
            printer.error("the sign-in is not connected yet");
            Exit::Failure
        }
        Err(error) => {
            printer.error(&error.to_string());
            error.exit()
        }
    }
}

/// What the clients start.
fn launch(
    args: &InitArgs,
    environment: &Environment,
    product: &Product,
) -> Result<Launch, PlanError> {
    let read_only = plan::Choice::read(&args.choice, environment, product)?.selection.read_only;
    let (tools, profile) = (args.choice.tools.clone(), args.profile.profile.clone());
    Ok(Launch { tools, read_only, profile, demo: false })
}

fn start(
    args: &InitArgs,
    environment: &Environment,
    product: &Product,
    terminal: Terminal,
) -> Result<Plan, PlanError> {
    Plan::make(args, environment, product, terminal)
}
