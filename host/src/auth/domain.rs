//! The tenant's domain: the one host that the access token may be sent to.
//!
//! A bearer token goes to whatever this says, so nothing but a bare host name is accepted, and nothing is
//! guessed. In particular a name without a dot is not completed to `<name>.us.auth0.com`: tenants live in
//! several regions and on private deployments, and a wrong guess would hand the credentials to the tenant of
//! somebody else who has the same name there.

use std::{fmt, net::Ipv4Addr};

/// A host name, lower-cased, with a port where it is not 443.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Domain {
    /// `host` or `host:port`.
    authority: String,
    /// Length of the host in `authority`.
    host: usize,
}

/// Why a text is not a tenant domain. Each message says what to type instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum DomainError {
    #[error("the domain is empty: type the tenant's domain, e.g. my-tenant.eu.auth0.com")]
    Empty,
    #[error("the domain must not have a scheme: drop `{scheme}://`{}", hint(.bare))]
    Scheme { scheme: String, bare: Option<String> },
    #[error("the domain must not hold a user name or password: type only what follows the `@`")]
    UserInfo,
    #[error("the domain must not have a path: drop everything from the first `/`{}", hint(.bare))]
    Path { bare: Option<String> },
    #[error("the domain must not have a query or fragment: drop everything from `?` or `#`{}", hint(.bare))]
    Query { bare: Option<String> },
    #[error("the domain must not hold spaces or control characters: type it without them")]
    Whitespace,
    #[error("the port must be a number from 1 to 65535 after one colon, e.g. localhost:8443")]
    Port,
    #[error(
        "`{0}` is an address: type the tenant's name, e.g. my-tenant.eu.auth0.com (only 127.0.0.1 is taken as it is)"
    )]
    Address(String),
    #[error("`{0}` has an empty part: remove the extra dot")]
    EmptyLabel(String),
    #[error(
        "`{0}` has no dot: type the whole domain, e.g. {0}.us.auth0.com or {0}.eu.auth0.com; the region is not guessed"
    )]
    NoDot(String),
    #[error(
        "`{0}` is not a host name: use letters, digits, `-` and dots (an international name in its xn-- form)"
    )]
    Name(String),
}

fn hint(bare: &Option<String>) -> String {
    bare.as_ref().map(|bare| format!(" and type `{bare}`")).unwrap_or_default()
}

impl Domain {
    /// Reads a bare host name with an optional port.
    ///
    /// # Errors
    /// [`DomainError`] for anything else: a scheme, user information, a path, a query, a fragment, white
    /// space, an address that is not loopback, a name without a dot that is not `localhost`.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        refuse_url_parts(text)?;
        let (host, port) = split_port(text)?;
        let host = host.to_ascii_lowercase();
        check_host(&host)?;
        let authority = match port {
            None | Some(443) => host.clone(),
            Some(port) => format!("{host}:{port}"),
        };
        let domain = Self { authority, host: host.len() };
        domain.survives_a_url_parser().then_some(domain).ok_or(DomainError::Name(host))
    }

    /// The host name without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.authority[..self.host]
    }

    /// `host` or `host:port`, as it stands in a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.authority
    }

    /// Whether it is this machine (`localhost` or 127.x.y.z), where no proxy is used.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host() == "localhost" || self.host().parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
    }

    /// The audience of Management API tokens, `https://<domain>/api/v2/`. The domain is used as given: for
    /// a tenant with a custom domain this must be the tenant's own name, because Auth0 knows no other audience.
    #[must_use]
    pub fn audience(&self) -> String {
        format!("https://{self}/api/v2/")
    }

    /// The URL parser has its own idea of hosts (`0x7f.1` is an address, bad punycode is refused). A name
    /// that it would change is refused here, so that no later step can be led to another host.
    fn survives_a_url_parser(&self) -> bool {
        let origin = format!("https://{self}/");
        reqwest::Url::parse(&origin).is_ok_and(|url| url.as_str() == origin)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.authority)
    }
}

/// Names what a pasted URL has too much. The order is that of a URL, so that the first thing to drop is said.
fn refuse_url_parts(text: &str) -> Result<(), DomainError> {
    if text.is_empty() {
        return Err(DomainError::Empty);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(DomainError::Whitespace);
    }
    // What is in front of an `@` may be a password: from here on no message repeats it.
    if text.contains('@') {
        return Err(DomainError::UserInfo);
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return Err(DomainError::Scheme { scheme: scheme.into(), bare: bare(rest) });
    }
    if text.contains(['/', '\\']) {
        return Err(DomainError::Path { bare: bare(text) });
    }
    if text.contains(['?', '#']) {
        return Err(DomainError::Query { bare: bare(text) });
    }
    Ok(())
}

/// What is left of a URL without scheme when path, query and fragment are cut off, if that is a domain.
fn bare(text: &str) -> Option<String> {
    let host = text.split(['/', '\\', '?', '#']).next()?;
    Domain::parse(host).ok().map(|domain| domain.to_string())
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), DomainError> {
    if text.starts_with('[') {
        return Err(DomainError::Address(text.into()));
    }
    let Some((host, port)) = text.split_once(':') else { return Ok((text, None)) };
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    match port.parse() {
        Ok(port) if digits && port > 0 => Ok((host, Some(port))),
        _ => Err(DomainError::Port),
    }
}

fn check_host(host: &str) -> Result<(), DomainError> {
    if host.is_empty() {
        return Err(DomainError::Empty);
    }
    if host.split('.').any(str::is_empty) {
        return Err(DomainError::EmptyLabel(host.into()));
    }
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Err(DomainError::Name(host.into()));
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.starts_with(|c: char| c.is_ascii_digit()) {
        let loopback = host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback());
        return loopback.then_some(()).ok_or_else(|| DomainError::Address(host.into()));
    }
    if host.contains('.') || host == "localhost" {
        return Ok(());
    }
    Err(DomainError::NoDot(host.into()))
}

/// RFC 1123, section 2.1: letters, digits and inner hyphens, 1 to 63 of them.
fn is_label(label: &str) -> bool {
    label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_names_are_taken() {
        for (text, expected) in [
            ("my-tenant.eu.auth0.com", "my-tenant.eu.auth0.com"),
            ("My-Tenant.EU.Auth0.com", "my-tenant.eu.auth0.com"),
            ("login.example.com:8443", "login.example.com:8443"),
            ("example.com:443", "example.com"),
            ("localhost:3000", "localhost:3000"),
            ("127.0.0.1:9", "127.0.0.1:9"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            let domain = Domain::parse(text).unwrap();
            assert_eq!(domain.as_str(), expected);
            assert_eq!(
                domain.is_loopback(),
                expected.starts_with("localhost") || expected.starts_with("127.")
            );
        }
        let domain = Domain::parse("localhost:3000").unwrap();
        assert_eq!(
            (domain.host(), domain.audience().as_str()),
            ("localhost", "https://localhost:3000/api/v2/")
        );
    }

    #[test]
    fn everything_else_is_refused_with_advice() {
        for (text, says) in [
            ("", "empty"),
            (":8443", "empty"),
            ("https://x.auth0.com/", "drop `https://` and type `x.auth0.com`"),
            ("http://X.auth0.com/path?q#f", "drop `http://` and type `x.auth0.com`"),
            ("https://my-tenant/", "drop `https://`"),
            ("https://user:hunter2@x.auth0.com", "what follows the `@`"),
            ("x.auth0.com/", "and type `x.auth0.com`"),
            ("x.auth0.com\\@evil.example", "`@`"),
            ("x.auth0.com\\evil.example", "from the first `/`"),
            ("x.auth0.com?a", "`?` or `#`"),
            ("x.auth0.com#a", "`?` or `#`"),
            (" x.auth0.com", "spaces"),
            ("x.auth0.com\n", "spaces"),
            ("x.auth0.com\0", "control"),
            ("x.auth0.com:", "port"),
            ("x.auth0.com:0", "port"),
            ("x.auth0.com:65536", "port"),
            ("x.auth0.com:+1", "port"),
            ("x.auth0.com:1:2", "port"),
            ("10.0.0.1", "is an address"),
            ("127.1", "is an address"),
            ("a.0x7f", "is an address"),
            ("[::1]", "is an address"),
            ("x..auth0.com", "extra dot"),
            ("x.auth0.com.", "extra dot"),
            ("my-tenant", "my-tenant.eu.auth0.com"),
            ("b\u{fc}cher.example", "not a host name"),
            ("-x.example", "not a host name"),
            ("x_y.example", "not a host name"),
            ("x%2ey.example", "not a host name"),
            ("xn--a.example", "not a host name"),
        ] {
            let message = Domain::parse(text).unwrap_err().to_string();
            assert!(message.contains(says), "{text:?}: {message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
