//! Words for log events. Auth0 knows them by about 170 type codes; people ask for failed logins.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::codes::CODES;

// What happened.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    Login,
    SilentAuth,
    Signup,
    Logout,
    PasswordChange,
    Verification,
    Mfa,
    TokenExchange,
    ApiOperation,
    UserChange,
    AttackProtection,
    RateLimit,
    Extensibility,
    Notification,
    Provisioning,
    /// Reached by its codes only.
    #[serde(skip)]
    Other,
}

// How it went.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Success,
    Failed,
    Warning,
    /// A step on the way, which is nobody's question.
    #[serde(skip)]
    Info,
}

/// The codes of an event, of an outcome, or of both together.
pub(crate) fn codes(
    event: Option<Event>,
    outcome: Option<Outcome>,
) -> impl Iterator<Item = &'static str> {
    CODES
        .iter()
        .filter(move |(happened, went, _)| {
            event.is_none_or(|event| event == *happened)
                && outcome.is_none_or(|outcome| outcome == *went)
        })
        .flat_map(|(_, _, codes)| codes.iter().map(|(code, _)| *code))
}

/// What a code means; None for one that Auth0 has added since.
pub(crate) fn meaning(code: &str) -> Option<&'static str> {
    CODES
        .iter()
        .flat_map(|(_, _, codes)| codes.iter())
        .find(|(known, _)| *known == code)
        .map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_in_order() {
        let mut all: Vec<&str> = codes(None, None).collect();
        assert_eq!(all.len(), 172);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 172);
        for (event, outcome, codes) in CODES {
            assert!(codes.is_sorted(), "{event:?} {outcome:?}");
            for (code, meaning) in *codes {
                let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
                assert!(code.bytes().all(plain) && !meaning.is_empty(), "{code}");
            }
        }
        let mut kinds: Vec<_> =
            CODES.iter().map(|(event, outcome, _)| format!("{event:?} {outcome:?}")).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), CODES.len());
    }

    #[test]
    fn words_choose_codes() {
        let chosen = |event, outcome| codes(event, outcome).collect::<Vec<_>>();
        assert_eq!(chosen(Some(Event::Signup), None), ["ss", "fs"]);
        assert_eq!(
            chosen(Some(Event::Login), Some(Outcome::Failed)),
            ["f", "fc", "fco", "fcoa", "fens", "fp", "fu", "passkey_challenge_failed"]
        );
        assert!(chosen(None, Some(Outcome::Failed)).contains(&"feacft"));
        assert_eq!(chosen(Some(Event::ApiOperation), Some(Outcome::Failed)), [""; 0]);
    }

    #[test]
    fn codes_have_meanings() {
        assert_eq!(meaning("fp"), Some("Failed Login (Incorrect Password)"));
        assert_eq!(meaning("sapi"), Some("Success API Operation"));
        assert_eq!(meaning("brand_new"), None);
    }
}
