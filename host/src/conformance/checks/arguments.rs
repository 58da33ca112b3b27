//! Arguments that nobody foresaw: wrong ones end before the call, and none that the schema allows stops the plugin.

use serde_json::{Map, Value};
use std::time::Duration;

use super::{Context, answers, count};
use crate::{
    catalog::admission::Arguments,
    conformance::{
        report::{Check, Finding},
        samples::Samples,
        stub::Script,
    },
};

/// Random sets of arguments for each tool, besides those at bounds.
const RANDOM: usize = 40;

/// The most calls with made arguments for one tool.
const MOST: usize = 160;

/// The most for a tool that waits, so that it does not hold the kit up.
const MOST_SLOW: usize = 16;

/// A call of so long waits.
const SLOW: Duration = Duration::from_secs(1);

pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let (mut refused, mut accepted) = (0, Vec::new());
    let (mut made, mut faults, mut shapes, mut unknown) = (0, Vec::new(), Vec::new(), Vec::new());
    for tool in context.tools() {
        let schema = Value::Object(tool.input_schema.clone());
        let arguments = Arguments::of(&tool.name, &tool.input_schema);
        let fits =
            |made: &Map<String, Value>| arguments.check(&Value::Object(made.clone())).is_ok();
        let mut samples = Samples::new(&schema);
        let base = context.base(tool).arguments;
        for (what, wrong) in samples.wrong(&base) {
            if fits(&wrong) {
                let what = format!("{}: {what} is accepted", tool.name);
                accepted.push(Finding::new(what, "close the schema with \"additionalProperties\": false, give each argument a type, and name what is required"));
            } else {
                refused += 1;
            }
        }
        let mut all = vec![samples.least(), samples.whole(), base.clone()];
        all.extend((0..RANDOM).map(|_| samples.random()));
        all.extend(samples.at_bounds(&base));
        all.retain(fits);
        let slow = context.traces(tool).iter().any(|trace| trace.took > SLOW);
        thin(&mut all, if slow { MOST_SLOW } else { MOST });
        if all.is_empty() {
            unknown.push(Finding::new(
                format!("{}: no arguments could be made that fit its schema", tool.name),
                "add a call of it to the fixtures",
            ));
        }
        let script = Script::Canned(context.by_row(tool));
        let traces = context.bench.run_all(tool, &all, script).await;
        made += traces.len();
        for (trace, arguments) in traces.into_iter().zip(&all) {
            let shown: String =
                Value::Object(arguments.clone()).to_string().chars().take(200).collect();
            let at = format!("{} with {shown}", tool.name);
            faults.extend(trace.finding(&at));
            shapes.extend(answers::shape(&at, tool, &trace));
            context.remember(tool, trace);
        }
    }
    let mut unexpected = faults;
    unexpected.extend(shapes);
    vec![
        Check::required(
            [
                "refusals",
                "wrong arguments are refused before the call",
                "bad input must end before it costs anything or reaches Auth0",
            ],
            count(refused + accepted.len(), "set"),
            accepted,
        ),
        Check::required(
            [
                "surprises",
                "no arguments that the schema allows stop the plugin or bend its answer",
                "a model will try all of them",
            ],
            count(made, "call"),
            unexpected,
        )
        .or_skipped(made == 0),
        Check::advisory(
            [
                "coverage",
                "arguments can be made from every input schema",
                "what is never called is never checked",
            ],
            "",
            unknown,
        ),
    ]
}

/// Keeps at most so many, evenly spread.
fn thin(all: &mut Vec<Map<String, Value>>, most: usize) {
    let step = all.len().div_ceil(most).max(1);
    let mut at = 0;
    all.retain(|_| {
        at += 1;
        (at - 1) % step == 0
    });
}
