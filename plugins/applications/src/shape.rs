//! The shape of the settings that the input schemas describe in words or leave to the words of
//! auth0_create_application, as Auth0's OpenAPI document has them (Management API v2, 2026-06-25), closed at every
//! level. Checked here before anything is sent.

use auth0_mcp_plugin::shape::{
    FILLED, Field,
    Rule::{self, Bool, Closed, Filled, Format, Integer, List, Nullable, OneAtLeast, Text, Word},
    TEXT, may, must,
};

/// What the schema of a create leaves open.
pub(crate) const CREATE: &[Field] = &[
    NAME,
    CLIENT_ALIASES,
    ALLOWED_CLIENTS,
    GRANT_TYPES,
    JWT_CONFIGURATION,
    REFRESH_TOKEN,
    MOBILE,
    may(
        "native_social_login",
        OneAtLeast(&[may("apple", LOGIN), may("facebook", LOGIN), may("google", LOGIN)]),
    ),
    OIDC_LOGOUT,
];

/// What the schema of an update leaves open.
pub(crate) const UPDATE: &[Field] = &[
    NAME,
    may("app_type", Word(APP_TYPES)),
    may("description", Text(0, 140)),
    CLIENT_ALIASES,
    ALLOWED_CLIENTS,
    GRANT_TYPES,
    may(
        "token_endpoint_auth_method",
        Nullable(&Word(&["none", "client_secret_post", "client_secret_basic"])),
    ),
    JWT_CONFIGURATION,
    REFRESH_TOKEN,
    may("organization_usage", Nullable(&Word(&["deny", "allow", "require"]))),
    may(
        "organization_require_behavior",
        Nullable(&Word(&["no_prompt", "pre_login_prompt", "post_login_prompt"])),
    ),
    MOBILE,
    may(
        "native_social_login",
        Nullable(&OneAtLeast(&[
            may("apple", Nullable(&LOGIN)),
            may("facebook", Nullable(&LOGIN)),
            may("google", Nullable(&LOGIN)),
        ])),
    ),
    OIDC_LOGOUT,
];

/// All 25 types. Most are integrations whose other settings are not offered here: addons,
/// `resource_server_identifier`, `express_configuration`.
const APP_TYPES: &[&str] = &[
    "native",
    "spa",
    "regular_web",
    "non_interactive",
    "resource_server",
    "express_configuration",
    "rms",
    "box",
    "cloudbees",
    "concur",
    "dropbox",
    "mscrm",
    "echosign",
    "egnyte",
    "newrelic",
    "office365",
    "salesforce",
    "sentry",
    "sharepoint",
    "slack",
    "springcm",
    "zendesk",
    "zoom",
    "sso_integration",
    "oag",
];

const NAME: Field = may("name", Format(is_name, "text without < and >"));
const GRANT_TYPES: Field = may("grant_types", List(&FILLED));
const CLIENT_ALIASES: Field = may("client_aliases", List(&FILLED));
const ALLOWED_CLIENTS: Field = may("allowed_clients", List(&FILLED));

const JWT_CONFIGURATION: Field = may(
    "jwt_configuration",
    Closed(&[
        may("alg", Word(&["HS256", "RS256", "RS512", "PS256"])),
        may("lifetime_in_seconds", Integer(0, i64::MAX)),
    ]),
);

const REFRESH_TOKEN: Field = may(
    "refresh_token",
    Nullable(&Closed(&[
        must("rotation_type", Word(&["rotating", "non-rotating"])),
        must("expiration_type", Word(&["expiring", "non-expiring"])),
        may("leeway", Integer(0, i64::MAX)),
        may("token_lifetime", Integer(1, 157_788_000)),
        may("infinite_token_lifetime", Bool),
        may("idle_token_lifetime", Integer(1, i64::MAX)),
        may("infinite_idle_token_lifetime", Bool),
    ])),
);

const MOBILE: Field = may(
    "mobile",
    Closed(&[
        may(
            "android",
            Closed(&[
                may("app_package_name", TEXT),
                may("sha256_cert_fingerprints", Filled(&FILLED)),
            ]),
        ),
        may("ios", Closed(&[may("team_id", TEXT), may("app_bundle_identifier", TEXT)])),
    ]),
);

const LOGIN: Rule = OneAtLeast(&[may("enabled", Bool)]);

const OIDC_LOGOUT: Field = may(
    "oidc_logout",
    Closed(&[
        may("backchannel_logout_urls", List(&TEXT)),
        may(
            "backchannel_logout_initiators",
            Closed(&[
                may("mode", Word(&["custom", "all"])),
                may("selected_initiators", List(&Word(INITIATORS))),
            ]),
        ),
        may("backchannel_logout_session_metadata", Nullable(&Closed(&[may("include", Bool)]))),
    ]),
);

const INITIATORS: &[&str] = &[
    "rp-logout",
    "idp-logout",
    "password-changed",
    "session-expired",
    "session-revoked",
    "account-deleted",
    "email-identifier-changed",
    "mfa-phone-unenrolled",
    "account-deactivated",
];

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['<', '>'])
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{
        Failure,
        shape::{
            Field,
            Rule::{Nullable, Word},
            fit,
        },
    };
    use serde_json::{Value, json};

    use super::{CREATE, UPDATE};

    /// What is wrong with a body; empty where nothing is.
    fn wrong(table: &[Field], body: Value) -> String {
        match fit(table, body.as_object().expect("an object")) {
            Ok(()) => String::new(),
            Err(Failure::InvalidArguments(text)) => text,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn check(body: Value, expected: &str) {
        assert_eq!(wrong(CREATE, body.clone()), expected, "create");
        assert_eq!(wrong(UPDATE, body), expected, "update");
    }

    #[track_caller]
    fn check_update(body: Value, expected: &str) {
        assert_eq!(wrong(UPDATE, body), expected);
    }

    #[test]
    fn all_that_the_settings_may_hold() {
        check(
            json!({ "mobile": { "android": { "app_package_name": "a", "sha256_cert_fingerprints": ["A1"] },
                    "ios": { "team_id": "t", "app_bundle_identifier": "b" } },
                "native_social_login": { "apple": { "enabled": true }, "facebook": { "enabled": false },
                    "google": { "enabled": true } },
                "oidc_logout": { "backchannel_logout_urls": ["https://a"],
                    "backchannel_logout_initiators": { "mode": "custom", "selected_initiators": super::INITIATORS },
                    "backchannel_logout_session_metadata": { "include": true } },
                "client_aliases": ["a"], "allowed_clients": [] }),
            "",
        );
        check(json!({ "oidc_logout": { "backchannel_logout_session_metadata": null } }), "");
        check_update(json!({ "native_social_login": null, "refresh_token": null }), "");
        check_update(json!({ "native_social_login": { "apple": null } }), "");
    }

    #[test]
    fn nested_settings_are_closed() {
        check(
            json!({ "mobile": { "windows": {} } }),
            "mobile.windows is unknown, known here: android, ios",
        );
        check(
            json!({ "mobile": { "android": { "package": "a", "sha256_cert_fingerprints": [] } } }),
            "mobile.android.package is unknown, known here: app_package_name, sha256_cert_fingerprints; \
             mobile.android.sha256_cert_fingerprints must not be empty",
        );
        check(json!({ "mobile": { "ios": { "team_id": 1 } } }), "mobile.ios.team_id must be text");
        check(
            json!({ "native_social_login": {} }),
            "native_social_login must hold one of apple, facebook, google",
        );
        check(
            json!({ "native_social_login": { "google": { "enabled": "yes" } } }),
            "native_social_login.google.enabled must be true or false",
        );
        check(
            json!({ "oidc_logout": { "backchannel_logout_initiators": { "mode": "some",
                "selected_initiators": ["rp-logout", "logout"] }, "backchannel_logout_urls": [1] } }),
            "oidc_logout.backchannel_logout_urls[0] must be text; \
             oidc_logout.backchannel_logout_initiators.mode must be one of custom, all; \
             oidc_logout.backchannel_logout_initiators.selected_initiators[1] must be one of rp-logout, idp-logout, \
             password-changed, session-expired, session-revoked, account-deleted, email-identifier-changed, \
             mfa-phone-unenrolled, account-deactivated",
        );
        check(
            json!({ "client_aliases": [""] }),
            "client_aliases[0] must be text of at least 1 characters",
        );
    }

    #[test]
    fn bounds() {
        for name in ["", "a<b", ">"] {
            check(json!({ "name": name }), "name must be text without < and >");
        }
        check(
            json!({ "grant_types": [""] }),
            "grant_types[0] must be text of at least 1 characters",
        );
        check(
            json!({ "jwt_configuration": { "alg": "none", "lifetime_in_seconds": -1 } }),
            "jwt_configuration.alg must be one of HS256, RS256, RS512, PS256; \
             jwt_configuration.lifetime_in_seconds must be a whole number from 0",
        );
        check(
            json!({ "refresh_token": { "rotation_type": "always", "leeway": -1, "token_lifetime": 157_788_001,
                "idle_token_lifetime": 0 } }),
            "refresh_token.rotation_type must be one of rotating, non-rotating; refresh_token.expiration_type is \
             required; refresh_token.leeway must be a whole number from 0; refresh_token.token_lifetime must be a \
             whole number from 1 to 157788000; refresh_token.idle_token_lifetime must be a whole number from 1",
        );
    }

    #[test]
    fn an_update_takes_the_words_of_a_create() {
        check_update(
            json!({ "description": "é".repeat(141) }),
            "description must be text of 0 to 140 characters",
        );
        check_update(json!({ "description": "é".repeat(140), "app_type": "sso_integration" }), "");
        let unknown = wrong(UPDATE, json!({ "app_type": "web" }));
        assert!(
            unknown.starts_with("app_type must be one of native, spa, regular_web,"),
            "{unknown}"
        );
        check_update(
            json!({ "token_endpoint_auth_method": "post", "organization_usage": "yes",
                "organization_require_behavior": "ask" }),
            "token_endpoint_auth_method must be one of none, client_secret_post, client_secret_basic; \
             organization_usage must be one of deny, allow, require; \
             organization_require_behavior must be one of no_prompt, pre_login_prompt, post_login_prompt",
        );
    }

    #[test]
    fn the_words_are_those_of_the_schema_of_a_create() {
        let tools = crate::manifest().tools;
        let schema: Value = serde_json::from_str(&tools[2].input_schema).expect("JSON");
        let mut compared = 0;
        for field in UPDATE {
            let (&Word(words) | &Nullable(&Word(words))) = &field.rule else { continue };
            assert_eq!(schema["properties"][field.name]["enum"], json!(words), "{}", field.name);
            compared += 1;
        }
        assert_eq!(compared, 4);
    }
}
