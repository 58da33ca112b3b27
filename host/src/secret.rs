//! Values that must not be seen: a string that cannot be printed, and the register of those in use.
//!
//! Types keep a secret out of our own output; they cannot keep it out of text that somebody else wrote, such
//! as an error message of the tenant that repeats what it was sent. For that there is the [`Redactor`].

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use secrecy::{ExposeSecret, SecretString};

/// What stands in the place of a secret in every text and JSON value that leaves the host.
pub const REDACTED: &str = "[REDACTED]";

/// A text that prints as `[redacted]` and is wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text; the caller should keep no copy.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The text itself. Every call of this is a place to review.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The secrets in use, so that any text can be searched for them. Clones share one register.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    live: Arc<RwLock<Arc<[Secret]>>>,
}

impl Redactor {
    /// Shorter values are not registered: they would blank out ordinary words.
    pub const SHORTEST: usize = 8;

    /// How many values are kept. A renewed token pushes out the oldest, long after it has expired.
    pub const KEPT: usize = 16;

    /// Registers a value. Registering it again changes nothing.
    pub fn add(&self, secret: &Secret) {
        if secret.expose().len() < Self::SHORTEST {
            return;
        }
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if live.iter().any(|known| known.expose() == secret.expose()) {
            return;
        }
        let from = (live.len() + 1).saturating_sub(Self::KEPT);
        *live = live[from..].iter().cloned().chain([secret.clone()]).collect();
    }

    /// The values at this moment, to search many texts without taking the lock for each.
    #[must_use]
    pub fn live(&self) -> Live {
        Live(Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The text with every exact occurrence of a registered value replaced by [`REDACTED`].
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.live().redact(text)
    }
}

/// The registered values at one moment.
#[derive(Clone, Debug)]
pub struct Live(Arc<[Secret]>);

impl Live {
    /// As [`Redactor::redact`].
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // Most texts are shorter than every secret, and then no search is made.
        let found = |secret: &&Secret| {
            secret.expose().len() <= text.len() && text.contains(secret.expose())
        };
        let mut hits: Vec<&str> = self.0.iter().filter(found).map(Secret::expose).collect();
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        // Longest first: a secret inside another must not leave the rest of the longer one behind.
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.len()));
        Cow::Owned(hits.iter().fold(text.to_owned(), |text, hit| text.replace(hit, REDACTED)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::new("s3cr3t-value".into());
        assert_eq!(
            format!("{secret} {secret:?} {:#?}", Some(&secret)).matches("s3cr3t").count(),
            0
        );
        assert_eq!(secret.expose(), "s3cr3t-value");
    }

    #[test]
    fn live_values_are_found_anywhere() {
        let redactor = Redactor::default();
        for value in ["short", "first-secret", "first-secret-and-more", "first-secret"] {
            redactor.add(&Secret::new(value.into()));
        }
        for (text, expected) in [
            ("nothing here, short as it is", "nothing here, short as it is"),
            ("a first-secret here", "a [REDACTED] here"),
            ("xfirst-secret-and-morex first-secret", "x[REDACTED]x [REDACTED]"),
        ] {
            assert_eq!(redactor.clone().redact(text), expected);
        }
        assert!(!format!("{redactor:?}").contains("first"));
    }

    #[test]
    fn the_oldest_value_goes_first() {
        let redactor = Redactor::default();
        for number in 0..=Redactor::KEPT {
            redactor.add(&Secret::new(format!("secret-number-{number:02}")));
        }
        assert_eq!(
            redactor.redact("secret-number-00 secret-number-01"),
            "secret-number-00 [REDACTED]"
        );
    }
}
