//! One line of the log: an event with its place in the chain.
//!
//! `{"file":1,"seq":7,"time":…,"session":…,"profile":…,"event":…,…,"prev":"…","hash":"…"}`, where `hash` is the
//! SHA-256 of the line's bytes before `,"hash"`, and `prev` is the `hash` of the line before. So the hashed form is
//! the line itself as it stands in the file: there is no second way to write it that hashes the same.

use std::{fmt, time::SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::event::Event;

/// No line is longer, in bytes: the list of enabled tools at the start of a session is the longest part.
pub(super) const LONGEST: usize = 1 << 20;

/// Begins a line; also how a line is found behind the torn beginning of another.
pub(super) const OPENING: &str = "{\"file\":";

/// What stands around the hash at the end of a line.
const BEFORE_HASH: &str = ",\"hash\":\"";
const AFTER_HASH: &str = "\"}";
const LENGTH_OF_END: usize = BEFORE_HASH.len() + 64 + AFTER_HASH.len();

/// A SHA-256.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 lower-case hex digits.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, []) = hex.as_bytes().as_chunks::<2>() else { return None };
        let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
        Some(Self(bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()?))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The number of the file, from 1.
    pub(super) file: u64,
    /// The number of the line in the whole chain, from 1.
    pub(super) seq: u64,
    /// The hash of the line before; zeros before the first.
    pub(super) prev: Hash,
}

/// Who writes.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    /// 16 hex digits, new for every start.
    pub(super) session: String,
    /// The sign-in's name.
    pub(super) profile: String,
}

#[derive(Serialize)]
struct Body<'a> {
    file: u64,
    seq: u64,
    time: String,
    session: &'a str,
    profile: &'a str,
    #[serde(flatten)]
    event: &'a Event<'a>,
    prev: String,
}

/// The line with its line feed, and its hash.
pub(super) fn build(
    at: Position,
    writer: &Writer,
    event: &Event<'_>,
) -> serde_json::Result<(String, Hash)> {
    let Position { file, seq, prev } = at;
    let Writer { session, profile } = writer;
    let (time, prev) = (time(SystemTime::now()), prev.to_string());
    let mut line = serde_json::to_string(&Body { file, seq, time, session, profile, event, prev })?;
    line.pop();
    let hash = Hash::of(line.as_bytes());
    line.push_str(&format!("{BEFORE_HASH}{hash}{AFTER_HASH}\n"));
    Ok((line, hash))
}

/// A line as the verifier sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) at: Position,
    pub(super) hash: Hash,
    pub(super) session: String,
    /// What a `torn` line says that it set aside.
    torn: Option<(u64, Hash)>,
}

/// Why bytes are no line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They are not what this program writes.
    Shape,
    /// They are, but for their hash.
    Hash,
}

#[derive(Deserialize)]
struct Fields {
    file: u64,
    seq: u64,
    session: String,
    event: String,
    prev: String,
    bytes: Option<u64>,
    sha256: Option<String>,
}

/// Reads a line without its line feed.
pub(super) fn parse(line: &[u8]) -> Result<Parsed, Flaw> {
    let text = std::str::from_utf8(line).map_err(|_| Flaw::Shape)?;
    let (body, rest) = text
        .len()
        .checked_sub(LENGTH_OF_END)
        .and_then(|at| text.split_at_checked(at))
        .ok_or(Flaw::Shape)?;
    let digits = rest.strip_prefix(BEFORE_HASH).and_then(|rest| rest.strip_suffix(AFTER_HASH));
    let hash = digits.and_then(Hash::parse).ok_or(Flaw::Shape)?;
    if Hash::of(body.as_bytes()) != hash {
        return Err(Flaw::Hash);
    }
    let fields: Fields = serde_json::from_str(&format!("{body}}}")).map_err(|_| Flaw::Shape)?;
    let prev = Hash::parse(&fields.prev).ok_or(Flaw::Shape)?;
    let torn = match (fields.event.as_str(), fields.bytes, &fields.sha256) {
        ("torn", Some(bytes), Some(sha256)) => {
            Some((bytes, Hash::parse(sha256).ok_or(Flaw::Shape)?))
        }
        _ => None,
    };
    let at = Position { file: fields.file, seq: fields.seq, prev };
    Ok(Parsed { at, hash, session: fields.session, torn })
}

/// Reads a line that begins with the torn beginning of another, and says how many bytes of it are torn: the
/// `torn` line behind them vouches for their number and their hash.
pub(super) fn parse_torn(line: &[u8]) -> Option<(usize, Parsed)> {
    let places = line.windows(OPENING.len()).enumerate().skip(1);
    let openings = places.filter(|(_, window)| *window == OPENING.as_bytes());
    openings.map(|(at, _)| at).find_map(|at| {
        let (fragment, rest) = line.split_at(at);
        let parsed = parse(rest).ok().filter(|_| is_beginning(fragment))?;
        let vouched = (u64::try_from(at).ok()?, Hash::of(fragment));
        (parsed.torn == Some(vouched)).then_some((at, parsed))
    })
}

/// Whether bytes can be what a crash left of a line: its beginning, or zeros that a file system put for it.
/// A whole line with more behind it is not: somebody changed its line feed.
pub(super) fn is_beginning(bytes: &[u8]) -> bool {
    let opening = OPENING.as_bytes();
    let begins = bytes.starts_with(opening) || opening.starts_with(bytes);
    let ends = bytes.windows(BEFORE_HASH.len()).enumerate();
    let mut ends = ends
        .filter(|(_, window)| *window == BEFORE_HASH.as_bytes())
        .map(|(at, _)| at + LENGTH_OF_END);
    let zeros = !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0);
    zeros || begins && !ends.any(|end| end < bytes.len() && parse(&bytes[..end]).is_ok())
}

/// The session that wrote the beginning of a line, if it got so far.
pub(super) fn session(beginning: &[u8]) -> Option<String> {
    let mark = b",\"session\":\"";
    let at = beginning.windows(mark.len()).position(|window| window == mark)? + mark.len();
    let digits = beginning.get(at..at + 16)?;
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    is_hex.then(|| String::from_utf8_lossy(digits).into_owned())
}

/// RFC 3339 in UTC, with milliseconds.
fn time(now: SystemTime) -> String {
    let now = time::OffsetDateTime::from(now);
    let (date, (hour, minute, second, milli)) = (now.date(), now.to_hms_milli());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        Writer { session: "0011223344556677".into(), profile: "p\"\n".into() }
    }

    #[test]
    fn a_line_reads_back_and_every_changed_byte_shows() {
        let at = Position { file: 2, seq: 7, prev: Hash::of(b"x") };
        let (line, hash) = build(at, &writer(), &Event::Stop { calls: 3 }).unwrap();
        let line = line.strip_suffix('\n').unwrap().as_bytes();
        let parsed = parse(line).unwrap();
        assert_eq!((parsed.at, parsed.hash), (at, hash));
        for at in 0..line.len() {
            for change in [1, 0x20, 0x80] {
                let mut changed = line.to_vec();
                changed[at] ^= change;
                assert!(parse(&changed).is_err(), "byte {at}");
            }
        }
        for end in 0..line.len() {
            assert!(parse(&line[..end]).is_err() && is_beginning(&line[..end]), "{end}");
        }
    }

    #[test]
    fn a_torn_beginning_is_found_by_the_line_that_vouches_for_it() {
        let at = Position { file: 1, seq: 2, prev: Hash::default() };
        let (whole, _) = build(at, &writer(), &Event::Stop { calls: 3 }).unwrap();
        for end in 1..whole.len() {
            let fragment = &whole.as_bytes()[..end];
            let bytes = u64::try_from(end).unwrap();
            let torn = Event::Torn { bytes, sha256: &Hash::of(fragment).to_string() };
            let (line, _) = build(at, &writer(), &torn).unwrap();
            let mut both = fragment.to_vec();
            both.extend_from_slice(line.trim_end().as_bytes());
            assert_eq!(parse_torn(&both).unwrap().0, end);
            both[0] ^= 1;
            assert!(parse_torn(&both).is_none());
            let session = session(fragment);
            assert_eq!(session.is_some(), end >= whole.find("\",\"profile").unwrap(), "{end}");
        }
    }

    #[test]
    fn times_have_milliseconds() {
        let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(1_785_196_799_007);
        assert_eq!(time(at), "2026-07-27T23:59:59.007Z");
    }
}
