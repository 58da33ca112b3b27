//! A failure after the tenant was changed: it says what was done, too.

use crate::{Failure, Refusal};

/// The failure with what was done before it: a sentence or two, without the last full stop.
#[must_use]
pub fn after(failure: Failure, done: &str) -> Failure {
    match failure {
        Failure::Tenant(mut error) => {
            error.message = format!("{}. {done}", error.message.trim_end_matches('.'));
            Failure::Tenant(error)
        }
        Failure::Refused(refusal) => Failure::Other(format!("{}. {done}", words(&refusal))),
        Failure::Other(text) | Failure::InvalidArguments(text) => {
            Failure::Other(format!("{text}. {done}"))
        }
    }
}

/// A refusal in short: the long text is the host's, and has no room for what was done before.
fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotGranted(text)
        | Refusal::InvalidRequest(text)
        | Refusal::Unreachable(text)
        | Refusal::MalformedAnswer(text) => text.trim_end_matches('.').to_owned(),
        Refusal::InsufficientScope(scopes) => format!("the sign-in lacks {}", scopes.join(" and ")),
        Refusal::SessionExpired => "the sign-in has expired; the user must sign in again".into(),
        Refusal::RateLimited(seconds) => format!("the rate limit is used up for {seconds} s"),
        Refusal::TimedOut => "the tenant did not answer in the call's time".into(),
        Refusal::TooLarge(limit) => format!("an answer has more than {limit} bytes"),
    }
}
