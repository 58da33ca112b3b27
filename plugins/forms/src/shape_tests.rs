//! The table against Auth0's OpenAPI document: every component with all it may hold, and what each must.

use auth0_mcp_plugin::shape::Problems;
use serde_json::{Value, json};

use super::check_body;

/// What is wrong with a body of a create.
fn wrong(body: &Value) -> Option<String> {
    let mut problems = Problems::default();
    check_body(body.as_object().expect("an object"), false, &mut problems);
    problems.text()
}

/// A form with one component.
fn with(component: Value) -> Value {
    json!({ "name": "n", "nodes": [{ "id": "s", "type": "STEP", "config": { "components": [component] } }] })
}

/// All types of a category, and the least and the most config of each; null: none is needed.
fn components() -> Vec<(&'static str, &'static str, Value, Value)> {
    let options = json!([{ "value": "v", "label": "l" }]);
    let card = json!({ "label": "l", "placeholder": "p" });
    let charge = json!({ "type": "SUBSCRIPTION", "subscription": {} });
    let keys = json!({ "public_key": "a", "private_key": "b" });
    vec![
        ("BLOCK", "DIVIDER", Value::Null, json!({ "text": "t" })),
        ("BLOCK", "HTML", Value::Null, json!({ "content": "<p>" })),
        ("BLOCK", "IMAGE", Value::Null, json!({ "src": "s", "position": "LEFT", "height": 1.5 })),
        (
            "BLOCK",
            "JUMP_BUTTON",
            json!({ "text": "t", "next_node": "$ending" }),
            json!({ "text": "t", "next_node": "s", "style": { "background_color": "#A1b2c3" } }),
        ),
        (
            "BLOCK",
            "RESEND_BUTTON",
            json!({ "active_text": "a", "button_text": "b", "waiting_text": "w", "flow_id": "af_1" }),
            json!({ "active_text": "a", "button_text": "b", "waiting_text": "w", "flow_id": "af_1",
                "text_alignment": "CENTER", "max_attempts": 10, "waiting_time": 60 }),
        ),
        ("BLOCK", "NEXT_BUTTON", json!({ "text": "t" }), json!({ "text": "" })),
        ("BLOCK", "PREVIOUS_BUTTON", json!({ "text": "t" }), json!({ "text": "t" })),
        ("BLOCK", "RICH_TEXT", Value::Null, json!({ "content": "" })),
        (
            "WIDGET",
            "AUTH0_VERIFIABLE_CREDENTIALS",
            json!({ "url": "u", "alternate_text": "a", "access_token": "t", "verification_id": "v" }),
            json!({ "url": "u", "alternate_text": "a", "access_token": "t", "verification_id": "v", "size": 500,
                "max_wait": 60 }),
        ),
        ("WIDGET", "GMAPS_ADDRESS", json!({ "api_key": "k" }), json!({ "api_key": "k" })),
        (
            "WIDGET",
            "RECAPTCHA",
            json!({ "site_key": "a", "secret_key": "b" }),
            json!({ "site_key": "a", "secret_key": "b" }),
        ),
        (
            "FIELD",
            "BOOLEAN",
            json!({}),
            json!({ "default_value": true, "options": { "true": "yes", "false": "no" } }),
        ),
        (
            "FIELD",
            "CARDS",
            Value::Null,
            json!({ "hide_labels": true, "multiple": false, "default_value": [1],
                "options": [{ "value": "v", "label": "l", "image_url": "https://a" }] }),
        ),
        (
            "FIELD",
            "CHOICE",
            Value::Null,
            json!({ "multiple": true, "options": options, "default_value": null,
                "allow_other": { "enabled": true, "label": "l", "placeholder": "p" } }),
        ),
        (
            "FIELD",
            "CUSTOM",
            json!({ "schema": {}, "code": "c" }),
            json!({ "schema": { "type": "string" }, "code": "c", "css": "a", "params": { "k": "" } }),
        ),
        ("FIELD", "DATE", json!({}), json!({ "format": "TIME", "default_value": "" })),
        (
            "FIELD",
            "DROPDOWN",
            Value::Null,
            json!({ "multiple": true, "options": options, "default_value": {}, "placeholder": "p" }),
        ),
        ("FIELD", "EMAIL", Value::Null, json!({ "default_value": "a", "placeholder": "p" })),
        (
            "FIELD",
            "FILE",
            Value::Null,
            json!({ "multiple": true, "storage": { "type": "CUSTOM", "x": 1 }, "categories": ["AUDIO"],
                "extensions": ["pdf"], "maxSize": 1024, "maxFiles": 1 }),
        ),
        ("FIELD", "LEGAL", Value::Null, json!({ "text": "t" })),
        (
            "FIELD",
            "NUMBER",
            Value::Null,
            json!({ "default_value": -1.5, "placeholder": "p", "min_value": 0, "max_value": 1e9 }),
        ),
        (
            "FIELD",
            "PASSWORD",
            json!({}),
            json!({ "hash": "SHA256", "placeholder": "", "min_length": 1, "max_length": 9, "complexity": true,
                "nist": true, "strength_meter": false }),
        ),
        (
            "FIELD",
            "PAYMENT",
            json!({ "charge": charge, "credentials": keys }),
            json!({ "provider": "STRIPE", "customer": { "x": 1 }, "credentials": keys,
                "charge": { "type": "ONE_OFF", "one_off": { "amount": 0.01, "currency": "EUR", "x": 1 } },
                "fields": { "card_number": card, "expiration_date": card, "security_code": card, "trustmarks": true } }),
        ),
        ("FIELD", "SOCIAL", Value::Null, json!({})),
        (
            "FIELD",
            "TEL",
            Value::Null,
            json!({ "default_value": "", "placeholder": "", "min_length": 1, "max_length": 2, "country_picker": true,
                "strings": { "filter_placeholder": "f" } }),
        ),
        (
            "FIELD",
            "TEXT",
            Value::Null,
            json!({ "multiline": true, "default_value": "d", "placeholder": "p", "min_length": 1, "max_length": 2 }),
        ),
        ("FIELD", "URL", Value::Null, json!({ "default_value": "d", "placeholder": "p" })),
    ]
}

#[test]
fn every_component_is_known_with_all_it_may_hold() {
    assert_eq!(components().len(), 27);
    for (category, kind, least, most) in components() {
        let mut component = json!({ "id": "c_1-A", "category": category, "type": kind });
        if !least.is_null() {
            let missing = "nodes[0].config.components[0].config is required".to_owned();
            assert_eq!(wrong(&with(component.clone())), Some(missing), "{kind}");
            component["config"] = least;
        }
        assert_eq!(wrong(&with(component.clone())), None, "{kind} with the least");
        component["config"] = most;
        if category != "BLOCK" {
            for (key, value) in [
                ("label", json!("l")),
                ("hint", json!("h")),
                ("required", json!(true)),
                ("sensitive", json!(false)),
            ] {
                component[key] = value;
            }
        }
        assert_eq!(wrong(&with(component.clone())), None, "{kind} with the most");
        component["config"]["bogus"] = 1.into();
        let text = wrong(&with(component)).expect(kind);
        assert!(text.contains("config.bogus is unknown"), "{text}");
    }
}

#[test]
fn a_block_has_no_label() {
    let component = json!({ "id": "c", "category": "BLOCK", "type": "HTML", "label": "l" });
    let expected =
        "nodes[0].config.components[0].label is unknown, known here: id, category, config";
    assert_eq!(wrong(&with(component)).as_deref(), Some(expected));
}

#[track_caller]
fn check(mut body: Value, expected: &str) {
    body["name"] = "n".into();
    assert_eq!(wrong(&body).as_deref(), Some(expected));
}

#[test]
fn the_settings_around_the_nodes() {
    let all = json!({ "name": "n", "messages": { "errors": { "E": "e" }, "custom": {} },
        "languages": { "primary": "en", "default": "de" }, "translations": { "de": { "any": [1] } },
        "start": { "hidden_fields": [{ "key": "k", "value": "v" }], "next_node": "$ending",
            "coordinates": { "x": -999_999, "y": 999_999 } },
        "ending": { "redirection": { "delay": 10, "target": "t" }, "after_submit": { "flow_id": "af_1" },
            "coordinates": { "x": 0, "y": 0 }, "resume_flow": true },
        "style": { "css": "a" }, "nodes": [] });
    assert_eq!(wrong(&all), None);
    check(
        json!({ "start": { "coordinates": { "x": 1.5, "y": 1_000_000 } } }),
        "start.coordinates.x must be a whole \
        number from -999999 to 999999; start.coordinates.y must be a whole number from -999999 to 999999",
    );
    check(json!({ "ending": { "redirection": {} } }), "ending.redirection.target is required");
    check(
        json!({ "messages": { "errors": { "E": "" } } }),
        "messages.errors.E must be text of 1 to 255 characters",
    );
    check(json!({ "translations": { "de": "x" } }), "translations.de must be an object");
    check(json!({ "languages": [] }), "languages must be an object");
    check(
        json!({ "start": { "next_node": "$end" } }),
        "start.next_node must be the id of a node, or $ending",
    );
}

#[test]
fn nodes() {
    let node = |node: Value| json!({ "nodes": [node] });
    let rule = json!({ "id": "r", "condition": null, "alias": "a", "next_node": "$ending" });
    let router = json!({ "id": "n", "type": "ROUTER", "alias": "a", "config": { "rules": [rule], "fallback": "n" } });
    let flow =
        json!({ "id": "f", "type": "FLOW", "config": { "flow_id": "af_1", "next_node": "n" } });
    assert_eq!(
        wrong(&json!({ "name": "n", "nodes": [router, flow, { "id": "s", "type": "STEP" }] })),
        None
    );
    check(node(json!({ "id": "a" })), "nodes[0].type must be one of FLOW, ROUTER, STEP");
    check(node(json!({ "id": "a", "type": "FLOW" })), "nodes[0].config is required");
    check(
        node(json!({ "id": "$ending", "type": "STEP" })),
        "nodes[0].id must be an id of letters, digits, _ and -",
    );
    check(
        node(json!({ "id": "a", "type": "ROUTER", "config": { "rules": [{ "id": "r" }] } })),
        "nodes[0].config.rules[0].condition is required",
    );
    check(
        node(json!({ "id": "a", "type": "STEP", "label": "x" })),
        "nodes[0].label is unknown, known here: id, coordinates, alias, config",
    );
    check(json!({ "nodes": [1] }), "nodes[0] must be an object");
}

#[test]
fn many_problems_are_counted() {
    let nodes = vec![json!({ "type": "STEP" }); 10];
    let text = wrong(&json!({ "name": "n", "nodes": nodes })).expect("problems");
    assert!(text.ends_with("nodes[7].id is required; and 2 more"), "{text}");
}
