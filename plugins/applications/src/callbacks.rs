//! Callback URLs that Auth0 cannot verify.
//!
//! For an application with a custom scheme or a loopback address among its callbacks Auth0 asks the user to confirm
//! each login, unless `skip_non_verifiable_callback_uri_confirmation_prompt` says otherwise. A developer who gives
//! such a callback is building a native or local application and does not want the prompt.
//! Source: <https://auth0.com/docs/secure/security-guidance/measures-against-app-impersonation>.

use serde_json::Value;

/// The setting that turns the prompt off.
pub(crate) const SKIP_PROMPT: &str = "skip_non_verifiable_callback_uri_confirmation_prompt";

/// Whether any URL of a list cannot be verified. Text that is no absolute URL does not count.
pub(crate) fn any_non_verifiable(callbacks: Option<&Value>) -> bool {
    let mut urls =
        callbacks.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    urls.any(is_non_verifiable)
}

fn is_non_verifiable(url: &str) -> bool {
    let Some((scheme, rest)) = url.trim().split_once(':') else { return false };
    if !is_scheme(scheme) {
        return false;
    }
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return true;
    }
    let host = host(rest);
    host.eq_ignore_ascii_case("localhost") || host == "::1" || is_loopback(host)
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

/// The host of what follows `http:`, an IPv6 address without its brackets.
fn host(rest: &str) -> &str {
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    let address = authority.rsplit('@').next().unwrap_or_default();
    match address.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => address.split(':').next().unwrap_or_default(),
    }
}

/// 127.0.0.0/8, as it is usually written.
fn is_loopback(host: &str) -> bool {
    host.starts_with("127.") && host.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
}

#[cfg(test)]
mod tests {
    use super::is_non_verifiable;

    #[test]
    fn custom_schemes_and_loopback_cannot_be_verified() {
        for url in [
            "com.example.app://callback",
            "myapp:/callback",
            "http://localhost",
            "http://LOCALHOST:3000/callback",
            "https://user@localhost:3000?x=1",
            "http://127.0.0.1:8080/cb",
            "http://127.9.9.9",
            "http://[::1]:3000/",
        ] {
            assert!(is_non_verifiable(url), "{url}");
        }
    }

    #[test]
    fn everything_else_can_or_is_no_url() {
        for url in [
            "https://example.com/callback",
            "http://localhost.example.com",
            "https://127.example.com",
            "https://example.com/?to=http://localhost",
            "https://{organization_name}.example.com",
            "https://",
            "callback",
            "",
            "//localhost",
            "1x://y",
        ] {
            assert!(!is_non_verifiable(url), "{url}");
        }
    }
}
