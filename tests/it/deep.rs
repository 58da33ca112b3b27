//! Deep settings by hand: whole values of those that an input schema tells in words only, and which the plugins check
//! in code. Each is as Auth0's documents and recorded traffic have it.

use serde_json::{Value, json};

const FLOW: &str = "af_0123456789012345678901";

/// Values of a field whose schema is an object without properties.
pub(crate) fn objects(field: &str) -> Vec<Value> {
    match field {
        "coordinates" => vec![json!({"x": 0, "y": -12}), json!({"x": 999_999, "y": 500})],
        "languages" => {
            vec![json!({"primary": "en"}), json!({"primary": "de", "default": "en"}), json!({})]
        }
        "start" => vec![
            json!({"next_node": "$ending", "coordinates": {"x": 0, "y": 0}}),
            json!({"hidden_fields": [{"key": "source", "value": "shop"}, {"key": "k"}], "next_node": "$ending"}),
        ],
        "hidden_fields" => vec![json!({"key": "a-key_1", "value": "v"}), json!({"key": "k"})],
        "ending" => vec![
            json!({"resume_flow": true, "coordinates": {"x": 1_250, "y": 0}}),
            json!({"redirection": {"delay": 10, "target": "https://after.example/"}}),
            json!({"after_submit": {"flow_id": FLOW}}),
        ],
        "redirection" => vec![json!({"target": "https://after.example/"})],
        "after_submit" => vec![json!({"flow_id": FLOW}), json!({})],
        "style" => vec![json!({"css": "h1 { background: red; }"}), json!({})],
        "messages" => vec![
            json!({"errors": {"ERR_REQUIRED_PROPERTY": "Needed"}, "custom": {"welcome": "Hi \"you\""}}),
            json!({"custom": {"a": "b"}}),
        ],
        "translations" => {
            vec![json!({"de": {"nodes": {"step_a": {"alias": "Schritt"}}}}), json!({})]
        }
        "jwt_configuration" => {
            vec![json!({"alg": "PS256", "lifetime_in_seconds": 1}), json!({"alg": "RS512"})]
        }
        "refresh_token" => refresh_tokens(),
        "mobile" => vec![
            json!({"android": {"app_package_name": "com.example", "sha256_cert_fingerprints": ["D8:A0:83:11"]},
                "ios": {"team_id": "9JA89QQLNQ", "app_bundle_identifier": "com.my.bundle.id"}}),
        ],
        "native_social_login" => vec![
            json!({"apple": {"enabled": true}, "facebook": {"enabled": false}, "google": {"enabled": true}}),
        ],
        "oidc_logout" => vec![
            json!({"backchannel_logout_urls": ["https://example.com/logout"], "backchannel_logout_initiators":
                {"mode": "custom", "selected_initiators": ["rp-logout", "account-deactivated"]},
                "backchannel_logout_session_metadata": {"include": true}}),
            json!({"backchannel_logout_initiators": {"mode": "all"}}),
        ],
        "token_encryption" => vec![
            json!({"format": "compact-nested-jwe", "encryption_key": {"name": "k", "alg": "RSA-OAEP-256", "kid": "1",
                "pem": "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"}}),
            json!({"format": "compact-nested-jwe", "encryption_key": {"alg": "RSA-OAEP-512", "pem": "x"}}),
        ],
        "authorization_details" => vec![json!({"type": "payment"})],
        "proof_of_possession" => vec![
            json!({"mechanism": "mtls", "required": true}),
            json!({"mechanism": "dpop", "required": false, "required_for": "all_clients"}),
        ],
        "subject_type_authorization" => vec![
            json!({"user": {"policy": "allow_all"}, "client": {"policy": "require_client_grant"}}),
            json!({"client": {"policy": "deny_all"}}),
        ],
        "scopes" => vec![json!({"value": "read:a", "description": "Read"}), json!({"value": "b"})],
        "dependencies" => vec![
            json!({"name": "lodash", "version": "4.17.21", "registry_url": "https://npm.example/"}),
        ],
        "secrets" => vec![json!({"name": "KEY", "value": "s"})],
        _ => panic!("{field} has become an object whose shape is told in words: add values here"),
    }
}

fn refresh_tokens() -> Vec<Value> {
    vec![
        json!({"rotation_type": "rotating", "expiration_type": "expiring", "leeway": 0, "token_lifetime": 157_788_000,
            "infinite_token_lifetime": false, "idle_token_lifetime": 1, "infinite_idle_token_lifetime": true}),
        json!({"rotation_type": "non-rotating", "expiration_type": "non-expiring"}),
    ]
}

/// Lists of nodes that point at each other and at the end.
pub(crate) fn nodes() -> Vec<Value> {
    vec![
        json!([]),
        json!([{"id": "a", "type": "STEP", "alias": "First", "coordinates": {"x": 1, "y": 2},
            "config": {"components": blocks(), "next_node": "b"}}, {"id": "b", "type": "STEP"}]),
        json!([{"id": "a", "type": "STEP", "config": {"components": fields(), "next_node": "$ending"}}]),
        json!([{"id": "a", "type": "STEP", "config": {"components": widgets(), "next_node": "$ending"}}]),
        json!([
            {"id": "r", "type": "ROUTER", "config": {"rules": [{"id": "one", "alias": "Rule", "condition":
                {"operator": "AND", "operands": [{"operand": "{{vars.age}}", "operator": "LT", "value": 16}]}, "next_node": "f"}],
                "fallback": "$ending"}},
            {"id": "f", "type": "FLOW", "config": {"flow_id": FLOW, "next_node": "$ending"}},
        ]),
    ]
}

fn blocks() -> Value {
    json!([
        {"id": "i1", "category": "BLOCK", "type": "DIVIDER", "config": {"text": "or"}},
        {"id": "i2", "category": "BLOCK", "type": "DIVIDER"},
        {"id": "i3", "category": "BLOCK", "type": "HTML", "config": {"content": "<b>x</b>"}},
        {"id": "i4", "category": "BLOCK", "type": "IMAGE", "config": {"src": "https://a/b.png", "position": "LEFT", "height": 20.5}},
        {"id": "i5", "category": "BLOCK", "type": "JUMP_BUTTON",
            "config": {"text": "Skip", "next_node": "$ending", "style": {"background_color": "#a1B2c3"}}},
        {"id": "i6", "category": "BLOCK", "type": "RESEND_BUTTON", "config": {"active_text": "a", "button_text": "b",
            "waiting_text": "c", "text_alignment": "CENTER", "flow_id": FLOW, "max_attempts": 3, "waiting_time": 30}},
        {"id": "i7", "category": "BLOCK", "type": "NEXT_BUTTON", "config": {"text": "Next"}},
        {"id": "i8", "category": "BLOCK", "type": "PREVIOUS_BUTTON", "config": {"text": "Back"}},
        {"id": "i9", "category": "BLOCK", "type": "RICH_TEXT", "config": {"content": "<h2>x</h2>"}},
    ])
}

fn widgets() -> Value {
    json!([
        {"id": "w1", "category": "WIDGET", "type": "AUTH0_VERIFIABLE_CREDENTIALS", "label": "l", "hint": "h",
            "required": true, "sensitive": false, "config": {"url": "https://a/", "size": 200, "alternate_text": "a",
            "access_token": "t", "verification_id": "v", "max_wait": 60}},
        {"id": "w2", "category": "WIDGET", "type": "GMAPS_ADDRESS", "config": {"api_key": "k"}},
        {"id": "w3", "category": "WIDGET", "type": "RECAPTCHA", "config": {"site_key": "s", "secret_key": "k"}},
    ])
}

fn fields() -> Value {
    let option = json!({"value": "a", "label": "A"});
    let choice = json!({"multiple": true, "options": [option], "allow_other":
        {"enabled": true, "label": "Other", "placeholder": "?"}});
    let configs = [
        ("BOOLEAN", json!({"default_value": true, "options": {"true": "Yes", "false": "No"}})),
        (
            "CARDS",
            json!({"hide_labels": true, "options": [{"value": "a", "label": "A", "image_url": "https://a/b"}]}),
        ),
        ("CHOICE", choice),
        (
            "CUSTOM",
            json!({"schema": {"type": "object"}, "code": "x", "css": "a{}", "params": {"k": "v"}}),
        ),
        ("DATE", json!({"format": "TIME", "default_value": "10:00"})),
        ("DROPDOWN", json!({"multiple": false, "options": [option], "placeholder": "Choose"})),
        ("EMAIL", json!({"default_value": "a@b.example", "placeholder": "you@example.com"})),
        (
            "FILE",
            json!({"multiple": true, "storage": {"type": "MANAGED"}, "categories": ["IMAGE"],
            "extensions": ["pdf"], "maxSize": 1024, "maxFiles": 2}),
        ),
        ("LEGAL", json!({"text": "I accept"})),
        (
            "NUMBER",
            json!({"default_value": 1.5, "placeholder": "1", "min_value": -1, "max_value": 10}),
        ),
        (
            "PASSWORD",
            json!({"hash": "SHA256", "placeholder": "", "min_length": 8, "max_length": 64,
            "complexity": true, "nist": false, "strength_meter": true}),
        ),
        (
            "PAYMENT",
            json!({"provider": "STRIPE", "charge": {"type": "ONE_OFF", "one_off": {"amount": "10.50",
            "currency": "EUR"}}, "credentials": {"public_key": "p", "private_key": "q"},
            "fields": {"card_number": {"label": "Card"}, "trustmarks": true}}),
        ),
        ("SOCIAL", json!({})),
        (
            "TEL",
            json!({"placeholder": "", "min_length": 1, "max_length": 20, "country_picker": true,
            "strings": {"filter_placeholder": "Find"}}),
        ),
        (
            "TEXT",
            json!({"multiline": true, "default_value": "x", "min_length": 1, "max_length": 500}),
        ),
        ("URL", json!({"placeholder": "https://"})),
    ];
    configs
        .into_iter()
        .enumerate()
        .map(|(number, (kind, config))| {
            json!({"id": format!("f{number}"), "category": "FIELD", "type": kind, "label": kind, "hint": "h",
                "required": true, "sensitive": false, "config": config})
        })
        .collect()
}
