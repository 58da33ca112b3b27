//! The nested settings that creating and changing an API share, as Auth0's OpenAPI document has them (Management API
//! v2, 2026-06-25), closed at every level.
//!
//! They describe what the host checks. What is sent is the caller's own JSON, so nothing here is ever built. Where the
//! document leaves an object open (`authorization_details`, the parts of `subject_type_authorization`), the one
//! property that Auth0 knows there is the only one.

#![expect(dead_code, reason = "read by schemars only, see above")]

use schemars::JsonSchema;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scope {
    #[schemars(length(min = 1, max = 280))]
    value: String,
    #[schemars(length(max = 500))]
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
#[serde(deny_unknown_fields)]
pub(crate) struct TokenEncryption {
    format: EncryptionFormat,
    encryption_key: EncryptionKey,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum EncryptionFormat {
    CompactNestedJwe,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct EncryptionKey {
    #[schemars(length(min = 1, max = 128))]
    name: Option<String>,
    alg: EncryptionAlgorithm,
    #[schemars(length(min = 1, max = 128))]
    kid: Option<String>,
    /// Public key
    #[schemars(length(min = 1, max = 4096))]
    pem: String,
}

#[derive(JsonSchema)]
enum EncryptionAlgorithm {
    #[serde(rename = "RSA-OAEP-256")]
    Oaep256,
    #[serde(rename = "RSA-OAEP-384")]
    Oaep384,
    #[serde(rename = "RSA-OAEP-512")]
    Oaep512,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ConsentPolicy {
    TransactionalAuthorizationWithMfa,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorizationDetails {
    r#type: String,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofOfPossession {
    mechanism: Mechanism,
    required: bool,
    required_for: Option<RequiredFor>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mechanism {
    Mtls,
    Dpop,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RequiredFor {
    PublicClients,
    AllClients,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubjectTypeAuthorization {
    user: Option<UserAccess>,
    client: Option<ClientAccess>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserAccess {
    policy: Option<UserPolicy>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum UserPolicy {
    AllowAll,
    DenyAll,
    RequireClientGrant,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct ClientAccess {
    policy: Option<ClientPolicy>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ClientPolicy {
    DenyAll,
    RequireClientGrant,
}
