//! Recorded traffic of the real service, replayed against this tenant and compared.
//!
//! Two kinds of files are understood. Family rows are interactions torn out of their context: each
//! is sent to an empty tenant that was given what the row implies. Sessions are whole cassettes:
//! their interactions are sent in order to one tenant, whose ids stand in for the recorded ones.
//! What is compared is the status and the shape of the answer; `FIDELITY.md` explains both.

mod explain;
mod imply;
mod imply_actions;
mod mapping;
mod read;
mod report;
mod shape;
mod world;

use std::{collections::HashMap, io, path::PathBuf};

use serde_json::Value;

use self::{
    imply::History,
    mapping::Mapping,
    read::{Interaction, Recordings},
    shape::Difference,
    world::World,
};

pub use self::report::{BEFORE_RELEASE, Figure, Mismatch, Report};

/// Replays files of recordings; sessions find their bodies in a given or neighbouring file.
pub fn run(files: &[PathBuf]) -> io::Result<Report> {
    let recordings = read::files(files)?;
    let mut report = Report::default();
    replay_rows(&recordings, &mut report)?;
    for session in &recordings.sessions {
        replay_session(session, &mut report)?;
    }
    Ok(report)
}

/// Every row by itself; only the rows of the same cassette may tell what was there before.
fn replay_rows(recordings: &Recordings, report: &mut Report) -> io::Result<()> {
    let mut cassettes: HashMap<&str, Vec<&Interaction>> = HashMap::new();
    for row in &recordings.rows {
        cassettes.entry(&row.cassette).or_default().push(row);
    }
    for row in &recordings.rows {
        let mut world = World::new()?;
        let Some(template) = world.template(row) else {
            report.skip();
            continue;
        };
        let history = History::new(&cassettes[row.cassette.as_str()], row);
        imply::before(&mut world.store, &template, row, &history);
        world.store.modules = row.status != 403;
        if row.status == 429 {
            world.exhaust();
        }
        let mapping = Mapping::default();
        let answer = world.send(row, &mapping);
        let comparison = compare(row, &answer, &mapping);
        let cassette = &cassettes[row.cassette.as_str()];
        let gap = explain::follows_gap(row, &comparison, cassette);
        let class = explain::class(row, &comparison, false);
        let class = class.or(gap.then_some("follows a change that is not among the rows"));
        report.add(source("rows", row), &template, row, &comparison, class);
    }
    Ok(())
}

/// A whole cassette against one tenant.
fn replay_session(session: &[Interaction], report: &mut Report) -> io::Result<()> {
    let mut world = World::new()?;
    let mut mapping = Mapping::default();
    // Set once a write of this session ended otherwise than recorded.
    let mut diverged = false;
    let all: Vec<&Interaction> = session.iter().collect();
    for interaction in session {
        let Some(template) = world.template(interaction) else {
            report.skip();
            continue;
        };
        let history = History::of_session(&all, interaction);
        imply::missing(&mut world.store, &template, interaction, &history, &mapping);
        let answer = world.send_in_time(interaction, &mapping);
        // Only a write brings new ids, and lists may come in another order.
        if interaction.method != "GET" {
            mapping.learn(&interaction.response, answer.body.as_ref().unwrap_or(&Value::Null));
        }
        let comparison = compare(interaction, &answer, &mapping);
        let class = explain::class(interaction, &comparison, diverged);
        diverged |= comparison.status != interaction.status && interaction.method != "GET";
        let source = source("sessions", interaction);
        report.add(source, &template, interaction, &comparison, class);
    }
    Ok(())
}

/// Traffic from before the release of an API is counted apart: it spoke another dialect.
fn source<'a>(kind: &'a str, recorded: &Interaction) -> &'a str {
    if explain::is_before_release(recorded) { BEFORE_RELEASE } else { kind }
}

/// What the tenant answered.
pub(crate) struct Answered {
    status: u16,
    body: Option<Value>,
}

/// How an answer compares with the recorded one.
pub(crate) struct Comparison {
    /// The tenant's status.
    status: u16,
    /// Differences of shape; `None` where the recording kept no body to compare with.
    shape: Option<Vec<Difference>>,
    /// Whether a field that the service answers only since was left out of the comparison.
    aged: bool,
    /// Whether values agree where both answers have them.
    values: bool,
    /// What the tenant said if it refused.
    message: String,
}

fn compare(recorded: &Interaction, answer: &Answered, mapping: &Mapping) -> Comparison {
    let null = Value::Null;
    let ours = answer.body.as_ref().unwrap_or(&null);
    let mut shape = recorded
        .has_body()
        .then(|| shape::differences(&recorded.response, ours, recorded.is_reserialized()));
    let mut aged = false;
    if let Some(differences) = &mut shape {
        let before = differences.len();
        differences.retain(|difference| !explain::is_newer_field(&recorded.date, difference));
        aged = differences.len() < before;
    }
    let message = ours["message"].as_str().unwrap_or_default().to_owned();
    let values = shape::same_values(&mapping.body(&recorded.response), ours);
    Comparison { status: answer.status, shape, aged, values, message }
}
