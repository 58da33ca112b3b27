//! What broke between the host and the tenant, from the errors of four libraries to one word.
//!
//! No text of these libraries is passed on unread: theirs hold whole URLs.

use std::{error::Error, io};

use rustls::CertificateError;

use super::https::CONNECT_TIMEOUT;

/// Why a request got no answer, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The name has no address.
    #[error("its name cannot be looked up (DNS); check the domain and the network")]
    Dns,
    /// Nothing listens there.
    #[error("the connection was refused; check the domain, and the proxy if there is one")]
    Refused,
    /// No connection in time.
    #[error("no connection came about within {} s; check the network, firewall and proxy", CONNECT_TIMEOUT.as_secs())]
    ConnectTimeout,
    /// No route, network down.
    #[error("the network cannot be reached")]
    NoNetwork,
    /// The proxy did not let us through.
    #[error("the proxy refused the connection; check HTTPS_PROXY and NO_PROXY")]
    Proxy,
    /// Signed by a CA that this machine does not know.
    #[error(
        "its TLS certificate is signed by a CA that is not trusted; if a company proxy or a private deployment uses its own CA, name its PEM file in SSL_CERT_FILE"
    )]
    Untrusted,
    /// A certificate for another host.
    #[error("its TLS certificate is for another name; check the domain")]
    WrongName,
    /// Expired or not yet valid.
    #[error("its TLS certificate is expired or not yet valid; check this machine's clock")]
    OutOfDate,
    /// Any other failure of TLS.
    #[error(
        "TLS failed ({0}); if its CA is not a public one, name the CA's PEM file in SSL_CERT_FILE"
    )]
    Tls(String),
    /// The connection broke before the answer was complete.
    #[error("the connection broke before the answer was complete")]
    Broken,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Cause {
    /// Reads the error of a request that got no answer, or of an answer that did not end.
    #[must_use]
    pub fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() && error.is_timeout() {
            return Self::ConnectTimeout;
        }
        match Self::find(error) {
            // The system gave up a connection that was there: the other end no longer acknowledges anything.
            Some(Self::ConnectTimeout) if !error.is_connect() => Self::Broken,
            Some(cause) => cause,
            None => Self::Other(innermost(error)),
        }
    }

    fn find(error: &(dyn Error + 'static)) -> Option<Self> {
        chain(error).find_map(known)
    }

    /// Whether a second try may go better at once.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        !matches!(
            self,
            Self::Untrusted | Self::WrongName | Self::OutOfDate | Self::Tls(_) | Self::Proxy
        )
    }
}

fn known(error: &(dyn Error + 'static)) -> Option<Cause> {
    if error.is::<reqwest::Error>() {
        return None; // its text holds the URL, in which any word can stand
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(tls(error));
    }
    if let Some(cause) = error.downcast_ref::<io::Error>().and_then(socket) {
        return Some(cause);
    }
    // hyper and its connectors keep their kinds private; what they print is stable enough to read.
    let text = error.to_string();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["dns error", "failed to lookup address"]) {
        Some(Cause::Dns)
    } else if says(&["tunnel", "proxy authentication", "proxy authorization"]) {
        Some(Cause::Proxy)
    } else if says(&BROKEN) {
        Some(Cause::Broken)
    } else {
        None
    }
}

/// What hyper prints of a connection that ended too early, in HTTP/1 and HTTP/2.
const BROKEN: [&str; 5] = [
    "connection closed before message completed",
    "error reading a body from connection",
    "http2 error",
    "unexpected EOF",
    "end of file",
];

fn socket(error: &io::Error) -> Option<Cause> {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Some(Cause::Refused),
        Kind::TimedOut => Some(Cause::ConnectTimeout),
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown => {
            Some(Cause::NoNetwork)
        }
        Kind::ConnectionReset
        | Kind::ConnectionAborted
        | Kind::BrokenPipe
        | Kind::UnexpectedEof => Some(Cause::Broken),
        _ => None,
    }
}

fn tls(error: &rustls::Error) -> Cause {
    use CertificateError as Bad;
    match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            // A CA of the same name as a trusted one, with another key, makes a bad signature.
            Bad::UnknownIssuer | Bad::BadSignature => Cause::Untrusted,
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => Cause::WrongName,
            Bad::Expired
            | Bad::ExpiredContext { .. }
            | Bad::NotValidYet
            | Bad::NotValidYetContext { .. } => Cause::OutOfDate,
            _ => Cause::Tls(short(&error.to_string())),
        },
        _ => Cause::Tls(short(&error.to_string())),
    }
}

/// The errors behind an error. [`io::Error`] hides the one that it wraps from `source`, so it is unwrapped.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

/// The text of the last error behind an error: the outer ones repeat the URL.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    match chain(error).skip(1).last() {
        Some(inner) => short(&inner.to_string()),
        None => "the request could not be made".into(),
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::UnixTime;

    use super::*;

    #[test]
    fn errors_are_told_apart_however_they_are_wrapped() {
        let bad = |bad| Box::new(io::Error::other(rustls::Error::InvalidCertificate(bad)));
        let kind = |kind: io::ErrorKind| Box::new(io::Error::other(io::Error::from(kind)));
        let text = |text: &str| Box::new(io::Error::other(text.to_owned()));
        let time = UnixTime::since_unix_epoch(std::time::Duration::ZERO);
        let expired = CertificateError::ExpiredContext { time, not_after: time };
        for (error, expected) in [
            (bad(CertificateError::UnknownIssuer), Some(Cause::Untrusted)),
            (bad(CertificateError::BadSignature), Some(Cause::Untrusted)),
            (bad(CertificateError::NotValidForName), Some(Cause::WrongName)),
            (bad(expired), Some(Cause::OutOfDate)),
            (
                bad(CertificateError::Revoked),
                Some(Cause::Tls("invalid peer certificate: Revoked".into())),
            ),
            (kind(io::ErrorKind::ConnectionRefused), Some(Cause::Refused)),
            (kind(io::ErrorKind::ConnectionReset), Some(Cause::Broken)),
            (kind(io::ErrorKind::UnexpectedEof), Some(Cause::Broken)),
            (kind(io::ErrorKind::NetworkUnreachable), Some(Cause::NoNetwork)),
            (kind(io::ErrorKind::TimedOut), Some(Cause::ConnectTimeout)),
            (text("dns error"), Some(Cause::Dns)),
            (text("unsuccessful tunnel"), Some(Cause::Proxy)),
            (text("connection closed before message completed"), Some(Cause::Broken)),
            (text("something else"), None),
        ] {
            assert_eq!(Cause::find(error.as_ref()), expected, "{error:?}");
        }
    }
}
