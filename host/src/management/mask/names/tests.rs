//! Names in every style that they come in, and names that only look alike.

use super::*;

#[test]
fn names_are_compared_in_any_case_style() {
    for (names, expected) in [
        (
            "client_secret clientSecret Client-Secret CLIENT_SECRET client.secret clientsecret",
            Place::All,
        ),
        (
            "signing_secret private_key privateKey storageAccessKey sasKey servicePassword masterkey",
            Place::All,
        ),
        ("recovery_code oob_code otp verification_code user_code secret_key", Place::All),
        (
            "refresh_token access_token id_token token mfa_token device_code client_assertion",
            Place::Text,
        ),
        (
            "Authorization Set-Cookie X-API-Key api_key password newPassword secret ticket",
            Place::Text,
        ),
        (
            "httpAuthorization segmentWriteKey server_key sumoSourceAddress ticket_id smtp_pass invitation_url",
            Place::Text,
        ),
        ("access_tokens client_secrets passwords apikeys refresh_tokens", Place::Text),
        (
            "subject_type_authorization bypass compass invitation signature passwordPolicy",
            Place::Open,
        ),
        ("password_complexity_options password_history password_options", Place::Open),
        (
            "stripe_api_key webhookSecret datadogApiKey aws_secret_access_key auth_token db_password",
            Place::Text,
        ),
        ("signing_keys signingKey encryption_key", Place::Keys),
        ("secrets setup", Place::Named),
        (
            "name code key value cert pem id_token_signing_alg token_endpoint_auth_method",
            Place::Open,
        ),
        (
            "secret_encoded private_key_jwt private_key_id sasKeyName keyId token_lifetime",
            Place::Open,
        ),
        (
            "token_type token_dialect accessedSecrets max_tokens next_token change_password credentials",
            Place::Open,
        ),
        ("client_secret_post signing_alg jwt_configuration", Place::Open),
    ] {
        for name in names.split(' ') {
            assert_eq!(place(name), expected, "{name}");
        }
    }
    assert_eq!(place(&format!("{}_api_key", "very_long_name".repeat(20))), Place::Text);
    assert_eq!(place(&format!("{}client_secret", "_".repeat(200))), Place::All);
    assert_eq!(place(""), Place::Open);
    assert_eq!(place("__"), Place::Open);
}
