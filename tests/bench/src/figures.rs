//! Series of measured values and their summary.

use std::{fmt, time::Duration};

/// Values of repeated measurements, in one unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series(Vec<f64>);

impl Series {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(crate) fn extend(&mut self, values: impl IntoIterator<Item = f64>) {
        self.0.extend(values);
    }

    /// The middle one, or the mean of the two in the middle; None without values.
    pub(crate) fn median(&self) -> Option<f64> {
        let sorted = self.sorted();
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
        Some(f64::midpoint(lower, upper))
    }

    /// Median, then least and greatest.
    pub(crate) fn shown(&self, decimals: usize) -> Option<Shown> {
        let sorted = self.sorted();
        let (least, greatest) = (*sorted.first()?, *sorted.last()?);
        Some(Shown { median: self.median()?, least, greatest, decimals })
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

impl FromIterator<f64> for Series {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

/// A series as the table shows it.
pub(crate) struct Shown {
    pub(crate) median: f64,
    least: f64,
    greatest: f64,
    decimals: usize,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, least, greatest, decimals } = self;
        write!(f, "{}", grouped(*median, *decimals))?;
        if least < greatest {
            write!(f, " ({}-{})", grouped(*least, *decimals), grouped(*greatest, *decimals))?;
        }
        Ok(())
    }
}

/// `12345.6` → `12,346`.
pub(crate) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let whole = text.find('.').unwrap_or(text.len());
    let from = usize::from(text.starts_with('-'));
    let mut shown = String::new();
    for (at, character) in text.char_indices() {
        if at > from && at < whole && (whole - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(character);
    }
    shown
}

/// The times of many requests, sorted.
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The element at floor(p·n), in milliseconds: the method of the published figures.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list of a few thousand"
    )]
    pub(crate) fn percentile(&self, p: f64) -> f64 {
        let at = (p * self.0.len() as f64).floor() as usize;
        self.0.get(at.min(self.0.len().saturating_sub(1))).copied().map_or(f64::NAN, milliseconds)
    }
}

/// A time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A time in microseconds.
pub(crate) fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
