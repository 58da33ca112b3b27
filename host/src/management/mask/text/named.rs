//! The value after a secret's name: `client_secret=…`, `"password":"…"`, `Authorization: …`, also in JSON
//! inside a string, and of an array or object below such a name.

use super::{
    super::names, ROTATION, Reading, Scan, Span, ends_value, literal, run, run_back, steps,
};
use crate::secret::REDACTED;

/// The longest name that is looked at; of a longer one its end.
const LONGEST_NAME: usize = 256;

/// How far a name may be indented, and still start its line.
const INDENT: usize = 64;

/// A secret's name, as it stands in front of a separator.
struct Name<'t> {
    text: &'t str,
    quoted: bool,
    /// The backslashes in front of its quotes.
    slashes: usize,
    /// The byte in front of it.
    prefix: Option<u8>,
    start: usize,
    /// Nothing lies between it and the separator.
    touches: bool,
}

impl<'t> Scan<'t> {
    /// The value after a secret's name and the separator at `at`, which is `width` bytes long.
    pub(super) fn named(&mut self, at: usize, width: usize) -> Option<Span> {
        let name = self.name_before(at)?;
        let is_colon = self.bytes[at] == b':';
        let after = at + width;
        let spaces = self.bytes[after..].iter().take(2).take_while(|b| **b == b' ').count();
        let slashes = run(&self.bytes[after + spaces..], |b| b == b'\\');
        let open = after + spaces + slashes;
        match self.bytes.get(open) {
            Some(quote @ (b'"' | b'\'' | b'`')) => self.quoted(&name, open + 1, *quote, slashes),
            Some(b'[' | b'{') if name.quoted && is_colon => self.nested(&name, open),
            _ if is_colon => self.after_colon(&name, after + spaces),
            _ if spaces == 0 && name.touches => self.parameter(&name, after),
            _ => self.line_value(&name, after + spaces, true),
        }
    }

    /// The name that ends before the separator at `at`, if it is that of a secret.
    fn name_before(&self, at: usize) -> Option<Name<'t>> {
        let spaces = self.bytes[..at].iter().rev().take(2).take_while(|b| **b == b' ').count();
        let mut end = at - spaces;
        let quoted = end > 0 && matches!(self.bytes[end - 1], b'"' | b'\'');
        if quoted && spaces > 0 && self.reading == Reading::Code {
            return None; // `ok ? 'token' : 'code'`
        }
        let mut slashes = 0;
        if quoted {
            end -= 1;
            slashes = run_back(&self.bytes[..end], |b| b == b'\\');
            end -= slashes;
        }
        let of_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let mut start = end - run_back(&self.bytes[end.saturating_sub(LONGEST_NAME)..end], of_name);
        let mut prefix = start.checked_sub(1).map(|before| self.bytes[before]);
        // `%26client_secret%3D`: two digits of the escape stand in front of the name.
        if prefix == Some(b'%') && end - start > 2 {
            start += 2;
            prefix = Some(b'&');
        }
        let text = self.text.get(start..end).filter(|text| !text.is_empty())?;
        let in_url = matches!(prefix, Some(b'?' | b'&'));
        let held = quoted && at < self.seen.held;
        let secret = names::is_secret(text)
            || (in_url && names::is_secret_parameter(text))
            || (held && !names::is_setting(text));
        let touches = spaces == 0 && !quoted;
        secret.then_some(Name { text, quoted, slashes, prefix, start, touches })
    }

    /// A literal, up to the quote that closes it (with as many backslashes as opened it) or the end.
    fn quoted(&self, name: &Name<'_>, start: usize, quote: u8, slashes: usize) -> Option<Span> {
        // JSON inside JSON doubles them and adds one. An opening quote that stays open has more of them than
        // the one before, so these few numbers are also how often a byte can be looked at.
        if !matches!(slashes, 0..=3 | 7 | 15 | 31 | 63) {
            return None;
        }
        let maybe_text = self.reading == Reading::Code && !name.quoted;
        let mut end = start;
        loop {
            let ends = |b: u8| b == quote || (maybe_text && b.is_ascii_whitespace());
            end += run(&self.bytes[end..], |b| !ends(b));
            match self.bytes.get(end) {
                Some(found) if *found != quote => return None,
                Some(_) if run_back(&self.bytes[start..end], |b| b == b'\\') > slashes => end += 1,
                _ => break,
            }
        }
        end -= run_back(&self.bytes[start..end], |b| b == b'\\').min(slashes);
        let literal = &self.text[start..end];
        let is_text = maybe_text && literal.len() < 4;
        (!is_text && literal != REDACTED).then_some((start, end))
    }

    /// An array of secrets as a whole. Of objects, the members are looked at one by one, and all but settings
    /// are secrets.
    fn nested(&mut self, name: &Name<'_>, open: usize) -> Option<Span> {
        let next = |at: usize| {
            self.bytes[at..].iter().take(INDENT).find(|b| !b.is_ascii_whitespace() && **b != b'\\')
        };
        // Without quotes inside it is no JSON but an expression.
        let is_json = name.slashes > 0 || next(open + 1) == Some(&b'"');
        if self.reading == Reading::Code && !is_json {
            return None;
        }
        if self.bytes[open] == b'[' && next(open + 1) != Some(&b'{') {
            let end = self.closing(open, name.slashes);
            let array = &self.text[open..end];
            let is_empty = array[1..].bytes().all(|b| b.is_ascii_whitespace() || b == b']');
            return (!is_empty && array != REDACTED).then_some((open, end));
        }
        if open >= self.seen.nested {
            let end = self.closing(open, name.slashes);
            self.seen.nested = end;
            let object = &self.text[open..end];
            let is_rotation = ROTATION.iter().any(|member| object.contains(member));
            if !is_rotation && !names::is_settings_object(name.text) {
                self.seen.held = end;
            }
        }
        None
    }

    /// Behind the bracket that closes the one at `open`, or the end of the string that it stands in.
    fn closing(&self, open: usize, slashes: usize) -> usize {
        let (mut depth, mut in_string, mut backslashes) = (0_usize, false, 0);
        let mut end = self.bytes.len();
        for (at, byte) in self.bytes.iter().enumerate().skip(open) {
            match byte {
                b'\\' => {
                    backslashes += 1;
                    continue;
                }
                b'"' if backslashes == slashes => in_string = !in_string,
                b'"' if backslashes < slashes => {
                    end = at - backslashes;
                    break;
                }
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string => depth -= 1,
                _ => {}
            }
            backslashes = 0;
            if depth == 0 {
                end = at + 1;
                break;
            }
        }
        steps::add(end - open);
        end
    }

    /// `Authorization: …` to the end of the line; `"otp": 123456`; `password: s3cr3t-with-digits`.
    fn after_colon(&mut self, name: &Name<'_>, start: usize) -> Option<Span> {
        let rest = &self.bytes[start..];
        if name.quoted {
            let digits = run(rest, |b| b.is_ascii_digit());
            let is_count = name.text.ends_with(['s', 'S']);
            return (digits >= 4 && !is_count).then_some((start, start + digits));
        }
        if names::is_header(name.text) {
            if self.starts_line(name) {
                let line = self.line(start);
                let is_value = self.reading == Reading::Line || literal::is_header_value(line);
                return is_value.then_some((start, start + line.len()));
            }
            if self.reading == Reading::Code {
                return None;
            }
            return Some((start, start + run(rest, |b| !b"\r\n\"'\\".contains(&b))));
        }
        if let Some(found) = self.line_value(name, start, false) {
            return Some(found);
        }
        if self.reading == Reading::Code || start < self.seen.plain || rest.starts_with(b"[") {
            return None;
        }
        let value = &rest[..run(rest, |b| !ends_value(b))];
        steps::add(value.len());
        if !value.iter().any(u8::is_ascii_digit) {
            self.seen.plain = start + value.len();
            return None;
        }
        (value.len() >= 12).then_some((start, start + value.len()))
    }

    /// `name=value` in a URL, a form or a message. A placeholder (`{{ticket}}`, `${token}`) is no value.
    fn parameter(&mut self, name: &Name<'_>, start: usize) -> Option<Span> {
        let rest = &self.bytes[start..];
        if rest.first().is_none_or(|b| ends_value(*b) || b"{$[(=".contains(b)) {
            return None;
        }
        if self.reading == Reading::Line {
            return Some((start, start + run(rest, |b| !ends_value(b))));
        }
        let in_url = match name.prefix {
            Some(b'?') => true,
            Some(b'&') => name.start < 2 || self.bytes[name.start - 2] != b'&',
            _ => false,
        };
        if !in_url {
            return self.line_value(name, start, true);
        }
        if start < self.seen.call {
            return None;
        }
        let end = start + run(rest, |b| !ends_value(b) && b != b'(');
        if self.bytes.get(end) == Some(&b'(') {
            self.seen.call = end;
            return None;
        }
        Some((start, end))
    }

    /// The only word after a name that starts its line, as in a file of settings.
    fn line_value(&self, name: &Name<'_>, start: usize, assigned: bool) -> Option<Span> {
        if name.quoted || !self.starts_line(name) {
            return None;
        }
        let line = self.line(start);
        let is_value = match self.reading {
            Reading::Code => literal::is_code_value(line, assigned),
            Reading::Line => {
                literal::is_value(line) && (literal::has_digits(line) || self.has_more_lines(start))
            }
        };
        let value = line.trim_end_matches([',', ';']);
        is_value.then_some((start, start + value.len()))
    }

    /// Whether nothing but white space stands in front of the name on its line.
    fn starts_line(&self, name: &Name<'_>) -> bool {
        let before = &self.bytes[name.start.saturating_sub(INDENT)..name.start];
        let before = &before[..before.len() - run_back(before, |b| b == b' ' || b == b'\t')];
        match before.last() {
            Some(byte) => *byte == b'\n',
            None => name.start < INDENT,
        }
    }

    /// Whether the text has a line before or after this one. Every line starts one name at most.
    fn has_more_lines(&self, at: usize) -> bool {
        let before = self.bytes[..at].iter().rev().take(LONGEST_NAME + INDENT);
        let behind = at + self.line(at).len();
        before.into_iter().any(|b| *b == b'\n')
            || self.bytes[behind..].iter().take(2).any(|b| *b == b'\n')
    }

    /// The rest of the line, also where its end is written as an escape, without spaces behind it.
    fn line(&self, start: usize) -> &'t str {
        let length = run(&self.bytes[start..], |b| b != b'\n' && b != b'\r');
        let line = &self.text[start..start + length];
        let escape = ["\\r", "\\n"].iter().filter_map(|end| line.find(end)).min();
        steps::add(2 * length);
        line[..escape.unwrap_or(length)].trim_end()
    }
}
