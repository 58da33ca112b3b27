//! The enums that creating and listing share, as Auth0's OpenAPI document has them (Management API v2, 2026-06-25).

use schemars::JsonSchema;
use serde::Deserialize;

// `client`: the application itself, machine to machine; `user`: on behalf of a user.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubjectType {
    Client,
    User,
}

impl SubjectType {
    /// As the API writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::User => "user",
        }
    }
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "read by schemars only: the caller's own JSON is sent")]
pub(crate) enum OrganizationUsage {
    Deny,
    Allow,
    Require,
}
