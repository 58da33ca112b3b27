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
