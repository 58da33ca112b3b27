//! The words of the plugin contract (`wit/types.wit`, `wit/management.wit`) as Rust types, under short names.

pub use crate::bindings::auth0_mcp::plugin::{
    log::Level,
    management::{Request, Response},
    types::{
        Consequences, Effect, Endpoint, Failure, Manifest, Method, Refusal, TenantError, Tool,
    },
};

impl Method {
    /// Every method of the contract.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Patch, Self::Put, Self::Delete];

    /// The method as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl Failure {
    /// The same with every text changed by `change`. All of them are the plugin's own words, also those of a
    /// refusal: it can hand on what the host said, or make it up.
    #[must_use]
    pub fn map(self, change: impl Fn(String) -> String) -> Self {
        match self {
            Self::InvalidArguments(text) => Self::InvalidArguments(change(text)),
            Self::Other(text) => Self::Other(change(text)),
            Self::Tenant(TenantError { status, code, message }) => {
                let (code, message) = (code.map(&change), change(message));
                Self::Tenant(TenantError { status, code, message })
            }
            Self::Refused(refusal) => Self::Refused(refusal.map(change)),
        }
    }

    /// How much text it holds, in bytes.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::InvalidArguments(text) | Self::Other(text) => text.len(),
            Self::Tenant(error) => error.message.len() + error.code.as_ref().map_or(0, String::len),
            Self::Refused(refusal) => refusal.text_bytes(),
        }
    }
}

impl Refusal {
    fn map(self, change: impl Fn(String) -> String) -> Self {
        match self {
            Self::NotGranted(text) => Self::NotGranted(change(text)),
            Self::InvalidRequest(text) => Self::InvalidRequest(change(text)),
            Self::Unreachable(text) => Self::Unreachable(change(text)),
            Self::MalformedAnswer(text) => Self::MalformedAnswer(change(text)),
            Self::InsufficientScope(scopes) => {
                Self::InsufficientScope(scopes.into_iter().map(change).collect())
            }
            Self::SessionExpired | Self::RateLimited(_) | Self::TimedOut | Self::TooLarge(_) => {
                self
            }
        }
    }

    fn text_bytes(&self) -> usize {
        match self {
            Self::NotGranted(text)
            | Self::InvalidRequest(text)
            | Self::Unreachable(text)
            | Self::MalformedAnswer(text) => text.len(),
            Self::InsufficientScope(scopes) => scopes.iter().map(String::len).sum(),
            Self::SessionExpired | Self::RateLimited(_) | Self::TimedOut | Self::TooLarge(_) => 0,
        }
    }
}
