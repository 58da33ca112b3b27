//! The shape of the settings that the input schemas describe in words or leave to the words of
//! auth0_create_resource_server, as Auth0's OpenAPI document has them (Management API v2, 2026-06-25), closed at every
//! level. Checked here before anything is sent.
//!
//! Where the document leaves an object open (`authorization_details`, the parts of `subject_type_authorization`), the
//! one property that Auth0 knows there is the only one.

use auth0_mcp_plugin::shape::{
    Field,
    Rule::{self, Bool, Closed, Format, Integer, List, Nullable, Text, Word},
    TEXT, may, must,
};

/// What the schema of a create leaves open.
pub(crate) const CREATE: &[Field] = &[
    NAME,
    may("identifier", Text(1, 600)),
    SCOPES,
    may("token_lifetime", LIFETIME),
    may("token_lifetime_for_web", LIFETIME),
    may("token_encryption", TOKEN_ENCRYPTION),
    AUTHORIZATION_DETAILS,
    may("proof_of_possession", PROOF_OF_POSSESSION),
    SUBJECT_TYPE_AUTHORIZATION,
];

/// What the schema of an update leaves open.
pub(crate) const UPDATE: &[Field] = &[
    NAME,
    SCOPES,
    may("signing_alg", Word(&["HS256", "RS256", "RS512", "PS256"])),
    may("token_lifetime", LIFETIME),
    may("token_lifetime_for_web", LIFETIME),
    may(
        "token_dialect",
        Word(&["access_token", "access_token_authz", "rfc9068_profile", "rfc9068_profile_authz"]),
    ),
    may("token_encryption", Nullable(&TOKEN_ENCRYPTION)),
    may("consent_policy", Nullable(&Word(&["transactional-authorization-with-mfa"]))),
    AUTHORIZATION_DETAILS,
    may("proof_of_possession", Nullable(&PROOF_OF_POSSESSION)),
    SUBJECT_TYPE_AUTHORIZATION,
];

const NAME: Field = may("name", Format(is_name, "text of 1 to 200 characters without < and >"));

const SCOPES: Field =
    may("scopes", List(&Closed(&[must("value", Text(1, 280)), may("description", Text(0, 500))])));

const LIFETIME: Rule = Integer(0, 2_592_000);

const TOKEN_ENCRYPTION: Rule = Closed(&[
    must("format", Word(&["compact-nested-jwe"])),
    must(
        "encryption_key",
        Closed(&[
            may("name", Text(1, 128)),
            must("alg", Word(&["RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"])),
            may("kid", Text(1, 128)),
            must("pem", Text(1, 4096)),
        ]),
    ),
]);

const AUTHORIZATION_DETAILS: Field =
    may("authorization_details", Nullable(&List(&Closed(&[must("type", TEXT)]))));

const PROOF_OF_POSSESSION: Rule = Closed(&[
    must("mechanism", Word(&["mtls", "dpop"])),
    must("required", Bool),
    may("required_for", Word(&["public_clients", "all_clients"])),
]);

const SUBJECT_TYPE_AUTHORIZATION: Field = may(
    "subject_type_authorization",
    Closed(&[
        may(
            "user",
            Closed(&[may("policy", Word(&["allow_all", "deny_all", "require_client_grant"]))]),
        ),
        may("client", Closed(&[may("policy", Word(&["deny_all", "require_client_grant"]))])),
    ]),
);

fn is_name(text: &str) -> bool {
    (1..=200).contains(&text.chars().count()) && !text.contains(['<', '>'])
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
    fn wrong(table: &[Field], body: &Value) -> String {
        match fit(table, body.as_object().expect("an object")) {
            Ok(()) => String::new(),
            Err(Failure::InvalidArguments(text)) => text,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn check(body: &Value, expected: &str) {
        assert_eq!(wrong(CREATE, body), expected, "create");
        assert_eq!(wrong(UPDATE, body), expected, "update");
    }

    #[track_caller]
    fn check_update(body: &Value, expected: &str) {
        assert_eq!(wrong(UPDATE, body), expected);
    }

    #[test]
    fn all_that_the_settings_may_hold() {
        let key = json!({ "name": "n", "alg": "RSA-OAEP-384", "kid": "k", "pem": "p" });
        check(
            &json!({ "token_encryption": { "format": "compact-nested-jwe", "encryption_key": key },
                "authorization_details": [{ "type": "payment" }],
                "proof_of_possession": { "mechanism": "dpop", "required": true, "required_for": "all_clients" },
                "subject_type_authorization": { "user": { "policy": "allow_all" },
                    "client": { "policy": "require_client_grant" } } }),
            "",
        );
        check(&json!({ "authorization_details": null, "subject_type_authorization": {} }), "");
        check_update(
            &json!({ "token_encryption": null, "proof_of_possession": null, "consent_policy": null }),
            "",
        );
    }

    #[test]
    fn nested_settings_are_closed() {
        check(
            &json!({ "token_encryption": { "format": "jwe", "encryption_key": { "alg": "RSA", "kid": "" } } }),
            "token_encryption.format must be one of compact-nested-jwe; \
             token_encryption.encryption_key.alg must be one of RSA-OAEP-256, RSA-OAEP-384, RSA-OAEP-512; \
             token_encryption.encryption_key.kid must be text of 1 to 128 characters; \
             token_encryption.encryption_key.pem is required",
        );
        check(
            &json!({ "authorization_details": [{ "type": "a" }, { "kind": "b" }] }),
            "authorization_details[1].kind is unknown, known here: type; authorization_details[1].type is required",
        );
        check(
            &json!({ "proof_of_possession": { "mechanism": "tls", "required_for": "none" } }),
            "proof_of_possession.mechanism must be one of mtls, dpop; proof_of_possession.required is required; \
             proof_of_possession.required_for must be one of public_clients, all_clients",
        );
        check(
            &json!({ "subject_type_authorization": { "client": { "policy": "allow_all" }, "users": {} } }),
            "subject_type_authorization.users is unknown, known here: user, client; \
             subject_type_authorization.client.policy must be one of deny_all, require_client_grant",
        );
    }

    #[test]
    fn bounds() {
        for name in ["", "a<b", &"n".repeat(201)] {
            check(
                &json!({ "name": name }),
                "name must be text of 1 to 200 characters without < and >",
            );
        }
        check(
            &json!({ "scopes": [{ "value": "a" }, { "value": "", "description": "d".repeat(501), "x": 1 }, {}] }),
            "scopes[1].x is unknown, known here: value, description; \
             scopes[1].value must be text of 1 to 280 characters; \
             scopes[1].description must be text of 0 to 500 characters; scopes[2].value is required",
        );
        check(
            &json!({ "token_lifetime": -1, "token_lifetime_for_web": 2_592_001 }),
            "token_lifetime must be a whole number from 0 to 2592000; \
             token_lifetime_for_web must be a whole number from 0 to 2592000",
        );
        assert_eq!(
            wrong(CREATE, &json!({ "identifier": "" })),
            "identifier must be text of 1 to 600 characters"
        );
    }

    #[test]
    fn an_update_takes_the_words_of_a_create() {
        check_update(
            &json!({ "consent_policy": "x" }),
            "consent_policy must be one of transactional-authorization-with-mfa",
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
        assert_eq!(compared, 3);
    }
}
