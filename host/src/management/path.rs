//! From path segments to the URL that is sent, with nothing in between that could change its meaning.
//!
//! Every byte of a segment that is not unreserved in RFC 3986 is percent-encoded, so a segment cannot end the
//! path, start a query or add a level. What encoding cannot repair is refused: empty segments and those that
//! mean "here" or "up". They are refused in encoded forms too. We would send `%2e%2e` as `%252e%252e`, which
//! is safe on a server that decodes once; but gateways exist that decode twice, or that decode `%2F` before
//! they resolve dots, and no id of Auth0 looks like that. The last step parses the URL and compares: had the
//! parser normalised anything, the request would not be sent.

use std::fmt::Write;

use auth0_mcp_sandbox::contract::Request;
use reqwest::Url;

use crate::auth::Domain;

/// The longest segment, in bytes before encoding. Identifiers of APIs have at most 600 characters.
pub const LONGEST_SEGMENT: usize = 2048;

/// The most segments of a path. The Management API has at most 7.
pub const MOST_SEGMENTS: usize = 16;

/// The longest URL, in bytes.
pub const LONGEST_URL: usize = 16 * 1024;

/// Why there is no URL for a request. Positions count from 1; contents are not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No segments at all.
    #[error("the path is empty")]
    NoPath,
    /// More than [`MOST_SEGMENTS`].
    #[error("the path has {0} segments; at most {MOST_SEGMENTS} are sent")]
    TooManySegments(usize),
    /// An id that was left empty would ask for the list above it.
    #[error("segment {0} of the path is empty")]
    EmptySegment(usize),
    /// `.`, `..` and everything that a server may take for them.
    #[error("segment {0} of the path is or contains `.` or `..` as a step")]
    DotSegment(usize),
    /// More than [`LONGEST_SEGMENT`].
    #[error("segment {0} of the path is longer than {LONGEST_SEGMENT} bytes")]
    LongSegment(usize),
    /// A query pair without a name.
    #[error("a query parameter has an empty name")]
    EmptyQueryName,
    /// More than [`LONGEST_URL`].
    #[error("the URL would have {0} bytes; at most {LONGEST_URL} are sent")]
    LongUrl(usize),
    /// The URL parser would have sent something else.
    #[error("the path would not be sent as it is written")]
    Normalised,
}

/// The URL of a request to this tenant, below `/api/v2/`.
///
/// # Errors
/// [`PathError`] for a path or query that cannot be sent as it is.
pub fn url(domain: &Domain, request: &Request) -> Result<Url, PathError> {
    let text = text(domain, request)?;
    if text.len() > LONGEST_URL {
        return Err(PathError::LongUrl(text.len()));
    }
    let url = Url::parse(&text).map_err(|_| PathError::Normalised)?;
    (url.as_str() == text).then_some(url).ok_or(PathError::Normalised)
}

fn text(domain: &Domain, request: &Request) -> Result<String, PathError> {
    match request.path.len() {
        0 => return Err(PathError::NoPath),
        n if n > MOST_SEGMENTS => return Err(PathError::TooManySegments(n)),
        _ => {}
    }
    let mut text = format!("https://{domain}/api/v2");
    for (index, segment) in request.path.iter().enumerate() {
        check(segment, index + 1)?;
        text.push('/');
        encode(segment, &mut text);
    }
    for (index, (name, value)) in request.query.iter().enumerate() {
        if name.is_empty() {
            return Err(PathError::EmptyQueryName);
        }
        text.push(if index == 0 { '?' } else { '&' });
        encode(name, &mut text);
        text.push('=');
        encode(value, &mut text);
    }
    Ok(text)
}

fn check(segment: &str, position: usize) -> Result<(), PathError> {
    if segment.is_empty() {
        return Err(PathError::EmptySegment(position));
    }
    if segment.len() > LONGEST_SEGMENT {
        return Err(PathError::LongSegment(position));
    }
    if climbs(segment) { Err(PathError::DotSegment(position)) } else { Ok(()) }
}

/// Whether some server could take a part of the segment for `.` or `..`: after any number of decodings, split
/// at either slash, with `;parameters` cut off.
fn climbs(segment: &str) -> bool {
    if !segment.contains(['.', '%']) {
        return false;
    }
    let mut bytes = segment.as_bytes().to_vec();
    loop {
        let step = |part: &[u8]| {
            let name = part.split(|b| *b == b';').next().unwrap_or_default();
            matches!(name, b"." | b"..")
        };
        if bytes.split(|b| matches!(b, b'/' | b'\\')).any(step) {
            return true;
        }
        let decoded = decode(&bytes);
        if decoded.len() == bytes.len() {
            return false;
        }
        bytes = decoded;
    }
}

/// Percent-decodes once; what is no valid escape stays.
fn decode(bytes: &[u8]) -> Vec<u8> {
    let hex = |b: u8| char::from(b).to_digit(16);
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let value = hex(*high).unwrap_or_default() * 16 + hex(*low).unwrap_or_default();
                decoded.push(u8::try_from(value).unwrap_or_default());
                after
            }
            _ => {
                decoded.push(*first);
                tail
            }
        };
    }
    decoded
}

/// Percent-encodes every byte outside the unreserved set of RFC 3986, section 2.3.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use auth0_mcp_sandbox::contract::Method;

    use super::*;

    pub(crate) fn get(path: &[&str], query: &[(&str, &str)]) -> Request {
        Request {
            method: Method::Get,
            path: path.iter().map(ToString::to_string).collect(),
            query: query
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            body: None,
        }
    }

    pub(crate) fn domain() -> Domain {
        Domain::parse("x.eu.auth0.com").unwrap()
    }

    #[test]
    fn segments_and_queries_are_encoded() {
        for (path, query, expected) in [
            (&["clients"][..], &[][..], "clients"),
            (&["clients", "a-b._~9"], &[("page", "0"), ("q", "")], "clients/a-b._~9?page=0&q="),
            (
                &["resource-servers", "https://api.example.com/"],
                &[],
                "resource-servers/https%3A%2F%2Fapi.example.com%2F",
            ),
            (
                &["logs"],
                &[("q", "type:\"s\" AND a&b=c#d"), ("q", "x y+z")],
                "logs?q=type%3A%22s%22%20AND%20a%26b%3Dc%23d&q=x%20y%2Bz",
            ),
            (&["a?b#c%d\\e", "\u{0}\r\n\u{fc}"], &[], "a%3Fb%23c%25d%5Ce/%00%0D%0A%C3%BC"),
            (&["...", "a..b", ".hidden", "v1.2"], &[], ".../a..b/.hidden/v1.2"),
            (&["%41", "100%"], &[], "%2541/100%25"),
        ] {
            let url = url(&domain(), &get(path, query)).unwrap();
            assert_eq!(url.as_str(), format!("https://x.eu.auth0.com/api/v2/{expected}"));
        }
        let local =
            url(&Domain::parse("127.0.0.1:8443").unwrap(), &get(&["clients"], &[])).unwrap();
        assert_eq!(local.as_str(), "https://127.0.0.1:8443/api/v2/clients");
    }

    #[test]
    fn what_could_climb_is_refused() {
        for bad in [
            ".",
            "..",
            "%2e",
            "%2E%2e",
            ".%2e",
            "%252e%252e",
            "%25252E.",
            "a/../b",
            "a/..",
            "../a",
            "./a",
            "a\\..\\b",
            "a%2f..%2fb",
            "a%2F%2e%2e",
            "..%5c",
            "..;x",
            "a/..;x=1/b",
            ".;",
        ] {
            let found = url(&domain(), &get(&["clients", bad, "x"], &[])).map(String::from);
            assert_eq!(found, Err(PathError::DotSegment(2)), "{bad}");
        }
        let long = "x".repeat(LONGEST_SEGMENT + 1);
        let query: Vec<_> = (0..9).map(|_| ("q", &long[1..])).collect();
        for (path, query, error) in [
            (&[][..], &[][..], PathError::NoPath),
            (&["clients", ""], &[], PathError::EmptySegment(2)),
            (&["clients", &long], &[], PathError::LongSegment(2)),
            (&["a"; MOST_SEGMENTS + 1], &[], PathError::TooManySegments(17)),
            (&["clients"], &[("", "x")], PathError::EmptyQueryName),
            (&["clients"], &query, PathError::LongUrl(18_496)),
        ] {
            assert_eq!(url(&domain(), &get(path, query)).map(String::from), Err(error));
        }
    }

    /// Whatever the segments hold, a server that splits and decodes sees exactly these segments.
    #[test]
    fn segments_arrive_as_they_were() {
        let mut random = fastrand::Rng::with_seed(7);
        let pieces = [
            "/", "%", "2f", "2e", ".", "..", "?", "#", "\\", ";", "&", "=", "a", "\u{0}",
            "\u{20ac}", " ", "@", ":",
        ];
        for _ in 0..20_000 {
            let segment = |random: &mut fastrand::Rng| {
                (0..random.usize(0..6))
                    .map(|_| pieces[random.usize(0..pieces.len())])
                    .collect::<String>()
            };
            let path: Vec<String> = (0..random.usize(1..5)).map(|_| segment(&mut random)).collect();
            let words: Vec<&str> = path.iter().map(String::as_str).collect();
            let Ok(url) = url(&domain(), &get(&words, &[])) else { continue };
            assert_eq!(
                (url.host_str(), url.query(), url.fragment()),
                (Some("x.eu.auth0.com"), None, None)
            );
            let arrived = url.path().strip_prefix("/api/v2/").unwrap().split('/');
            let arrived: Vec<Vec<u8>> = arrived.map(|segment| decode(segment.as_bytes())).collect();
            assert_eq!(
                arrived,
                path.iter().map(|segment| segment.as_bytes().to_vec()).collect::<Vec<_>>()
            );
        }
    }
}
