//! Times as people say them.

use std::time::{Duration, SystemTime};

/// For example `2 days 3 hours`, `1 hour 5 minutes`, `45 seconds`: the two largest units, rounded down.
pub(super) fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [
        (seconds / 86_400, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(units.len() - 1);
    // Seconds are worth a word only where there is nothing larger.
    let last = if first == units.len() - 1 { first } else { (first + 1).min(units.len() - 2) };
    let words: Vec<_> = units[first..=last]
        .iter()
        .enumerate()
        .filter(|(at, (count, _))| *at == 0 || *count > 0)
        .map(|(_, (count, unit))| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    words.join(" ")
}

/// When something expires or expired, seen from now: `in 5 minutes`, `5 minutes ago`.
pub(super) fn relative(at: SystemTime, now: SystemTime) -> String {
    match at.duration_since(now) {
        Ok(left) => format!("in {}", in_words(left)),
        Err(passed) => format!("{} ago", in_words(passed.duration())),
    }
}

/// Text from outside, without what a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(2_000).collect()
}

/// A list as it stands in a sentence, or a word for an empty one.
pub(super) fn list(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { plain(&items.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_largest_units_are_said() {
        for (seconds, words) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (119, "1 minute"),
            (3_600, "1 hour"),
            (3_660, "1 hour 1 minute"),
            (86_399, "23 hours 59 minutes"),
            (86_400, "1 day"),
            (90_000, "1 day 1 hour"),
            (180_060, "2 days 2 hours"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words, "{seconds}");
        }
        assert_eq!(plain("a\u{1b}[31m\nb\u{9b}c"), "a[31mbc");
        let now = SystemTime::now();
        assert_eq!(relative(now + Duration::from_secs(60), now), "in 1 minute");
        assert_eq!(relative(now - Duration::from_secs(60), now), "1 minute ago");
    }
}
