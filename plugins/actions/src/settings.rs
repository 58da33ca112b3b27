//! The nested settings that creating and changing an Action share, closed at every level.
//!
//! They describe what the host checks. What is sent is the caller's own JSON, so nothing here is ever built.
//! Sources: Auth0's OpenAPI document (Management API v2, 2026-06-25); limits of secrets:
//! <https://auth0.com/docs/customize/actions/limitations>.

#![expect(dead_code, reason = "read by schemars only, see above")]

use schemars::JsonSchema;

// The ids are no enum: tenants have triggers that the OpenAPI document does not list.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTrigger {
    /// Such as post-login, credentials-exchange, pre-user-registration
    id: String,
    /// Default: the current one
    version: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trigger {
    id: String,
    version: String,
}

// An npm package.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dependency {
    name: String,
    version: String,
    registry_url: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSecret {
    #[schemars(length(min = 1, max = 128))]
    name: String,
    #[schemars(length(min = 1, max = 4096), extend("writeOnly" = true))]
    value: String,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secret {
    #[schemars(length(min = 1, max = 128))]
    name: String,
    /// Left out: keeps the stored value
    #[schemars(length(min = 1, max = 4096), extend("writeOnly" = true))]
    value: Option<String>,
}
