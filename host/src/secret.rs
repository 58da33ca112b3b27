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
    register: Arc<RwLock<Register>>,
}

#[derive(Debug, Default)]
struct Register {
    /// The pinned values, then the renewed ones from the oldest to the newest.
    live: Arc<[Secret]>,
    /// How many of them are pinned.
    pinned: usize,
}

impl Redactor {
    /// Shorter values are not registered: they would blank out ordinary words.
    pub const SHORTEST: usize = 8;

    /// How many renewed tokens are kept. A new one pushes out the oldest, long after it has expired.
    pub const KEPT: usize = 16;

    /// Registers a value that stays in use as long as the process runs: a client secret, a token that cannot be
    /// renewed. It is never pushed out.
    pub fn pin(&self, secret: &Secret) {
        self.register(secret, true);
    }

    /// Registers a value that a later one replaces: a renewed token. Registering it again changes nothing.
    pub fn add(&self, secret: &Secret) {
        self.register(secret, false);
    }

    fn register(&self, secret: &Secret, pin: bool) {
        if secret.expose().len() < Self::SHORTEST {
            return;
        }
        let mut register = self.register.write().unwrap_or_else(PoisonError::into_inner);
        let (pinned, renewed) = register.live.split_at(register.pinned);
        let is_known = |known: &Secret| known.expose() == secret.expose();
        if pinned.iter().any(is_known) || (!pin && renewed.iter().any(is_known)) {
            return;
        }
        let oldest = if pin { 0 } else { (renewed.len() + 1).saturating_sub(Self::KEPT) };
        let renewed = renewed[oldest..].iter().filter(|known| !is_known(known));
        let (before, after) = if pin { (Some(secret), None) } else { (None, Some(secret)) };
        let live = pinned.iter().chain(before).chain(renewed).chain(after).cloned().collect();
        register.live = live;
        register.pinned += usize::from(pin);
    }

    /// The values at this moment, to search many texts without taking the lock for each.
    #[must_use]
    pub fn live(&self) -> Live {
        Live(Arc::clone(&self.register.read().unwrap_or_else(PoisonError::into_inner).live))
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
        let found = |secret: &&Secret| holds(text, secret.expose());
        let mut hits: Vec<&str> = self.0.iter().filter(found).map(Secret::expose).collect();
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        // Longest first: a secret inside another must not leave the rest of the longer one behind.
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.len()));
        Cow::Owned(hits.iter().fold(text.to_owned(), |text, hit| text.replace(hit, REDACTED)))
    }
}

/// Whether the secret stands in the text. The searcher of the standard library first studies the whole of what
/// it looks for, which for a token takes longer than most texts; this looks for its beginning.
fn holds(text: &str, secret: &str) -> bool {
    /// Long enough to be rare, short enough to be studied in no time.
    const HEAD: usize = 16;
    let Some(head) = secret.get(..HEAD.min(secret.len())) else { return text.contains(secret) };
    let mut from = 0;
    // Most texts are shorter than every secret, and then no search is made.
    while text.len() - from >= secret.len() {
        let Some(at) = text[from..].find(head).map(|at| from + at) else { return false };
        if text.as_bytes()[at..].starts_with(secret.as_bytes()) {
            return true;
        }
        // The next place may overlap this one.
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_as_by_the_standard_library() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut text = |length| (0..length).map(|_| ['a', 'b', 'ä'][random.usize(..3)]).collect();
        let mut hits = 0;
        for length in 1..60 {
            let secret: String = text(length);
            for padding in 0..40 {
                let (before, after): (String, String) = (text(padding), text(padding));
                // A beginning that repeats right before the secret, and one that is cut off.
                let half: String = secret.chars().take(length / 2).collect();
                for text in
                    [format!("{before}{half}{secret}{after}"), format!("{before}{half}{after}")]
                {
                    assert_eq!(holds(&text, &secret), text.contains(&secret), "{secret} in {text}");
                    hits += usize::from(holds(&text, &secret));
                }
            }
        }
        assert!(hits > 2000, "{hits}");
    }

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
    fn renewed_tokens_push_out_each_other_and_nothing_else() {
        let redactor = Redactor::default();
        let secret = |text: &str| Secret::new(text.to_owned());
        redactor.add(&secret("token-that-is-pinned-later"));
        redactor.pin(&secret("the-client-secret"));
        redactor.pin(&secret("token-that-is-pinned-later"));
        for number in 0..100 {
            redactor.add(&secret(&format!("token-number-{number:02}")));
            redactor.add(&secret("the-client-secret"));
            redactor.pin(&secret("the-client-secret"));
        }
        let oldest = 100 - Redactor::KEPT;
        assert_eq!(redactor.live().0.len(), 2 + Redactor::KEPT);
        for (text, is_live) in [
            ("the-client-secret".to_owned(), true),
            ("token-that-is-pinned-later".to_owned(), true),
            ("token-number-99".to_owned(), true),
            (format!("token-number-{oldest}"), true),
            (format!("token-number-{}", oldest - 1), false),
        ] {
            assert_eq!(redactor.redact(&text) == REDACTED, is_live, "{text}");
        }
    }
}
