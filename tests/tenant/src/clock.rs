//! The tenant's clock: builds and deployments advance with it, and tests and replays may push it.

use std::time::Duration;

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// The real time and how far the tenant is ahead of it.
#[derive(Default)]
pub(crate) struct Clock {
    ahead: Duration,
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + self.ahead
    }

    /// Lets time pass at once.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by);
    }

    /// How long ago a time was, as [`nanoseconds`] writes it; nothing if it is to come or no time.
    pub(crate) fn since(&self, text: &str) -> Duration {
        let age = OffsetDateTime::parse(text, &Rfc3339).ok().map(|then| self.now() - then);
        age.and_then(|age| Duration::try_from(age).ok()).unwrap_or_default()
    }

    /// The present time as Actions answer it: `2026-05-29T10:45:58.888947671Z`.
    pub(crate) fn stamp(&self) -> String {
        fraction(self.now(), 9)
    }

    /// The present time as modules answer it, with microseconds.
    pub(crate) fn short_stamp(&self) -> String {
        fraction(self.now(), 6)
    }
}

/// A time that was written by [`Clock::stamp`], this much later.
pub(crate) fn later(text: &str, by: Duration) -> String {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_or_else(|_| text.to_owned(), |at| fraction(at + by, 9))
}

fn fraction(time: OffsetDateTime, digits: usize) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    let nanoseconds = format!("{:09}", time.nanosecond());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        &nanoseconds[..digits]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pushed_clock_is_ahead() {
        let mut clock = Clock::default();
        let begun = clock.stamp();
        assert_eq!(begun.len(), "2026-05-29T10:45:58.888947671Z".len());
        assert!(clock.since(&begun) < Duration::from_secs(5));
        clock.advance(Duration::from_secs(60));
        assert!(clock.since(&begun) >= Duration::from_secs(60));
        assert_eq!(
            later("2026-05-29T10:45:58.9Z", Duration::from_millis(150)),
            "2026-05-29T10:45:59.050000000Z"
        );
    }
}
