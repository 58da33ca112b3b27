//! Rate limits: a bucket that refills, and the three headers that every answer carries.

use std::time::Instant;

use crate::{RateLimit, ids};

/// The limit that the headers name when nothing is refused.
const DEFAULT_LIMIT: u32 = 50;

/// Counts the calls of a tenant.
pub(crate) struct Limiter {
    rule: Option<RateLimit>,
    tokens: f64,
    refilled: Instant,
}

/// What the headers of one answer say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Seconds since 1970.
    pub(crate) reset: u64,
}

impl Limiter {
    pub(crate) fn new(rule: Option<RateLimit>) -> Self {
        let burst = rule.map_or(0, |rule| rule.burst);
        Self { rule, tokens: f64::from(burst), refilled: Instant::now() }
    }

    /// Counts a call. `Err` means that it is one too many.
    pub(crate) fn count(&mut self) -> Result<Meter, Meter> {
        let now = ids::unix_seconds();
        let Some(rule) = self.rule else {
            return Ok(Meter {
                limit: DEFAULT_LIMIT,
                remaining: DEFAULT_LIMIT - 1,
                reset: now + 1,
            });
        };
        let passed = self.refilled.elapsed().as_secs_f64() * f64::from(rule.per_second);
        self.refilled = Instant::now();
        self.tokens = (self.tokens + passed).min(f64::from(rule.burst));
        let allowed = self.tokens >= 1.0;
        if allowed {
            self.tokens -= 1.0;
        }
        let remaining = (0..=rule.burst).rev().find(|n| f64::from(*n) <= self.tokens).unwrap_or(0);
        let meter = Meter { limit: rule.burst, remaining, reset: now + 1 };
        if allowed { Ok(meter) } else { Err(meter) }
    }
}

impl Meter {
    /// The token endpoint counts by another rule: its reset is far ahead while calls remain.
    pub(crate) fn of_token_endpoint() -> Self {
        const FAR: u64 = 3_600;
        Self { limit: 100, remaining: 99, reset: ids::unix_seconds() + FAR }
    }

    pub(crate) fn headers(self) -> [(&'static str, String); 3] {
        [
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", self.reset.to_string()),
        ]
    }
}
