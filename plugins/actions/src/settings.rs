//! The nested settings that creating and changing an Action share, closed at every level.
//!
//! They describe what the host checks; what they leave open is checked in `create` and `update`. What is sent is the caller's own JSON, so nothing
//! here is ever built.
//! Source: Auth0's OpenAPI document (Management API v2, 2026-06-25).

#![expect(dead_code, reason = "read by schemars only, see above")]

use schemars::JsonSchema;

// The ids are no enum: tenants have triggers that the OpenAPI document does not list.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTrigger {
    /// Such as post-login, credentials-exchange, pre-user-registration
    id: String,
    /// Default: the current
    version: Option<String>,
}

// What an update changes has been read before: which fields are required is checked in `update`.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trigger {
    id: Option<String>,
    version: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedDependency {
    name: Option<String>,
    version: Option<String>,
    registry_url: Option<String>,
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
    name: String,
    #[schemars(extend("writeOnly" = true))]
    value: String,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secret {
    name: Option<String>,
    /// Left out: stays
    #[schemars(extend("writeOnly" = true))]
    value: Option<String>,
}
