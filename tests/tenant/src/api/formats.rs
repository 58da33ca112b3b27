//! The string formats that Auth0's schemas name, each as strict as the traffic shows.
//!
//! A format that is not listed accepts everything: the document names more than it explains.

/// Whether `text` has the named form.
pub(super) fn fits(format: &str, text: &str) -> bool {
    match format {
        "absolute-uri-or-empty" => text.is_empty() || is_absolute(text),
        "absolute-https-uri-or-empty" => text.is_empty() || is_https(text),
        "absolute-https-uri-with-placeholders-or-empty" => text.is_empty() || is_absolute(text),
        "callback-url" => is_absolute(text) && !has_dangerous_scheme(text),
        "url-with-placeholders" | "url" => is_absolute(text) || text.contains('.'),
        "client-id" => is_word(text, 1, 64),
        "credential-id" => is_prefixed(text, "cred_", 22),
        "organization-id" => is_prefixed(text, "org_", 16),
        "connection-profile-id" => is_prefixed(text, "cop_", 22),
        "user-attribute-profile-id" => is_prefixed(text, "uap_", 22),
        "flow-id" => is_prefixed(text, "af_", 22),
        "flows-vault-connections-id" => is_prefixed(text, "ac_", 22),
        "forms-custom-identifier" => is_word(text, 1, 255),
        "date-time" => crate::ids::normal_time(text).is_some(),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        "cidr" => is_network::<std::net::Ipv4Addr>(text, 32),
        "ipv6_cidr" => is_network::<std::net::Ipv6Addr>(text, 128),
        _ => true,
    }
}

fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let valid = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '*')
        && scheme.chars().all(|letter| valid(letter) || letter == '*')
        && !rest.is_empty()
}

fn has_dangerous_scheme(text: &str) -> bool {
    let scheme = text.split(':').next().unwrap_or_default().to_ascii_lowercase();
    ["javascript", "data", "vbscript"].contains(&scheme.as_str())
}

fn is_https(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
}

fn is_word(text: &str, least: usize, most: usize) -> bool {
    let valid = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    (least..=most).contains(&text.len()) && text.chars().all(valid)
}

fn is_prefixed(text: &str, prefix: &str, length: usize) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| is_word(rest, length, length))
}

fn is_network<A: std::str::FromStr>(text: &str, bits: u8) -> bool {
    text.split_once('/').is_some_and(|(address, length)| {
        address.parse::<A>().is_ok() && length.parse::<u8>().is_ok_and(|length| length <= bits)
    })
}
