//! The nested settings that creating and changing an API share, as Auth0's OpenAPI document has them (Management API
//! v2, 2026-06-25), closed at every level.
//!
//! They describe what the host checks; what is described in words only is in `shape`. What is sent is the caller's own
//! JSON, so nothing here is ever built.

#![expect(dead_code, reason = "read by schemars only, see above")]

use schemars::JsonSchema;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scope {
    value: String,
    description: Option<String>,
}

#[derive(JsonSchema)]
pub(crate) enum SigningAlgorithm {
    HS256,
    RS256,
    RS512,
    PS256,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenDialect {
    AccessToken,
    AccessTokenAuthz,
    #[serde(rename = "rfc9068_profile")]
    Rfc9068,
    #[serde(rename = "rfc9068_profile_authz")]
    Rfc9068Authz,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ConsentPolicy {
    TransactionalAuthorizationWithMfa,
}
