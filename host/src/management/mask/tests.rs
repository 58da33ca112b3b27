//! What is masked and what stays, on objects shaped like the tenant's.

use serde_json::{Value, json};

use super::*;
use crate::secret::Secret;

const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n";

fn masked(mask: &Mask, value: &Value) -> Value {
    let body = value.to_string();
    let mut json = Json::read(body.as_bytes()).unwrap();
    mask.value(&mut json);
    serde_json::from_str(&json.write(0)).unwrap()
}

#[track_caller]
fn check(value: Value, expected: Value) {
    assert_eq!(masked(&Mask::default(), &value), expected);
}

#[test]
fn an_application_keeps_its_settings_and_loses_its_secrets() {
    check(
        json!({
            "client_id": "abcdefghijklmnopqrstuvwxyz012345", "client_secret": "s3cr3t", "name": "Shop",
            "signing_keys": [{"cert": "-----BEGIN CERTIFICATE-----\r\nMII", "key": PEM, "pkcs7": "-----BEGIN PKCS7-----", "subject": "/CN=x"}],
            "signing_key": {"cert": "public", "private": "s3cr3t"},
            "encryption_key": {"pub": "public", "cert": "public", "subject": "public", "extra": "s3cr3t"},
            "refresh_token": {"rotation_type": "rotating", "leeway": 0},
            "jwt_configuration": {"secret_encoded": true, "alg": "RS256", "lifetime_in_seconds": 36000},
            "token_endpoint_auth_method": "client_secret_post", "callbacks": ["https://example.com/cb?x=1"],
            "client_authentication_methods": {"private_key_jwt": {"credentials": [{"id": "cred_1"}]}},
            "addons": {
                "firebase": {"secret": "s3cr3t", "private_key_id": "kid", "private_key": "s3cr3t", "client_email": "a@example.com"},
                "layer": {"providerId": "p", "keyId": "k", "privateKey": "s3cr3t"},
                "azure_blob": {"accountName": "a", "storageAccessKey": "s3cr3t"},
                "azure_sb": {"sasKeyName": "my-policy", "sasKey": "s3cr3t"},
                "sap_api": {"servicePassword": "s3cr3t", "tokenEndpointUrl": "https://example.com"},
                "wams": {"masterkey": "s3cr3t"}, "samlp": {"signingCert": "public", "lifetimeInSeconds": 3600},
            },
            "client_metadata": {"team": "blue", "stripe_api_key": "s3cr3t", "note": "call ?token=s3cr3t"},
        }),
        json!({
            "client_id": "abcdefghijklmnopqrstuvwxyz012345", "client_secret": REDACTED, "name": "Shop",
            "signing_keys": [{"cert": "-----BEGIN CERTIFICATE-----\r\nMII", "key": REDACTED, "pkcs7": "-----BEGIN PKCS7-----", "subject": "/CN=x"}],
            "signing_key": {"cert": "public", "private": REDACTED},
            "encryption_key": {"pub": "public", "cert": "public", "subject": "public", "extra": REDACTED},
            "refresh_token": {"rotation_type": "rotating", "leeway": 0},
            "jwt_configuration": {"secret_encoded": true, "alg": "RS256", "lifetime_in_seconds": 36000},
            "token_endpoint_auth_method": "client_secret_post", "callbacks": ["https://example.com/cb?x=1"],
            "client_authentication_methods": {"private_key_jwt": {"credentials": [{"id": "cred_1"}]}},
            "addons": {
                "firebase": {"secret": REDACTED, "private_key_id": "kid", "private_key": REDACTED, "client_email": "a@example.com"},
                "layer": {"providerId": "p", "keyId": "k", "privateKey": REDACTED},
                "azure_blob": {"accountName": "a", "storageAccessKey": REDACTED},
                "azure_sb": {"sasKeyName": "my-policy", "sasKey": REDACTED},
                "sap_api": {"servicePassword": REDACTED, "tokenEndpointUrl": "https://example.com"},
                "wams": {"masterkey": REDACTED}, "samlp": {"signingCert": "public", "lifetimeInSeconds": 3600},
            },
            "client_metadata": {"team": "blue", "stripe_api_key": REDACTED, "note": format!("call ?token={REDACTED}")},
        }),
    );
}

#[test]
fn the_other_families() {
    for (value, expected) in [
        (
            json!({"signing_alg": "HS256", "signing_secret": "s3cr3t"}),
            json!({"signing_alg": "HS256", "signing_secret": REDACTED}),
        ),
        (
            json!({"token_encryption": {"format": "compact-nested-jwe", "encryption_key": {"name": "n", "alg": "RSA-OAEP-256", "kid": "k", "thumbprint_sha256": "t"}}}),
            json!({"token_encryption": {"format": "compact-nested-jwe", "encryption_key": {"name": "n", "alg": "RSA-OAEP-256", "kid": "k", "thumbprint_sha256": "t"}}}),
        ),
        (
            json!({"code": "const secret = event.secrets.API_KEY;\n", "secrets": [{"name": "API_KEY", "value": "s3cr3t", "updated_at": "2026-01-01"}]}),
            json!({"code": "const secret = event.secrets.API_KEY;\n", "secrets": [{"name": "API_KEY", "value": REDACTED, "updated_at": "2026-01-01"}]}),
        ),
        (json!({"code": "const token = make('x')"}), json!({"code": "const token = make('x')"})),
        (
            json!({"type": "RECAPTCHA", "config": {"site_key": "public", "secret_key": "s3cr3t"}}),
            json!({"type": "RECAPTCHA", "config": {"site_key": "public", "secret_key": REDACTED}}),
        ),
        (
            json!({"type": "GMAPS_ADDRESS", "config": {"api_key": "s3cr3t"}}),
            json!({"type": "GMAPS_ADDRESS", "config": {"api_key": REDACTED}}),
        ),
        (
            json!({"setup": {"type": "API_KEY", "deep": {"k": "s3cr3t", "n": 1}}}),
            json!({"setup": {"type": "API_KEY", "deep": {"k": REDACTED, "n": REDACTED}}}),
        ),
        (
            json!({"headers": [{"name": "Authorization", "value": "s3cr3t"}, {"name": "Accept", "value": "x"}]}),
            json!({"headers": [{"name": "Authorization", "value": REDACTED}, {"name": "Accept", "value": "x"}]}),
        ),
        (
            json!({"keys": [{"kty": "RSA", "n": "public", "e": "AQAB", "d": "s3cr3t", "p": "s3cr3t"}]}),
            json!({"keys": [{"kty": "RSA", "n": "public", "e": "AQAB", "d": REDACTED, "p": REDACTED}]}),
        ),
        (json!({"d": "not a key", "k": 1}), json!({"d": "not a key", "k": 1})),
    ] {
        check(value, expected);
    }
}

#[test]
fn a_log_entry() {
    check(
        json!({
            "type": "sapi", "description": "Create a client", "log_id": "9".repeat(56), "date": "2026-05-29T10:45:58.888Z",
            "details": {
                "request": {
                    "method": "post", "path": "/api/v2/clients", "query": {"ticket": "s3cr3t", "page": "1"},
                    "body": {"client_secret": "s3cr3t", "grant_types": ["client_credentials"]},
                    "auth": {"user": {"user_id": "x"}, "strategy": "jwt", "credentials": {"jti": "j", "scopes": ["read:clients"]}},
                },
                "response": {"statusCode": 201, "body": {"access_token": "s3cr3t", "refresh_token": "s3cr3t", "otp": 123_456, "verification_code": 483_920}},
                "raw": "grant_type=client_credentials&client_secret=s3cr3t",
                "text": format!("got {JWT} and {{\"password\":\"s3cr3t\"}}"),
            },
        }),
        json!({
            "type": "sapi", "description": "Create a client", "log_id": "9".repeat(56), "date": "2026-05-29T10:45:58.888Z",
            "details": {
                "request": {
                    "method": "post", "path": "/api/v2/clients", "query": {"ticket": REDACTED, "page": "1"},
                    "body": {"client_secret": REDACTED, "grant_types": ["client_credentials"]},
                    "auth": {"user": {"user_id": "x"}, "strategy": "jwt", "credentials": {"jti": "j", "scopes": ["read:clients"]}},
                },
                "response": {"statusCode": 201, "body": {"access_token": REDACTED, "refresh_token": REDACTED, "otp": REDACTED, "verification_code": REDACTED}},
                "raw": format!("grant_type=client_credentials&client_secret={REDACTED}"),
                "text": format!("got {REDACTED} and {{\"password\":\"{REDACTED}\"}}"),
            },
        }),
    );
}

#[test]
fn what_is_empty_or_a_setting_stays() {
    let same = json!({
        "client_secret": "", "signing_keys": [], "private_key": null, "password": {"enabled": true}, "secret": false,
        "access_token": 86400, "token_lifetime": 3600, "idle_token_lifetime": 1, "next": "abc", "next_token": "abc",
        "token_type": "Bearer", "change_password": "https://example.com/x", "keys": ["a"], "key": "value",
    });
    check(same.clone(), same);
}

#[test]
fn live_secrets_are_found_in_values_names_and_messages() {
    let redactor = Redactor::default();
    redactor.add(&Secret::new("live-value-of-a-token".into()));
    let mask = Mask::new(redactor);
    let value = json!({"a": ["x live-value-of-a-token y"], "live-value-of-a-token": 1, JWT: {"b": 2}, "z": 3});
    let text = masked(&mask, &value).to_string();
    assert!(
        !text.contains("live-value") && !text.contains("eyJ") && text.contains(r#""z":3"#),
        "{text}"
    );
    assert_eq!(mask.text("sent live-value-of-a-token"), "sent [REDACTED]");
    assert_eq!(mask.text(&format!("sent Bearer {JWT}")), "sent Bearer [REDACTED]");
    assert!(matches!(mask.text("nothing to see"), Cow::Borrowed(_)));
}

#[test]
fn an_object_below_a_secrets_name_keeps_its_settings_only() {
    for (value, expected) in [
        (
            json!({"secret": {"value": "x", "name": "n"}}),
            json!({"secret": {"value": REDACTED, "name": "n"}}),
        ),
        (
            json!({"token": {"value": 1234, "deep": ["x"]}}),
            json!({"token": {"value": REDACTED, "deep": [REDACTED]}}),
        ),
        (
            json!({"password": {"current": "x", "new": {"y": "z"}}}),
            json!({"password": {"current": REDACTED, "new": {"y": REDACTED}}}),
        ),
        (json!({"access_tokens": {"google": "x"}}), json!({"access_tokens": {"google": REDACTED}})),
        (
            json!({"passwords": ["x"], "apikeys": "y"}),
            json!({"passwords": [REDACTED], "apikeys": REDACTED}),
        ),
    ] {
        check(value, expected);
    }
    let same = json!({
        "refresh_token": {"rotation_type": "rotating", "policies": [{"audience": "a", "scope": ["s"]}], "new": "setting"},
        "authentication_methods": {"password": {"enabled": true, "api_behavior": "required", "signup_behavior": "allow"}},
        "subject_type_authorization": {"user": {"policy": "allow_all"}}, "token_quota": {"client_credentials": {"per_day": 5}},
        "passwordPolicy": "good", "password_complexity_options": {"min_length": 8}, "password_history": {"size": 5},
        "login-password": {"title": "Enter your password"}, "cookie": {"mode": "persistent"},
        "tokens": [{"id": "x", "user_id": "u", "device": {"initial_ip": "i"}, "created_at": "d"}],
    });
    check(same.clone(), same);
}

#[test]
fn code_is_told_by_its_field_and_not_by_its_lines() {
    let code = "const a = 1;\nf({\n  client_secret: event.secrets.KEY_123456789,\n  token: tokens.main1\n})";
    let same = json!({"code": code, "options": {"customScripts": {"login": code}}, "custom_login_page": code});
    check(same.clone(), same);
    check(
        json!({"raw": "POST / HTTP/1.1\r\nAuthorization: ApiKey x\r\n\r\nclient_secret=y&a=b"}),
        json!({"raw": format!("POST / HTTP/1.1\r\nAuthorization: {REDACTED}\r\n\r\nclient_secret={REDACTED}&a=b")}),
    );
}

/// Every name of the list, in any case style and at any place, as JSON, as JSON in a string and in a URL.
#[test]
fn a_planted_secret_never_survives() {
    const NAMES: &str = "client_secret signing_secret private_key storage_access_key sas_key service_password masterkey \
        secret_key api_key access_token refresh_token id_token device_code client_assertion mfa_token oob_code \
        recovery_code authorization proxy_authorization cookie set_cookie password new_password secret token ticket \
        x_api_key webhook_secret auth_token aws_secret_access_key passphrase code_verifier session_token";
    let mut random = fastrand::Rng::with_seed(5);
    for round in 0..3_000 {
        let name = random.choice(NAMES.split_whitespace().collect::<Vec<_>>()).unwrap();
        let name = restyle(name, &mut random);
        let planted: String = (0..random.usize(9..40)).map(|_| random.alphanumeric()).collect();
        let mut value = match round % 6 {
            0 => json!({&name: planted}),
            1 => json!({&name: [planted, [planted]]}),
            2 => json!({"body": json!({&name: planted, "a": {"b": [1]}}).to_string()}),
            3 => json!({"body": json!({"x": json!({&name: planted}).to_string()}).to_string()}),
            4 => json!({"url": format!("https://example.com/cb?a=b&{name}={planted}&c=d")}),
            _ => json!({"headers": [{"name": name, "value": planted}]}),
        };
        for _ in 0..random.usize(0..5) {
            value =
                if random.bool() { json!([value, 1]) } else { json!({"id": "x", "inner": value}) };
        }
        let before = value.to_string();
        let value = masked(&Mask::default(), &value);
        assert!(!value.to_string().contains(&planted), "{before}\n{value}");
    }
}

fn restyle(name: &str, random: &mut fastrand::Rng) -> String {
    let words = name.split('_');
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    match random.u8(0..5) {
        0 => name.to_owned(),
        1 => name.to_uppercase(),
        2 => name.replace('_', "-"),
        3 => words.map(upper).collect(),
        _ => words.map(upper).collect::<Vec<_>>().join("-"),
    }
}

/// Not a test of the machine but a guard against an accident: prints the time per body, fails at ten times it.
#[test]
#[expect(clippy::print_stdout, reason = "`cargo test -- --nocapture` shows the figure")]
fn masking_is_cheap() {
    let client = json!({
        "tenant": "x", "name": "Shop", "client_id": "abcdefghijklmnopqrstuvwxyz012345", "client_secret": "s".repeat(64),
        "callbacks": ["https://example.com/callback", "https://example.com/other"], "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"],
        "signing_keys": [{"cert": "x".repeat(1200), "subject": "/CN=x"}], "custom_login_page_on": true,
        "refresh_token": {"rotation_type": "rotating", "expiration_type": "expiring", "leeway": 0, "token_lifetime": 2_592_000},
        "jwt_configuration": {"secret_encoded": false, "lifetime_in_seconds": 36000, "alg": "RS256"}, "description": "a shop. ".repeat(10),
        "allowed_origins": [], "app_type": "regular_web", "is_first_party": true, "sso_disabled": false,
    });
    let body = client.to_string();
    let redactor = Redactor::default();
    redactor.add(&Secret::new("a".repeat(900)));
    redactor.add(&Secret::new("b".repeat(64)));
    let mask = Mask::new(redactor);
    let mut best = std::time::Duration::MAX;
    for _ in 0..200 {
        let start = std::time::Instant::now();
        let mut json = Json::read(body.as_bytes()).unwrap();
        mask.value(&mut json);
        assert!(!json.write(0).is_empty());
        best = best.min(start.elapsed());
    }
    println!("mask: {best:?} for {} bytes", body.len());
    assert!(
        best < std::time::Duration::from_micros(if cfg!(debug_assertions) { 1000 } else { 100 }),
        "{best:?}"
    );
}
