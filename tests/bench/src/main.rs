//! Measures the product's binary on real pipes, against a local tenant on a real HTTPS socket.
//!
//! In reading order: [`world`] is the tenant and how a server is started for it; [`session`] drives one
//! server over its pipes; [`direct`] sends the same requests without a server, [`echo`] lines to a process that
//! does nothing, [`relay`] to one that only passes them on, and [`awake`] keeps the cores from halting meanwhile; [`measure`] does the runs;
//! [`added`] starts it with a hundred added plugins; [`sandbox`] times the sandbox alone and [`proof`] signatures and the audit log, in this process; [`report`] puts it beside the targets of the design.
//! Apart from all that, [`hot_code`] finds the functions that the linker is to put together.
//!
//! Nothing is asserted: a target that is not reached is a line in the table. The exit code says only whether
//! the measurements could be made.

mod added;
mod awake;
mod direct;
mod echo;
mod figures;
mod hot_code;
mod machine;
mod measure;
mod proof;
mod relay;
mod report;
mod sandbox;
mod session;
mod world;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, anyhow};
use clap::{Args, Parser, Subcommand};

use hot_code::HotCode;
use measure::{Effort, Measured};
use relay::Relay;
use world::{Subject, World};

/// Measures start-up, memory, overhead and throughput of an auth0-mcp binary.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Program {
    #[command(flatten)]
    arguments: Option<Arguments>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What else this program does.
#[derive(Subcommand)]
enum Part {
    #[command(hide = true)]
    Relay(Relay),
    HotCode(HotCode),
}

#[derive(Args)]
struct Arguments {
    /// The binary: target/release/auth0-mcp
    binary: PathBuf,
    /// A folder with @auth0/auth0-mcp-server installed, to measure it in the same run
    #[arg(long, value_name = "FOLDER")]
    node: Option<PathBuf>,
    /// Repetitions of the calls, each in a fresh process
    #[arg(long, default_value_t = 5)]
    repetitions: usize,
    /// A tenth of the calls: a glance, not a measurement
    #[arg(long)]
    quick: bool,
}

fn main() -> ExitCode {
    let ended = match Program::parse() {
        Program { part: Some(Part::Relay(relay)), .. } => relay.serve(),
        Program { part: Some(Part::HotCode(hot)), .. } => {
            hot.script().map(|text| say(text.trim_end()))
        }
        Program { arguments: Some(arguments), .. } => run(&arguments),
        Program { .. } => Err(anyhow!("name the binary: bench target/release/auth0-mcp")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("the measurements could not be made: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let ours = Subject::ours(&arguments.binary)?;
    let node = arguments.node.as_deref().map(Subject::node).transpose()?;
    let effort = Effort::new(arguments.repetitions, arguments.quick);
    let world = World::start()?;
    say(&machine::describe());
    let before = machine::load();
    let measured = all(&world, &effort, &ours, node.as_ref())
        .with_context(|| format!("what the servers said is in {}", world.log().display()))?;
    let added = added::measure(&world, &arguments.binary.canonicalize()?)?;
    let sandbox = sandbox::measure(&effort)?;
    let proof = proof::measure(world.folder())?;
    say(&report::table(&measured, &added, &sandbox, &proof));
    say(&format!("Load average before {before}, after {}.", machine::load()));
    world.remove();
    Ok(())
}

/// Every measurement of the servers; those that are compared alternate, so that they meet the same noise.
fn all<'s>(
    world: &World,
    effort: &Effort,
    ours: &'s Subject,
    node: Option<&'s Subject>,
) -> Result<Measured<'s>> {
    let mut measured = Measured::new(ours, node)?;
    for subject in measured.servers() {
        subject.start_up(world, effort)?;
    }
    for _ in 0..effort.repetitions {
        for subject in measured.servers() {
            subject.repetition(world, effort)?;
        }
    }
    measured.ours.endurance(world, effort)?;
    Ok(measured)
}

#[expect(
    clippy::print_stdout,
    reason = "the table is the output of this program, which speaks no protocol"
)]
fn say(text: &str) {
    println!("{text}");
}
