//! Secrets by their shape, wherever they stand in a text: private keys in PEM, JSON Web Tokens, `Bearer` and
//! `Basic` credentials, passwords in URLs, and the value after a secret's name (`client_secret=…`,
//! `"password":"…"`, also in JSON inside a string).
//!
//! One pass over the bytes, no regular expressions: most bytes cost one comparison. The time grows with the
//! length of the text and with nothing else, whatever the text is: a rule either looks ahead over what it then
//! blanks out, or over bytes that it cannot meet again, or remembers how far it has looked in vain.
//!
//! Source code is read more strictly than a log line: `secret: event.secrets.KEY` names a secret without
//! holding it, and blanking it out would hide what the user asked for.

mod literal;
mod named;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::secret::REDACTED;

/// Members that tell settings from a token in an object called `refresh_token`.
pub(super) const ROTATION: [&str; 2] = ["rotation_type", "expiration_type"];

/// The longest label of a PEM block.
const LONGEST_LABEL: usize = 60;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A value, a message, a log line.
    Line,
    /// Source code or a document: only literals count as values.
    Code,
}

/// The text without its secrets; None if it holds none.
pub(super) fn mask(text: &str, reading: Reading) -> Option<String> {
    let mut scan = Scan { text, bytes: text.as_bytes(), reading, seen: Seen::default() };
    let mut masked = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(ahead) = first_of(&scan.bytes[at..]) {
        at += ahead;
        match scan.secret_at(at, copied) {
            Some((start, end)) => {
                masked.push_str(&text[copied..start]);
                masked.push_str(REDACTED);
                copied = end;
                at = end;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return None;
    }
    masked.push_str(&text[copied..]);
    Some(masked)
}

/// Where the first byte stands at which [`Scan::secret_at`] looks closer.
fn first_of(bytes: &[u8]) -> Option<usize> {
    let gives_away =
        |b: u8| (b == b'J') | (b == b'-') | (b == b' ') | (b == b'=') | (b == b':') | (b == b'%');
    // A piece at a time without a branch in it, which the compiler makes a few instructions for 16 bytes.
    let (pieces, _) = bytes.as_chunks::<16>();
    let has = |piece: &[u8; 16]| piece.iter().fold(false, |found, b| found | gives_away(*b));
    let before = pieces.iter().take_while(|piece| !has(piece)).count() * 16;
    let rest = bytes[before..].iter();
    rest.copied().position(gives_away).map(|at| before + at)
}

/// Start and end of what is blanked out. Both lie beside ASCII bytes, hence on character boundaries.
type Span = (usize, usize);

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    reading: Reading,
    seen: Seen,
}

/// Up to where a rule has looked in vain, and what it found on the way.
#[derive(Default)]
struct Seen {
    /// No token starts before this.
    jwt: usize,
    /// No digit before this, and none of the bytes that end a value.
    plain: usize,
    /// A value that starts before this is a call.
    call: usize,
    /// Brackets before this have been matched.
    nested: usize,
    /// Up to here lies an object below a secret's name.
    held: usize,
}

impl Scan<'_> {
    /// The secret that the byte at `at` gives away, if it starts at `from` or later.
    fn secret_at(&mut self, at: usize, from: usize) -> Option<Span> {
        let found = match self.bytes[at] {
            b'J' => self.jwt(at, from),
            b'-' => self.private_key(at),
            b' ' => self.scheme(at),
            b'=' => self.named(at, 1),
            b':' => self.url_password(at).or_else(|| self.named(at, 1)),
            b'%' if self.escaped(at, b"3d") => self.named(at, 3),
            _ => None,
        };
        found.filter(|(start, end)| from <= *start && start < end)
    }

    /// The first token in the run of characters that starts here with `eyJ`. What is behind it up to the end
    /// of the run belongs to it.
    fn jwt(&mut self, at: usize, from: usize) -> Option<Span> {
        if at < self.seen.jwt || at < from + 2 || &self.bytes[at - 2..at] != b"ey" {
            return None;
        }
        let start = at - 2;
        let end = start + run(&self.bytes[start..], |b| is_base64url(b) || b == b'.');
        let tokens = &self.text[start..end];
        let tokens = tokens.find("-----BEGIN").map_or(tokens, |key| &tokens[..key]);
        steps::add(4 * tokens.len());
        self.seen.jwt = start + tokens.len();
        first_token(tokens).map(|offset| (start + offset, start + tokens.len()))
    }

    /// From `-----BEGIN … PRIVATE KEY-----` to the end line, or to the end of a text that was cut off.
    fn private_key(&self, at: usize) -> Option<Span> {
        let rest = &self.text[at..];
        let label = rest.as_bytes().strip_prefix(b"-----BEGIN ")?;
        let label = &label[..run(&label[..label.len().min(LONGEST_LABEL)], |b| b != b'-')];
        if !label.ends_with(b"PRIVATE KEY") && !label.ends_with(b"PRIVATE KEY BLOCK") {
            return None;
        }
        let footer = rest.find("-----END ").map(|end| end + "-----END ".len());
        let end = footer.and_then(|end| rest[end..].find("-----").map(|dashes| end + dashes + 5));
        let end = end.unwrap_or(rest.len());
        steps::add(2 * end);
        Some((at, at + end))
    }

    /// The credential after `Bearer `, `DPoP ` or `Basic `, unless it is just the next word of a sentence.
    fn scheme(&self, at: usize) -> Option<Span> {
        let before = &self.bytes[..at];
        // The first space of several decides for all of them.
        if !before.last()?.is_ascii_alphabetic() {
            return None;
        }
        let is = |word: &[u8]| {
            let Some(start) = at.checked_sub(word.len()) else { return false };
            before[start..].eq_ignore_ascii_case(word)
                && (start == 0 || !before[start - 1].is_ascii_alphanumeric())
        };
        let is_basic = is(b"basic");
        if !is_basic && !is(b"bearer") && !is(b"dpop") {
            return None;
        }
        let start = at + run(&self.bytes[at..], |b| b == b' ');
        let end = start + run(&self.bytes[start..], is_token68);
        let credential = &self.text[start..end];
        steps::add(credential.len());
        let is_credential = if is_basic {
            STANDARD.decode(credential).is_ok_and(|decoded| decoded.contains(&b':'))
        } else {
            let digits = credential.bytes().any(|b| b.is_ascii_digit());
            credential.len() >= 16 || (credential.len() >= 8 && digits)
        };
        is_credential.then_some((start, end))
    }

    /// The password of `scheme://user:password@host`, or a long user name alone, which is a token.
    fn url_password(&self, at: usize) -> Option<Span> {
        let start = at + "://".len();
        if !self.bytes[at..].starts_with(b"://") {
            return None;
        }
        // The slashes end the text before, so no byte is looked at for two URLs.
        let ends = |b: u8| b.is_ascii_whitespace() || b"/?#\\\"'`<>".contains(&b);
        let authority = &self.bytes[start..start + run(&self.bytes[start..], |b| !ends(b))];
        let end = authority.iter().rposition(|b| *b == b'@')?;
        let secret = match authority[..end].iter().position(|b| *b == b':') {
            Some(colon) => colon + 1,
            None if end >= 16 => 0,
            None => return None,
        };
        Some((start + secret, start + end))
    }

    /// Whether the escape at `at` is `%` and these two digits.
    fn escaped(&self, at: usize, digits: &[u8; 2]) -> bool {
        self.bytes.get(at + 1..at + 3).is_some_and(|found| found.eq_ignore_ascii_case(digits))
    }
}

/// `eyJ…`, base64url of `{"`, then two or more parts (JWS and JWE, RFC 7515 and 7516), or one that is JSON as
/// well: where the first such token starts.
fn first_token(tokens: &str) -> Option<usize> {
    let mut more = tokens.bytes().filter(|b| *b == b'.').count();
    let mut parts = tokens.split('.').peekable();
    let mut offset = 0;
    while let Some(part) = parts.next() {
        let second = parts.peek()?;
        more -= 1;
        let is_token = (more >= 1 && !second.is_empty()) || more >= 3 || second.starts_with("eyJ");
        if let Some(start) = part.find("eyJ").filter(|start| is_token && part.len() - start >= 8) {
            return Some(offset + start);
        }
        offset += part.len() + 1;
    }
    None
}

/// How many bytes at the start of `bytes` are `of` a kind.
fn run(bytes: &[u8], of: impl Fn(u8) -> bool) -> usize {
    let length = bytes.iter().position(|b| !of(*b)).unwrap_or(bytes.len());
    steps::add(length);
    length
}

/// How many bytes at the end of `bytes` are `of` a kind.
fn run_back(bytes: &[u8], of: impl Fn(u8) -> bool) -> usize {
    let length = bytes.iter().rev().position(|b| !of(*b)).unwrap_or(bytes.len());
    steps::add(length);
    length
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// RFC 9110, section 11.2.
fn is_token68(byte: u8) -> bool {
    is_base64url(byte) || b".~+/=".contains(&byte)
}

fn ends_value(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"&#\"'`<>,;)]}\\".contains(&byte)
}

/// How many bytes have been looked at, for the tests; nothing in the program itself.
mod steps {
    #[cfg(test)]
    thread_local!(pub(super) static TAKEN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

    pub(super) fn add(steps: usize) {
        #[cfg(test)]
        TAKEN.set(TAKEN.get() + steps);
        #[cfg(not(test))]
        let _ = steps;
    }
}

#[cfg(test)]
mod tests;
