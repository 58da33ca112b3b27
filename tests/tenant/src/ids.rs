//! Ids, secrets and times in the forms that Auth0 gives them.
//!
//! They are random but not cryptographically so: nothing here protects anything.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What Auth0's prefixed ids use: no 0, O, I and l.
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SECRET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

fn random(alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(alphabet[fastrand::usize(..alphabet.len())])).collect()
}

/// A client id: 32 letters and digits.
pub(crate) fn client_id() -> String {
    random(ALPHANUMERIC, 32)
}

/// A client secret: 64 characters that are safe in a URL.
pub(crate) fn client_secret() -> String {
    random(SECRET, 64)
}

/// A device code: 41 characters that are safe in a URL.
pub(crate) fn device_code() -> String {
    random(SECRET, 41)
}

/// A code for a user to type: letters that spell no words and are not mistaken for one another.
pub(crate) fn user_code() -> String {
    const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    format!("{}-{}", random(LETTERS, 4), random(LETTERS, 4))
}

/// A prefixed id such as `cred_` and 22 characters.
pub(crate) fn prefixed(prefix: &str) -> String {
    format!("{prefix}_{}", random(BASE58, 22))
}

/// A random UUID of version 4.
pub(crate) fn uuid() -> String {
    let bits = fastrand::u128(..) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// 32 hexadecimal digits that depend on `data`.
pub(crate) fn fingerprint(data: &[u8]) -> String {
    Sha256::digest(data).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits, such as the 24 of an API's id.
pub(crate) fn hex(length: usize) -> String {
    random(b"0123456789abcdef", length)
}

/// The id of a client grant: `cgr_` and 16 letters and digits.
pub(crate) fn grant_id() -> String {
    format!("cgr_{}", random(ALPHANUMERIC, 16))
}

/// The secret that an API's tokens are signed with: 32 letters and digits.
pub(crate) fn signing_secret() -> String {
    random(ALPHANUMERIC, 32)
}

/// The id of a log event: 56 digits that begin with its time and end in a running number.
pub(crate) fn log_id(time: OffsetDateTime) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1_223_372_037_868_000_000);
    let digits: String = milliseconds(time).chars().filter(char::is_ascii_digit).collect();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("900{digits}{:03}{:014}{number:019}", time.microsecond() % 1_000, 0)
}

/// A string that looks like the signature of a token.
pub(crate) fn signature() -> String {
    random(SECRET, 342)
}

/// A PEM block with random contents: the form of a key or certificate, never a usable one.
pub(crate) fn pem(label: &str, bytes: usize) -> String {
    const LINE: usize = 64;
    let text = base64::engine::general_purpose::STANDARD
        .encode((0..bytes).map(|_| fastrand::u8(..)).collect::<Vec<_>>());
    let mut block = format!("-----BEGIN {label}-----\r\n");
    for line in text.as_bytes().chunks(LINE) {
        block.push_str(&String::from_utf8_lossy(line));
        block.push_str("\r\n");
    }
    block.push_str(&format!("-----END {label}-----\r\n"));
    block
}

/// SHA-256 of `data` in base64url, as in `kid` and `thumbprint_sha256`.
pub(crate) fn digest(data: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(data))
}

/// Seconds since 1970.
pub(crate) fn unix_seconds() -> u64 {
    u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or_default()
}

/// The present time with milliseconds: `2026-08-13T06:52:23.850Z`.
pub(crate) fn now() -> String {
    milliseconds(OffsetDateTime::now_utc())
}

/// `text`, an RFC 3339 time in any zone, as Auth0 answers it; `None` if it is no such time.
pub(crate) fn normal_time(text: &str) -> Option<String> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(milliseconds)
}

/// A time as Auth0 answers it.
pub(crate) fn milliseconds(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_answered_in_utc_with_milliseconds() {
        let answered = normal_time("2023-05-16T11:07:30.535694+02:00");
        assert_eq!(answered.as_deref(), Some("2023-05-16T09:07:30.535Z"));
        assert_eq!(normal_time("tomorrow"), None);
    }
}
