//! How calls and requests end, as words of the log.

use auth0_mcp_sandbox::contract::{Failure, Refusal};

/// It ended as it should: with the plugin's answer, or with any answer of the tenant.
pub const ANSWERED: &str = "answered";

/// For a call that the plugin says has failed.
#[must_use]
pub fn failure(failure: &Failure) -> &'static str {
    match failure {
        Failure::InvalidArguments(_) => "failed:invalid-arguments",
        Failure::Tenant(_) => "failed:tenant",
        Failure::Refused(why) => refusal(why),
        Failure::Other(_) => "failed",
    }
}

/// For a request that got no answer: `refused` where this program decided so, `failed` where it tried.
#[must_use]
pub fn refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotGranted(_) => "refused:not-granted",
        Refusal::InvalidRequest(_) => "refused:invalid-request",
        Refusal::InsufficientScope(_) => "refused:missing-scope",
        Refusal::SessionExpired => "refused:session-expired",
        Refusal::RateLimited(_) => "refused:rate-limited",
        Refusal::Unreachable(_) => "failed:unreachable",
        Refusal::TimedOut => "failed:timed-out",
        Refusal::TooLarge(_) => "failed:too-large",
        Refusal::MalformedAnswer(_) => "failed:malformed-answer",
    }
}
