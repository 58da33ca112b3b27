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
