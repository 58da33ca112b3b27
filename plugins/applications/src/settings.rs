//! The nested settings that creating and changing an application share, as Auth0's OpenAPI document has them
//! (Management API v2, 2026-06-25), closed at every level.
//!
//! They describe what the host checks; what is described in words only is in `shape`. What is sent is the caller's own JSON, so nothing here is ever built.

#![expect(dead_code, reason = "read by schemars only, see above")]

use schemars::JsonSchema;

// All 25 types. Most are integrations whose other settings are not offered here: addons,
// `resource_server_identifier`, `express_configuration`.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppType {
    Native,
    Spa,
    RegularWeb,
    NonInteractive,
    ResourceServer,
    ExpressConfiguration,
    Rms,
    Box,
    Cloudbees,
    Concur,
    Dropbox,
    Mscrm,
    Echosign,
    Egnyte,
    Newrelic,
    Office365,
    Salesforce,
    Sentry,
    Sharepoint,
    Slack,
    Springcm,
    Zendesk,
    Zoom,
    SsoIntegration,
    Oag,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenEndpointAuthMethod {
    None,
    ClientSecretPost,
    ClientSecretBasic,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrganizationUsage {
    Deny,
    Allow,
    Require,
}

#[derive(JsonSchema)]
pub(crate) enum OrganizationRequireBehavior {
    #[serde(rename = "no_prompt")]
    Never,
    #[serde(rename = "pre_login_prompt")]
    BeforeLogin,
    #[serde(rename = "post_login_prompt")]
    AfterLogin,
}

#[derive(JsonSchema)]
pub(crate) enum SigningAlgorithm {
    HS256,
    RS256,
    RS512,
    PS256,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JwtConfiguration {
    alg: Option<SigningAlgorithm>,
    lifetime_in_seconds: Option<i64>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshToken {
    rotation_type: RotationType,
    expiration_type: ExpirationType,
    leeway: Option<i64>,
    token_lifetime: Option<i64>,
    infinite_token_lifetime: Option<bool>,
    idle_token_lifetime: Option<i64>,
    infinite_idle_token_lifetime: Option<bool>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum RotationType {
    Rotating,
    NonRotating,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ExpirationType {
    Expiring,
    NonExpiring,
}

// What an update changes has been read before: the words are those of a create, in `shape`.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedJwtConfiguration {
    alg: Option<String>,
    lifetime_in_seconds: Option<i64>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedRefreshToken {
    rotation_type: Option<String>,
    expiration_type: Option<String>,
    leeway: Option<i64>,
    token_lifetime: Option<i64>,
    infinite_token_lifetime: Option<bool>,
    idle_token_lifetime: Option<i64>,
    infinite_idle_token_lifetime: Option<bool>,
}
