//! Secrets by their shape, wherever they stand in a text: private keys in PEM, JSON Web Tokens, `Bearer` and
//! `Basic` credentials, passwords in URLs, and the value after a secret's name (`client_secret=…`,
//! `"password":"…"`, also in JSON inside a string).
//!
//! One pass over the bytes, no regular expressions: most bytes cost one comparison. Source code is read more
//! strictly than a log line: `secret: event.secrets.KEY` names a secret without holding it, and blanking it
//! out would hide what the user asked for.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::names;
use crate::secret::REDACTED;

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
    let scan = Scan { text, bytes: text.as_bytes(), reading };
    let mut masked = String::new();
    let mut copied = 0;
    let mut at = 0;
    while at < scan.bytes.len() {
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

/// Start and end of what is blanked out. Both lie beside ASCII bytes, hence on character boundaries.
type Span = (usize, usize);

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    reading: Reading,
}

impl Scan<'_> {
    /// The secret that the byte at `at` gives away, if it starts at `from` or later.
    fn secret_at(&self, at: usize, from: usize) -> Option<Span> {
        let found = match self.bytes[at] {
            b'J' => self.jwt(at),
            b'-' => self.private_key(at),
            b' ' => self.scheme(at),
            b'=' => self.named(at, 1),
            b':' => self.url_password(at).or_else(|| self.named(at, 1)),
            b'%' if self.escaped(at, b"3d") => self.named(at, 3),
            _ => None,
        };
        found.filter(|(start, end)| from <= *start && start < end)
    }

    /// `eyJ…`, base64url of `{"`, then two or more parts (JWS and JWE, RFC 7515 and 7516), or one that is JSON
    /// as well.
    fn jwt(&self, at: usize) -> Option<Span> {
        let start = at.checked_sub(2)?;
        if &self.bytes[start..at] != b"ey" {
            return None;
        }
        let end = start + run(&self.bytes[start..], |b| is_base64url(b) || b == b'.');
        let mut parts = self.text[start..end].split('.');
        let (first, second) = (parts.next()?, parts.next()?);
        let more = parts.clone().count();
        let signed = more >= 1 && !second.is_empty();
        let encrypted = more >= 3;
        let unsigned = second.starts_with("eyJ");
        (first.len() >= 8 && (signed || encrypted || unsigned)).then_some((start, end))
    }

    /// From `-----BEGIN … PRIVATE KEY-----` to the end line, or to the end of a text that was cut off.
    fn private_key(&self, at: usize) -> Option<Span> {
        let label = self.text[at..].strip_prefix("-----BEGIN ")?;
        let label = &label[..label.find("-----")?];
        if label.len() > 60 || !label.contains("PRIVATE KEY") {
            return None;
        }
        let rest = &self.text[at..];
        let footer = rest.find("-----END ").map(|end| end + "-----END ".len());
        let end = footer.and_then(|end| rest[end..].find("-----").map(|dashes| end + dashes + 5));
        Some((at, at + end.unwrap_or(rest.len())))
    }

    /// The credential after `Bearer `, `DPoP ` or `Basic `, unless it is just the next word of a sentence.
    fn scheme(&self, at: usize) -> Option<Span> {
        let before = &self.bytes[..at];
        let word = before.len() - run_back(before, |b| b.is_ascii_alphanumeric());
        let start = at + run(&self.bytes[at..], |b| b == b' ');
        let end = start + run(&self.bytes[start..], is_token68);
        let credential = &self.text[start..end];
        let is_credential = match &before[word..] {
            w if w.eq_ignore_ascii_case(b"bearer") || w.eq_ignore_ascii_case(b"dpop") => {
                let digits = credential.bytes().any(|b| b.is_ascii_digit());
                credential.len() >= 16 || (credential.len() >= 8 && digits)
            }
            w if w.eq_ignore_ascii_case(b"basic") => {
                STANDARD.decode(credential).is_ok_and(|decoded| decoded.contains(&b':'))
            }
            _ => false,
        };
        is_credential.then_some((start, end))
    }

    /// The password of `scheme://user:password@host`, or a long user name alone, which is a token.
    fn url_password(&self, at: usize) -> Option<Span> {
        let start = at + "://".len();
        if !self.bytes[at..].starts_with(b"://") {
            return None;
        }
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

    /// The value after a secret's name and the separator at `at`, which is `width` bytes long.
    fn named(&self, at: usize, width: usize) -> Option<Span> {
        let name = self.name_before(at)?;
        let after = at + width;
        let spaces = run(&self.bytes[after..], |b| b == b' ').min(2);
        let slashes = run(&self.bytes[after + spaces..], |b| b == b'\\');
        let open = after + spaces + slashes;
        match self.bytes.get(open) {
            Some(quote @ (b'"' | b'\'' | b'`')) => self.quoted(&name, open + 1, *quote, slashes),
            _ if self.bytes[at] == b':' => self.after_colon(&name, after + spaces),
            _ if spaces == 0 && name.touches => self.parameter(&name, after),
            _ => None,
        }
    }

    /// The name that ends before the separator at `at`, if it is that of a secret.
    fn name_before(&self, at: usize) -> Option<Name> {
        let before = &self.bytes[..at];
        let spaces = run_back(before, |b| b == b' ').min(2);
        let mut end = at - spaces;
        let quoted = end > 0 && matches!(self.bytes[end - 1], b'"' | b'\'');
        if quoted && spaces > 0 && self.reading == Reading::Code {
            return None; // `ok ? 'token' : 'code'`
        }
        if quoted {
            end -= 1;
            end -= run_back(&self.bytes[..end], |b| b == b'\\');
        }
        let mut start = end
            - run_back(&self.bytes[..end], |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        let mut prefix = start.checked_sub(1).map(|before| self.bytes[before]);
        // `%26client_secret%3D`: two digits of the escape stand in front of the name.
        if prefix == Some(b'%') && end - start > 2 {
            start += 2;
            prefix = Some(b'&');
        }
        let name = self.text.get(start..end)?;
        let in_url = matches!(prefix, Some(b'?' | b'&'));
        let secret = names::is_secret(name) || (in_url && name == "code");
        let header = names::is_header(name);
        secret.then_some(Name { quoted, header, prefix, start, touches: spaces == 0 && !quoted })
    }

    /// A literal, up to the quote that closes it (with as many backslashes as opened it) or the end.
    fn quoted(&self, name: &Name, start: usize, quote: u8, slashes: usize) -> Option<Span> {
        let closes = |end: &usize| {
            self.bytes[*end] == quote
                && run_back(&self.bytes[start..*end], |b| b == b'\\') <= slashes
        };
        let end = (start..self.bytes.len()).find(closes).unwrap_or(self.bytes.len());
        let end = end - run_back(&self.bytes[start..end], |b| b == b'\\').min(slashes);
        let literal = &self.text[start..end];
        let sentence = literal.len() < 4 || literal.contains(char::is_whitespace);
        let is_text = self.reading == Reading::Code && !name.quoted && sentence;
        (!is_text && literal != REDACTED).then_some((start, end))
    }

    /// `Authorization: …` to the end of the line; `"otp": 123456`; `password: s3cr3t-with-digits`.
    fn after_colon(&self, name: &Name, start: usize) -> Option<Span> {
        let rest = &self.bytes[start..];
        if name.quoted {
            let digits = run(rest, |b| b.is_ascii_digit());
            return (digits >= 4).then_some((start, start + digits));
        }
        if self.reading == Reading::Code {
            return None;
        }
        if name.header {
            return Some((start, start + run(rest, |b| !b"\r\n\"'\\".contains(&b))));
        }
        let value = &rest[..run(rest, |b| !ends_value(b))];
        let likely =
            value.len() >= 12 && value.iter().any(u8::is_ascii_digit) && !value.starts_with(b"[");
        likely.then_some((start, start + value.len()))
    }

    /// `name=value` in a URL, a form or a message. A placeholder (`{{ticket}}`, `${token}`) is no value.
    fn parameter(&self, name: &Name, start: usize) -> Option<Span> {
        let rest = &self.bytes[start..];
        let value = &rest[..run(rest, |b| !ends_value(b))];
        if value.first().is_none_or(|b| b"{$[(=".contains(b)) {
            return None;
        }
        if self.reading == Reading::Code {
            let in_url = match name.prefix {
                Some(b'?') => true,
                Some(b'&') => name.start < 2 || self.bytes[name.start - 2] != b'&',
                _ => false,
            };
            let called = rest.get(value.len()) == Some(&b'(') || value.contains(&b'(');
            return (in_url && !called).then_some((start, start + value.len()));
        }
        Some((start, start + value.len()))
    }

    /// Whether the escape at `at` is `%` and these two digits.
    fn escaped(&self, at: usize, digits: &[u8; 2]) -> bool {
        self.bytes.get(at + 1..at + 3).is_some_and(|found| found.eq_ignore_ascii_case(digits))
    }
}

/// A secret's name, as it stands in front of a separator.
struct Name {
    quoted: bool,
    header: bool,
    /// The byte in front of it.
    prefix: Option<u8>,
    start: usize,
    /// Nothing lies between it and the separator.
    touches: bool,
}

/// How many bytes at the start of `bytes` are `of` a kind.
fn run(bytes: &[u8], of: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|b| !of(*b)).unwrap_or(bytes.len())
}

/// How many bytes at the end of `bytes` are `of` a kind.
fn run_back(bytes: &[u8], of: impl Fn(u8) -> bool) -> usize {
    bytes.iter().rev().position(|b| !of(*b)).unwrap_or(bytes.len())
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

#[cfg(test)]
mod tests;
