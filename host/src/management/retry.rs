//! When to ask again. One pure decision, [`next_step`]; the loop that obeys it is in `client`.
//!
//! | outcome | method | what happens |
//! |---|---|---|
//! | 429 | any (the API did not execute it) | wait for the reset the tenant names, else back off; at most [`BUDGET`] in all |
//! | 401 | any | renew the token, once |
//! | no answer, 502, 503, 504 | GET | [`FAULTS`] more tries, shortly after |
//! | anything else | – | it is the answer |
//!
//! A write that broke off is never sent again: nobody knows whether it was carried out.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use tokio::time::Instant;

/// How long one request may wait for rate limits in all.
pub const BUDGET: Duration = Duration::from_secs(10);

/// How often a GET that failed is sent again.
pub const FAULTS: u32 = 2;

/// The first wait where the tenant names none; doubled each time.
const RATE_LIMIT_BACKOFF: Duration = Duration::from_millis(500);
const FAULT_BACKOFF: Duration = Duration::from_millis(150);

/// Random time on top of each wait, so that calls which were refused together do not come back together.
const JITTER: Duration = Duration::from_millis(250);

/// A reset further away than this is a header that means something else.
const PLAUSIBLE: Duration = Duration::from_secs(24 * 3600);

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The tenant answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// How long the answer asks to wait, see [`asked_wait`].
        wait: Option<Duration>,
    },
    /// No answer, or it broke off.
    Failed {
        /// Whether a second try may go better at once.
        may_pass: bool,
    },
}

/// What happened to this request before.
#[derive(Clone, Copy, Debug, Default)]
pub struct History {
    /// Answers with status 429.
    pub rate_limited: u32,
    /// Time waited for rate limits.
    pub waited: Duration,
    /// Failures, and answers with 502, 503 or 504.
    pub faults: u32,
    /// Whether the token was renewed.
    pub renewed: bool,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The outcome is the result.
    Settle,
    /// Wait so long and send it again.
    Retry(Duration),
    /// Get another token and send it again.
    Renew,
    /// Say that the tenant limits requests, for so many seconds.
    GiveUp(u32),
}

/// What to do after an outcome. `is_get`: the request changes nothing. `jitter` is a random number from 0 to 1.
#[must_use]
pub fn next_step(
    history: &History,
    is_get: bool,
    outcome: Outcome,
    now: Instant,
    deadline: Instant,
    jitter: f64,
) -> Step {
    let left = deadline.saturating_duration_since(now);
    match outcome {
        Outcome::Answered { status: 429, wait } => {
            let wait =
                wait.unwrap_or_default().max(backoff(RATE_LIMIT_BACKOFF, history.rate_limited));
            let total = wait + JITTER.mul_f64(jitter);
            let fits = history.waited + total <= BUDGET && total < left;
            if fits { Step::Retry(total) } else { Step::GiveUp(seconds(wait)) }
        }
        Outcome::Answered { status: 401, .. } if !history.renewed => Step::Renew,
        Outcome::Answered { status: 502..=504, wait } => again(history, is_get, wait, left, jitter),
        Outcome::Failed { may_pass: true } => again(history, is_get, None, left, jitter),
        _ => Step::Settle,
    }
}

fn again(
    history: &History,
    is_get: bool,
    wait: Option<Duration>,
    left: Duration,
    jitter: f64,
) -> Step {
    let wait = wait.unwrap_or_default().max(backoff(FAULT_BACKOFF, history.faults));
    let total = wait + wait.mul_f64(jitter).min(JITTER);
    if is_get && history.faults < FAULTS && total < left.min(BUDGET) {
        Step::Retry(total)
    } else {
        Step::Settle
    }
}

fn backoff(first: Duration, failures: u32) -> Duration {
    first * 2_u32.pow(failures.min(6))
}

/// Whole seconds, rounded up, at least 1.
fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}

/// How long an answer asks to wait: until `x-ratelimit-reset` (seconds since 1970), else `retry-after`
/// (seconds, or a date as in RFC 9110). Where the answer has a `date`, moments are compared with that, so that
/// a wrong clock on this machine does no harm.
#[must_use]
pub fn asked_wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let moment = |text: &str| httpdate::parse_http_date(text).ok();
    let now = text(DATE.as_str()).and_then(moment).unwrap_or(now);
    let until = |at: SystemTime| at.duration_since(now).unwrap_or_default();
    let reset = text("x-ratelimit-reset")
        .and_then(|text| text.parse().ok())
        .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
        .map(until)
        .filter(|wait| *wait <= PLAUSIBLE);
    reset.or_else(|| {
        let text = text(RETRY_AFTER.as_str())?;
        text.parse()
            .ok()
            .map(Duration::from_secs)
            .or_else(|| moment(text).map(until))
            .map(|wait| wait.min(PLAUSIBLE))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn decisions() {
        let answered = |status, wait: Option<u64>| Outcome::Answered { status, wait: wait.map(MS) };
        let failed = |may_pass| Outcome::Failed { may_pass };
        let retry = |ms| Step::Retry(MS(ms));
        let first = History::default();
        let limited = |rate_limited, waited| History { rate_limited, waited: MS(waited), ..first };
        let faulty = |faults| History { faults, ..first };
        let renewed = History { renewed: true, ..first };
        // (history, is GET, outcome, ms to the deadline, expected), with half the jitter
        for (history, is_get, outcome, left, expected) in [
            (first, true, answered(200, None), 30_000, Step::Settle),
            (first, false, answered(404, None), 30_000, Step::Settle),
            (first, true, answered(500, None), 30_000, Step::Settle),
            (first, true, answered(429, None), 30_000, retry(625)),
            (first, false, answered(429, None), 30_000, retry(625)),
            (first, false, answered(429, Some(0)), 30_000, retry(625)),
            (first, false, answered(429, Some(2000)), 30_000, retry(2125)),
            (limited(2, 2000), false, answered(429, None), 30_000, retry(2125)),
            (limited(4, 7500), false, answered(429, None), 30_000, Step::GiveUp(8)),
            (limited(1, 9000), false, answered(429, Some(1000)), 30_000, Step::GiveUp(1)),
            (first, false, answered(429, Some(11_000)), 30_000, Step::GiveUp(11)),
            (first, false, answered(429, Some(2500)), 2600, Step::GiveUp(3)),
            (first, false, answered(429, None), 0, Step::GiveUp(1)),
            (limited(90, 0), false, answered(429, None), 30_000, Step::GiveUp(32)),
            (first, false, answered(401, None), 30_000, Step::Renew),
            (renewed, true, answered(401, None), 30_000, Step::Settle),
            (first, true, answered(503, None), 30_000, retry(225)),
            (faulty(1), true, answered(502, None), 30_000, retry(450)),
            (faulty(2), true, answered(504, None), 30_000, Step::Settle),
            (first, false, answered(503, None), 30_000, Step::Settle),
            (first, true, answered(503, Some(1000)), 30_000, retry(1250)),
            (first, true, answered(503, Some(60_000)), 90_000, Step::Settle),
            (first, true, failed(true), 30_000, retry(225)),
            (first, true, failed(true), 200, Step::Settle),
            (first, false, failed(true), 30_000, Step::Settle),
            (first, true, failed(false), 30_000, Step::Settle),
        ] {
            let now = Instant::now();
            let step = next_step(&history, is_get, outcome, now, now + MS(left), 0.5);
            assert_eq!(step, expected, "{history:?} GET {is_get} {outcome:?} {left} ms left");
        }
    }

    #[test]
    fn an_endless_limit_ends_within_the_budget() {
        for wait in [None, Some(Duration::ZERO), Some(MS(1)), Some(MS(1000)), Some(MS(3000))] {
            let (now, mut history) = (Instant::now(), History::default());
            let outcome = Outcome::Answered { status: 429, wait };
            while let Step::Retry(wait) =
                next_step(&history, false, outcome, now, now + MS(60_000), 1.0)
            {
                history.waited += wait;
                history.rate_limited += 1;
            }
            assert!(history.waited <= BUDGET && history.rate_limited <= 6, "{history:?}");
        }
    }

    #[test]
    fn waits_are_read_from_the_headers() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (headers, expected) in [
            (&[][..], None),
            (&[("x-ratelimit-reset", "1700000003")], Some(3)),
            (&[("x-ratelimit-reset", "1699999999")], Some(0)),
            (
                &[("x-ratelimit-reset", "1700000003"), ("date", "Tue, 14 Nov 2023 22:13:22 GMT")],
                Some(1),
            ),
            (&[("x-ratelimit-reset", "1700000003"), ("retry-after", "9")], Some(3)),
            (&[("x-ratelimit-reset", "1700000003000"), ("retry-after", "9")], Some(9)),
            (&[("x-ratelimit-reset", "soon"), ("retry-after", "9")], Some(9)),
            (&[("retry-after", "Tue, 14 Nov 2023 22:13:25 GMT")], Some(5)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "18446744073709551615")], Some(86_400)),
            (&[("x-ratelimit-reset", "18446744073709551615")], None),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            assert_eq!(asked_wait(&map, now).map(|wait| wait.as_secs()), expected, "{headers:?}");
        }
    }
}
