//! Whether anything is sent, and why not. In doubt nothing is.

use reqwest::Url;
use serde_json::{Value, json};

use crate::settings::env::Environment;

/// An endpoint that was configured when this program was built.
const BUILT_IN: Option<&str> = option_env!("AUTH0_MCP_ANALYTICS_URL");

/// Whether events are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// To this address.
    On(Url),
    /// They are not.
    Off(Off),
}

/// Why nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Off {
    /// Nobody configured an address, which is the rule.
    NoEndpoint,
    /// `AUTH0_MCP_ANALYTICS` says no.
    SwitchedOff,
    /// `DO_NOT_TRACK` is set.
    DoNotTrack,
    /// `AUTH0_MCP_ANALYTICS` says neither yes nor no.
    NotUnderstood,
    /// The address cannot be used.
    BadEndpoint(&'static str),
}

/// What holds in this environment.
#[must_use]
pub fn state(environment: &Environment) -> State {
    of(environment, BUILT_IN)
}

pub(super) fn of(environment: &Environment, built_in: Option<&str>) -> State {
    let word = |name| environment.get(name).map(|value| value.trim().to_ascii_lowercase());
    match word("AUTH0_MCP_ANALYTICS").as_deref() {
        None | Some("true" | "1" | "yes" | "on") => {}
        Some("false" | "0" | "no" | "off" | "") => return State::Off(Off::SwitchedOff),
        Some(_) => return State::Off(Off::NotUnderstood),
    }
    match word("DO_NOT_TRACK").as_deref() {
        None | Some("false" | "0" | "no" | "off" | "") => {}
        Some(_) => return State::Off(Off::DoNotTrack),
    }
    // An empty variable takes the built-in address away.
    let address = environment.get("AUTH0_MCP_ANALYTICS_URL").or(built_in).unwrap_or_default();
    match address.trim() {
        "" => State::Off(Off::NoEndpoint),
        address => {
            endpoint(address).map_or_else(|why| State::Off(Off::BadEndpoint(why)), State::On)
        }
    }
}

/// HTTPS, or this machine itself.
fn endpoint(address: &str) -> Result<Url, &'static str> {
    let url = Url::parse(address).map_err(|_| "it is no URL")?;
    let is_local = is_loopback(&url);
    match url.scheme() {
        "https" => {}
        "http" if is_local => {}
        _ => return Err("it must begin with https://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it must not hold a user name or a password");
    }
    Ok(url)
}

/// Whether the address is on this machine, whatever a name server says.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

impl State {
    /// Whether events are sent.
    #[must_use]
    pub fn is_on(&self) -> bool {
        matches!(self, Self::On(_))
    }

    /// Scheme and host of the address. Its path and query may hold a key.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        match self {
            Self::On(url) => Some(url.origin().ascii_serialization()),
            Self::Off(_) => None,
        }
    }

    /// Why it is so, for people.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::On(_) => {
                "an address is configured, and AUTH0_MCP_ANALYTICS does not say no".into()
            }
            Self::Off(Off::NoEndpoint) => "no address is configured".into(),
            Self::Off(Off::SwitchedOff) => "AUTH0_MCP_ANALYTICS says no".into(),
            Self::Off(Off::DoNotTrack) => "DO_NOT_TRACK is set".into(),
            Self::Off(Off::NotUnderstood) => {
                "AUTH0_MCP_ANALYTICS is neither on nor off, which is taken as off".into()
            }
            Self::Off(Off::BadEndpoint(why)) => {
                format!("AUTH0_MCP_ANALYTICS_URL cannot be used: {why}")
            }
        }
    }

    /// What the operator should be warned of: a setting that was not understood.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let odd = matches!(self, Self::Off(Off::NotUnderstood | Off::BadEndpoint(_)));
        odd.then(|| format!("telemetry is off: {}", self.reason()))
    }

    /// For `session --json`: `enabled`, `reason`, and `endpoint`, which is null when nothing is sent.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({ "enabled": self.is_on(), "reason": self.reason(), "endpoint": self.host() })
    }
}
