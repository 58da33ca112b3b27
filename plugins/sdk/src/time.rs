//! Points in time as people write them: ISO 8601, or a span before now.
//!
//! Without a date crate: the calendar is two short functions, and a component pays for every dependency in bytes.
//! Times are UTC unless an offset is given. There is no clock here; now is [`Api::started`].

use std::fmt;

use crate::{Api, Failure};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Milliseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    /// When the call began.
    #[must_use]
    pub fn now(api: &impl Api) -> Self {
        Self(i64::try_from(api.started()).unwrap_or(i64::MAX).min(LAST))
    }

    /// The beginning of a time span: `2026-01-31`, `2026-01-31T10:00`, `2026-01-31T10:00:00.5+02:00`, `15m`, `12h`,
    /// `7d`, `2w`. A date alone is its first millisecond.
    ///
    /// # Errors
    /// [`Failure::InvalidArguments`] that names `argument` and the forms.
    pub fn since(argument: &str, text: &str, now: Self) -> Result<Self, Failure> {
        read(text.trim(), now, 0).ok_or_else(|| unreadable(argument))
    }

    /// The end of a time span, in the same forms. A date alone is its last millisecond.
    ///
    /// # Errors
    /// As [`Moment::since`].
    pub fn until(argument: &str, text: &str, now: Self) -> Result<Self, Failure> {
        read(text.trim(), now, DAY - 1).ok_or_else(|| unreadable(argument))
    }
}

/// ISO 8601 in UTC with milliseconds: `2026-01-31T10:00:00.000Z`.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.0.div_euclid(DAY));
        let rest = self.0.rem_euclid(DAY);
        let (hour, minute, second) = (rest / HOUR, rest / MINUTE % 60, rest / SECOND % 60);
        let fraction = rest % SECOND;
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z"
        )
    }
}

fn unreadable(argument: &str) -> Failure {
    Failure::InvalidArguments(format!(
        "{argument}: expected a date (2026-01-31), a time (2026-01-31T10:00:00Z) or a span before now (15m, 12h, 7d)"
    ))
}

/// `date_alone` is added to a date without a time.
fn read(text: &str, now: Moment, date_alone: i64) -> Option<Moment> {
    let moment = span(text).map(|span| now.0.checked_sub(span)).unwrap_or_else(|| {
        let (date, time) = match text.split_at_checked(10)? {
            (date, "") => (date, date_alone),
            (date, rest) => (date, time(rest.strip_prefix(['T', 't', ' '])?)?),
        };
        days(date)?.checked_mul(DAY)?.checked_add(time)
    })?;
    (FIRST..=LAST).contains(&moment).then_some(Moment(moment))
}

/// `15m` in milliseconds.
fn span(text: &str) -> Option<i64> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let unit = match &text[digits..] {
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    };
    text[..digits].parse::<i64>().ok()?.checked_mul(unit)
}

/// `2026-01-31` in days since 1970-01-01.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4, 1..=9999)?;
    let month = number(parts.next()?, 2, 1..=12)?;
    let day = number(parts.next()?, 2, 1..=31)?;
    let count = days_until(year, month, day);
    // A day that its month does not have comes back as one of the next month.
    (parts.next().is_none() && date_of(count) == (year, month, day)).then_some(count)
}

/// `10:00`, `10:00:00`, `10:00:00.123`, each with `Z`, `+02:00` or nothing, in milliseconds.
fn time(text: &str) -> Option<i64> {
    let end = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(end);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2, 0..=23)?;
    let minute = number(parts.next()?, 2, 0..=59)?;
    let second = parts.next().map_or(Some(0), |second| number(second, 2, 0..=59))?;
    let whole = hour * HOUR + minute * MINUTE + second * SECOND;
    parts.next().is_none().then_some(whole + milliseconds(fraction)? - offset(zone)?)
}

/// The digits after the point; those beyond milliseconds are cut.
fn milliseconds(fraction: &str) -> Option<i64> {
    let all_digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let shown: String = fraction.chars().chain("00".chars()).take(3).collect();
    if all_digits { shown.parse().ok() } else { None }
}

/// `Z`, `+02:00`, `-0330`, `+02` in milliseconds.
fn offset(zone: &str) -> Option<i64> {
    let sign = match zone.chars().next() {
        None | Some('Z' | 'z') => return (zone.len() <= 1).then_some(0),
        Some('-') => -1,
        Some(_) => 1,
    };
    let digits = zone[1..].replace(':', "");
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { number(minutes, 2, 0..=59)? };
    Some(sign * (number(hours, 2, 0..=23)? * HOUR + minutes * MINUTE))
}

/// Exactly so many digits, within a range.
fn number(text: &str, digits: usize, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if plain { text.parse().ok()? } else { return None };
    range.contains(&number).then_some(number)
}

/// 0001-01-01T00:00:00.000Z.
const FIRST: i64 = -719_162 * DAY;
/// 9999-12-31T23:59:59.999Z.
const LAST: i64 = 2_932_897 * DAY - 1;
/// Days of 400 years: the Gregorian calendar repeats after them.
const CYCLE: i64 = 146_097;

/// Days from 1970-01-01 to a date. Years are counted from March, so that a leap day is a year's last day.
fn days_until(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // Months of 31, 30, 31, 30, 31 days repeat every five months: 153 days.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The date that is so many days after 1970-01-01, the inverse of [`days_until`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (cycle, day) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (cycle * 400 + year + next, month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-01-01T00:00:00Z
    const NOW: Moment = Moment(1_735_689_600_000);

    #[track_caller]
    fn check(text: &str, since: &str, until: &str) {
        let shown = |moment: Result<Moment, Failure>| moment.expect(text).to_string();
        assert_eq!(shown(Moment::since("since", text, NOW)), since);
        assert_eq!(shown(Moment::until("until", text, NOW)), until);
    }

    #[test]
    fn dates_are_whole_days() {
        check("2026-01-31", "2026-01-31T00:00:00.000Z", "2026-01-31T23:59:59.999Z");
        check("2024-02-29", "2024-02-29T00:00:00.000Z", "2024-02-29T23:59:59.999Z");
        check("0001-01-01", "0001-01-01T00:00:00.000Z", "0001-01-01T23:59:59.999Z");
        check("9999-12-31", "9999-12-31T00:00:00.000Z", "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn times_and_spans() {
        for (text, moment) in [
            ("2026-01-31T10:00", "2026-01-31T10:00:00.000Z"),
            (" 2026-01-31 10:00:59Z ", "2026-01-31T10:00:59.000Z"),
            ("2026-01-31t10:00:00.5z", "2026-01-31T10:00:00.500Z"),
            ("2026-05-29T10:45:58.888947671Z", "2026-05-29T10:45:58.888Z"),
            ("2026-01-01T01:00:00+02:00", "2025-12-31T23:00:00.000Z"),
            ("2026-01-01T23:30-0330", "2026-01-02T03:00:00.000Z"),
            ("2026-01-01T12:00+02", "2026-01-01T10:00:00.000Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
            ("0s", "2025-01-01T00:00:00.000Z"),
            ("90s", "2024-12-31T23:58:30.000Z"),
            ("15m", "2024-12-31T23:45:00.000Z"),
            ("12h", "2024-12-31T12:00:00.000Z"),
            ("7d", "2024-12-25T00:00:00.000Z"),
            ("2w", "2024-12-18T00:00:00.000Z"),
        ] {
            check(text, moment, moment);
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "now",
            "yesterday",
            "h",
            "12",
            "12 h",
            "-12h",
            "1.5h",
            "12H",
            "12mo",
            "99999999999999999999d",
            "999999999d",
            "2026",
            "2026-1-1",
            "2026-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "0000-01-01",
            "10000-01-01",
            "2026-01-31T",
            "2026-01-31T24:00",
            "2026-01-31T10",
            "2026-01-31T10:60",
            "2026-01-31T10:00:60",
            "2026-01-31T10:00:00.",
            "2026-01-31T10:00:00.x",
            "2026-01-31T10:00Zx",
            "2026-01-31T10:00+",
            "2026-01-31T10:00+2",
            "2026-01-31T10:00+24:00",
            "2026-01-31T10:00:00:00",
            "2026-01-31x10:00",
            "0001-01-01T00:00+01:00",
            "2026-01-31 TO *] OR type:*",
            "２０２６-01-31",
            "2026-01-3é",
        ] {
            let failure = Moment::since("since", text, NOW).expect_err(text);
            assert!(
                matches!(&failure, Failure::InvalidArguments(why) if why.starts_with("since: "))
            );
        }
    }

    #[test]
    fn the_calendar_goes_there_and_back() {
        let mut expected = (1, 1, 1);
        for days in FIRST / DAY..=LAST / DAY {
            assert_eq!(date_of(days), expected);
            let (year, month, day) = expected;
            assert_eq!(days_until(year, month, day), days);
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + i64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (day == length, month) {
                (false, _) => (year, month, day + 1),
                (true, 12) => (year + 1, 1, 1),
                (true, _) => (year, month + 1, 1),
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }
}
