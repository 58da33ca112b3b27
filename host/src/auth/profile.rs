//! The name of a profile: which of several sign-ins a command means.
//!
//! The name stands in commands, in file names and in the keychain, so it is kept to what is safe in all of them.

use std::{fmt, str::FromStr};

/// The name that a first sign-in gets where none is given.
pub const DEFAULT: &str = "default";

/// The longest name, in characters.
pub const LONGEST: usize = 40;

/// A name such as `default` or `acme-staging`: 1 to 40 lower-case letters, digits and hyphens, the first one no
/// hyphen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileName(String);

/// Why a text names no profile. Each message says what to type instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum ProfileNameError {
    #[error("the profile name is empty: type a name such as `{DEFAULT}` or `acme-staging`")]
    Empty,
    #[error(
        "the profile name has {0} characters: use at most {LONGEST} lower-case letters, digits and hyphens"
    )]
    TooLong(usize),
    #[error("`{0}` is no profile name: names are lower-case, so type `{1}`")]
    UpperCase(String, String),
    #[error(
        "`{0}` is no profile name: use lower-case letters, digits and hyphens, and begin with a letter or a digit, as in `acme-staging`"
    )]
    Character(String),
}

impl ProfileName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`ProfileNameError`] for anything that is not `[a-z0-9][a-z0-9-]{0,39}`.
    pub fn parse(text: &str) -> Result<Self, ProfileNameError> {
        if text.is_empty() {
            return Err(ProfileNameError::Empty);
        }
        let characters = text.chars().count();
        if characters > LONGEST {
            return Err(ProfileNameError::TooLong(characters));
        }
        if is_name(text) {
            return Ok(Self(text.to_owned()));
        }
        let lower = text.to_ascii_lowercase();
        if is_name(&lower) {
            return Err(ProfileNameError::UpperCase(text.to_owned(), lower));
        }
        Err(ProfileNameError::Character(text.escape_debug().collect()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(text: &str) -> bool {
    !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Default for ProfileName {
    fn default() -> Self {
        Self(DEFAULT.to_owned())
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProfileName {
    type Err = ProfileNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_or_refused_with_advice() {
        for name in ["default", "a", "0", "acme-staging", "a-", "a--b", &"x".repeat(40)] {
            assert_eq!(ProfileName::parse(name).unwrap().as_str(), name);
        }
        for (text, says) in [
            ("", "is empty"),
            (&*"x".repeat(41), "has 41 characters"),
            ("Acme", "type `acme`"),
            ("-a", "begin with a letter"),
            ("a b", "use lower-case letters"),
            ("a/../b", "use lower-case letters"),
            ("a_b", "use lower-case letters"),
            ("a.b", "use lower-case letters"),
            ("b\u{fc}cher", "use lower-case letters"),
            ("a\n", "`a\\n` is no profile name"),
        ] {
            let message = text.parse::<ProfileName>().unwrap_err().to_string();
            assert!(message.contains(says) && !message.contains('\n'), "{text:?}: {message}");
        }
        assert_eq!(ProfileName::parse(DEFAULT), Ok(ProfileName::default()));
    }
}
