//! The nested settings that creating and changing an application share, as Auth0's OpenAPI document has them
//! (Management API v2, 2026-06-25), closed at every level.
//!
//! They describe what the host checks. What is sent is the caller's own JSON, so nothing here is ever built.

#![expect(dead_code, reason = "read by schemars only, see above")]

use auth0_mcp_plugin::Patch;
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
    lifetime_in_seconds: Option<u32>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshToken {
    rotation_type: RotationType,
    expiration_type: ExpirationType,
    leeway: Option<u32>,
    #[schemars(range(min = 1, max = 157_788_000))]
    token_lifetime: Option<u32>,
    infinite_token_lifetime: Option<bool>,
    #[schemars(range(min = 1))]
    idle_token_lifetime: Option<u32>,
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

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mobile {
    android: Option<Android>,
    ios: Option<Ios>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Android {
    app_package_name: Option<String>,
    #[schemars(length(min = 1))]
    sha256_cert_fingerprints: Option<Vec<String>>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ios {
    team_id: Option<String>,
    app_bundle_identifier: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OidcLogout {
    backchannel_logout_urls: Option<Vec<String>>,
    backchannel_logout_initiators: Option<Initiators>,
    #[serde(default)]
    backchannel_logout_session_metadata: Patch<SessionMetadata>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Initiators {
    mode: Option<InitiatorsMode>,
    selected_initiators: Option<Vec<Initiator>>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum InitiatorsMode {
    Custom,
    All,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Initiator {
    RpLogout,
    IdpLogout,
    PasswordChanged,
    SessionExpired,
    SessionRevoked,
    AccountDeleted,
    EmailIdentifierChanged,
    MfaPhoneUnenrolled,
    AccountDeactivated,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct SessionMetadata {
    include: Option<bool>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NativeSocialLogin {
    apple: Option<SocialLogin>,
    facebook: Option<SocialLogin>,
    google: Option<SocialLogin>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct SocialLogin {
    enabled: Option<bool>,
}
