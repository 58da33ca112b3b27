//! Counting: how many answers match, per source, endpoint and fidelity, and why the others do not.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use super::{Comparison, read::Interaction};

/// The source under which traffic from before the release of an API is counted.
pub const BEFORE_RELEASE: &str = "before release";

/// The result of a replay.
#[derive(Debug, Default)]
pub struct Report {
    /// Per source (`rows`, `sessions`), endpoint and fidelity.
    pub figures: BTreeMap<(String, String, String), Figure>,
    /// Everything that did not match.
    pub mismatches: Vec<Mismatch>,
    /// Interactions of endpoints that this tenant does not have.
    pub skipped: usize,
}

/// Matches among a number of answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figure {
    /// Answers compared.
    pub total: usize,
    /// Answers with the recorded status.
    pub status: usize,
    /// Answers whose recorded body could be compared.
    pub bodies: usize,
    /// Answers with the recorded shape.
    pub shape: usize,
    /// Of those, answers compared without a field that the service had not begun to answer.
    pub aged: usize,
    /// Answers whose values agree with the recorded ones, ids, secrets and times aside.
    pub values: usize,
}

/// One answer that differs.
#[derive(Debug)]
pub struct Mismatch {
    /// `rows` or `sessions`.
    pub source: String,
    /// Method and template.
    pub endpoint: String,
    /// Cassette and position.
    pub place: String,
    /// Recorded and own status.
    pub status: (u16, u16),
    /// The paths that differ, in words.
    pub differences: Vec<String>,
    /// The class that explains it.
    pub class: Option<&'static str>,
}

/// What differs, in words; with another status it is what the tenant said that matters.
fn differences(comparison: &Comparison, same_status: bool) -> Vec<String> {
    if !same_status {
        return vec![comparison.message.clone()];
    }
    comparison.shape.iter().flatten().map(ToString::to_string).collect()
}

impl Figure {
    fn add(&mut self, other: Self) {
        self.total += other.total;
        self.status += other.status;
        self.bodies += other.bodies;
        self.shape += other.shape;
        self.aged += other.aged;
        self.values += other.values;
    }

    /// Answers with the recorded status, of 100.
    #[must_use]
    pub fn status_percent(self) -> f64 {
        percent(self.status, self.total)
    }

    /// Answers with the recorded shape, of 100.
    #[must_use]
    pub fn shape_percent(self) -> f64 {
        percent(self.shape, self.bodies)
    }
}

impl Figure {
    /// Answers whose values agree, of 100.
    #[must_use]
    pub fn values_percent(self) -> f64 {
        percent(self.values, self.bodies)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of recordings are small")]
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 }
}

impl Report {
    pub(crate) fn skip(&mut self) {
        self.skipped += 1;
    }

    pub(crate) fn add(
        &mut self,
        source: &str,
        template: &str,
        recorded: &Interaction,
        comparison: &Comparison,
        class: Option<&'static str>,
    ) {
        let endpoint = format!("{} {template}", recorded.method);
        let same_status = comparison.status == recorded.status;
        // An answer of another status is another answer: its shape does not count as matching.
        let same_shape = same_status
            && comparison.shape.as_ref().is_some_and(|differences| differences.is_empty());
        let figure = Figure {
            total: 1,
            status: usize::from(same_status),
            bodies: usize::from(comparison.shape.is_some()),
            shape: usize::from(same_shape),
            aged: usize::from(same_shape && comparison.aged),
            values: usize::from(same_status && comparison.shape.is_some() && comparison.values),
        };
        let key = (source.to_owned(), endpoint.clone(), recorded.fidelity.clone());
        self.figures.entry(key).or_default().add(figure);
        if same_status && (same_shape || comparison.shape.is_none()) {
            return;
        }
        self.mismatches.push(Mismatch {
            source: source.to_owned(),
            endpoint,
            place: format!("{} #{}", recorded.cassette, recorded.index),
            status: (recorded.status, comparison.status),
            differences: differences(comparison, same_status),
            class,
        });
    }

    /// The sum of all figures of a source, or of everything for `""`.
    #[must_use]
    pub fn total(&self, source: &str) -> Figure {
        let mut total = Figure::default();
        for ((found, ..), figure) in &self.figures {
            if source.is_empty() || source == found {
                total.add(*figure);
            }
        }
        total
    }

    /// The sum of a family's figures in a source; `GET /clients/{id}` belongs to `clients`.
    #[must_use]
    pub fn family(&self, source: &str, family: &str) -> Figure {
        let mut total = Figure::default();
        for ((found, endpoint, _), figure) in &self.figures {
            if source == found && endpoint.split(['/', ' ']).nth(2) == Some(family) {
                total.add(*figure);
            }
        }
        total
    }

    /// How many mismatches each class explains; unexplained ones stand under `unexplained`.
    #[must_use]
    pub fn classes(&self) -> BTreeMap<&'static str, usize> {
        let mut classes = BTreeMap::new();
        for mismatch in &self.mismatches {
            *classes.entry(mismatch.class.unwrap_or("unexplained")).or_default() += 1;
        }
        classes
    }

    /// Every mismatch with its differences, one per line.
    #[must_use]
    pub fn details(&self) -> String {
        let mut text = String::new();
        for mismatch in &self.mismatches {
            let (recorded, ours) = mismatch.status;
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{} {} [{}] {recorded}/{ours} {}: {}",
                mismatch.source,
                mismatch.endpoint,
                mismatch.class.unwrap_or("unexplained"),
                mismatch.place,
                mismatch.differences.join("; ")
            );
        }
        text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |formatter: &mut fmt::Formatter<'_>, name: &str, figure: Figure| {
            writeln!(
                formatter,
                "{name:<72} status {:>4}/{:<4} {:>5.1} %  shape {:>4}/{:<4} {:>5.1} % (aged {:>3})  values {:>5.1} %",
                figure.status,
                figure.total,
                figure.status_percent(),
                figure.shape,
                figure.bodies,
                figure.shape_percent(),
                figure.aged,
                figure.values_percent(),
            )
        };
        for ((source, endpoint, fidelity), figure) in &self.figures {
            line(formatter, &format!("{source:<9} {endpoint:<46} {fidelity}"), *figure)?;
        }
        for source in ["rows", "sessions", BEFORE_RELEASE, ""] {
            let name = if source.is_empty() { "all" } else { source };
            line(formatter, name, self.total(source))?;
        }
        writeln!(formatter, "skipped (endpoints this tenant does not have): {}", self.skipped)?;
        for (class, count) in self.classes() {
            writeln!(formatter, "mismatches, {class}: {count}")?;
        }
        Ok(())
    }
}
