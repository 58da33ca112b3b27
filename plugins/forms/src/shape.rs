//! The shape of a form as Auth0's OpenAPI document has it (Management API v2, 2026-06-25,
//! `CreateFormRequestContent`), closed at every level that the document closes.

use auth0_mcp_plugin::{
    Object,
    shape::{
        Field, Problems,
        Rule::{
            self, Any, Bool, Closed, Either, Format, Integer, List, Map, Number, Open, Prefixed,
            Text, True, Typed, Word,
        },
        check, may, members, must,
    },
};
use serde_json::Value;

/// The pointer to the end of the form.
pub(crate) const END: &str = "$ending";
/// What ids and keys look like: `forms-custom-identifier`.
const ID: Rule = Format(is_id, "an id of letters, digits, _ and -");
const POINTER: Rule = Format(|text| text == END || is_id(text), "the id of a node, or $ending");
/// `forms-hex-color`.
const COLOR: Rule = Format(is_color, "a colour such as #1a2b3c");
/// Text without an upper bound.
const LONG: usize = usize::MAX;
const ANY_NUMBER: Rule = Number(f64::MIN, f64::MAX);
const SIDES: Rule = Word(&["LEFT", "CENTER", "RIGHT"]);
/// The id of a flow, such as `af_` and 22 letters.
const FLOW: Rule = Text(1, 30);
const PLACEHOLDER: Rule = Text(1, 500);
const MESSAGES: Rule = Map(&Text(1, 255));

/// The body of a create or an update. Only `name` is ever required, and only by the create.
const FORM: &[Field] = &[
    may("name", Text(1, 150)),
    may("messages", Closed(&[may("errors", MESSAGES), may("custom", MESSAGES)])),
    may("languages", Closed(&[may("primary", Text(1, 55)), may("default", Text(1, 55))])),
    may("translations", Map(&Open(&[]))),
    may("nodes", List(&NODE)),
    may("start", Closed(START)),
    may("ending", Closed(ENDING)),
    may("style", Closed(&[may("css", Text(1, 5000))])),
];

const COORDINATE: Rule = Integer(-999_999, 999_999);
const COORDINATES: Field =
    may("coordinates", Closed(&[must("x", COORDINATE), must("y", COORDINATE)]));
const NEXT: Field = may("next_node", POINTER);
const ALIAS: Field = may("alias", Text(1, 150));

const START: &[Field] = &[
    may("hidden_fields", List(&Closed(&[must("key", ID), may("value", Text(1, 500))]))),
    NEXT,
    COORDINATES,
];

const ENDING: &[Field] = &[
    may("redirection", Closed(&[may("delay", Integer(0, 10)), must("target", Text(1, 1024))])),
    may("after_submit", Closed(&[may("flow_id", FLOW)])),
    COORDINATES,
    may("resume_flow", True),
];

const NODE: Rule = Typed(&[
    (
        "FLOW",
        &[
            must("id", ID),
            COORDINATES,
            ALIAS,
            must("config", Closed(&[must("flow_id", FLOW), NEXT])),
        ],
    ),
    ("ROUTER", &[must("id", ID), COORDINATES, ALIAS, may("config", Closed(ROUTER))]),
    ("STEP", &[must("id", ID), COORDINATES, ALIAS, may("config", Closed(STEP))]),
]);

const ROUTER: &[Field] = &[
    may("rules", List(&Closed(&[must("id", ID), ALIAS, must("condition", Any), NEXT]))),
    may("fallback", POINTER),
];

const STEP: &[Field] = &[may("components", List(&COMPONENT)), NEXT];

/// A component shown as it is, with a `config` that need not be there.
macro_rules! block {
    ($($config:expr),* $(,)?) => {
        &[must("id", ID), must("category", Word(&["BLOCK"])), $($config),*]
    };
}

/// A component that asks something, of category `WIDGET` or `FIELD`.
macro_rules! asks {
    ($category:literal, $config:expr) => {
        &[
            must("id", ID),
            must("category", Word(&[$category])),
            $config,
            may("label", Text(1, LONG)),
            may("hint", Text(1, 500)),
            may("required", Bool),
            may("sensitive", Bool),
        ]
    };
}

const CONTENT: Field = may("config", Closed(&[may("content", Text(0, 10_000))]));
const BUTTON: Field = must("config", Closed(&[must("text", Text(0, 150))]));
const OPTIONS: Field =
    may("options", List(&Closed(&[must("value", Text(1, LONG)), must("label", Text(1, LONG))])));
const MULTIPLE: Field = may("multiple", Bool);
const DEFAULT: Field = may("default_value", Any);
const LEAST: Field = may("min_length", Integer(1, i64::MAX));
const MOST: Field = may("max_length", Integer(1, i64::MAX));
/// Of EMAIL and URL.
const LINE: Field =
    may("config", Closed(&[may("default_value", Text(1, LONG)), may("placeholder", PLACEHOLDER)]));

const COMPONENT: Rule = Typed(&[
    ("DIVIDER", block![may("config", Closed(&[may("text", Text(0, 50))]))]),
    ("HTML", block![CONTENT]),
    (
        "IMAGE",
        block![may(
            "config",
            Closed(&[
                must("src", Text(0, 500)),
                may("position", SIDES),
                may("height", Number(1.0, 500.0))
            ])
        )],
    ),
    (
        "JUMP_BUTTON",
        block![must(
            "config",
            Closed(&[
                must("text", Text(0, 150)),
                must("next_node", POINTER),
                may("style", Closed(&[may("background_color", COLOR)])),
            ])
        )],
    ),
    ("RESEND_BUTTON", block![must("config", Closed(RESEND))]),
    ("NEXT_BUTTON", block![BUTTON]),
    ("PREVIOUS_BUTTON", block![BUTTON]),
    ("RICH_TEXT", block![CONTENT]),
    ("AUTH0_VERIFIABLE_CREDENTIALS", asks!("WIDGET", must("config", Closed(CREDENTIALS)))),
    ("GMAPS_ADDRESS", asks!("WIDGET", must("config", Closed(&[must("api_key", Text(1, LONG))])))),
    (
        "RECAPTCHA",
        asks!(
            "WIDGET",
            must(
                "config",
                Closed(&[must("site_key", Text(1, LONG)), must("secret_key", Text(1, LONG))])
            )
        ),
    ),
    ("BOOLEAN", asks!("FIELD", must("config", Closed(BOOLEAN)))),
    ("CARDS", asks!("FIELD", may("config", Closed(CARDS)))),
    ("CHOICE", asks!("FIELD", may("config", Closed(&[MULTIPLE, OPTIONS, OTHER, DEFAULT])))),
    ("CUSTOM", asks!("FIELD", must("config", Closed(CUSTOM)))),
    (
        "DATE",
        asks!(
            "FIELD",
            must(
                "config",
                Closed(&[
                    may("format", Word(&["DATE", "TIME"])),
                    may("default_value", Text(0, LONG))
                ])
            )
        ),
    ),
    (
        "DROPDOWN",
        asks!(
            "FIELD",
            may("config", Closed(&[MULTIPLE, OPTIONS, DEFAULT, may("placeholder", PLACEHOLDER)]))
        ),
    ),
    ("EMAIL", asks!("FIELD", LINE)),
    ("FILE", asks!("FIELD", may("config", Closed(FILE)))),
    ("LEGAL", asks!("FIELD", may("config", Closed(&[may("text", Text(1, 10_000))])))),
    ("NUMBER", asks!("FIELD", may("config", Closed(NUMBER)))),
    ("PASSWORD", asks!("FIELD", must("config", Closed(PASSWORD)))),
    ("PAYMENT", asks!("FIELD", must("config", Closed(PAYMENT)))),
    ("SOCIAL", asks!("FIELD", may("config", Closed(&[])))),
    ("TEL", asks!("FIELD", may("config", Closed(TEL)))),
    ("TEXT", asks!("FIELD", may("config", Closed(TEXT)))),
    ("URL", asks!("FIELD", LINE)),
]);

const RESEND: &[Field] = &[
    must("active_text", Text(1, 255)),
    must("button_text", Text(1, 255)),
    must("waiting_text", Text(1, 255)),
    may("text_alignment", SIDES),
    must("flow_id", FLOW),
    may("max_attempts", Number(1.0, 10.0)),
    may("waiting_time", Number(1.0, 60.0)),
];

const CREDENTIALS: &[Field] = &[
    must("url", Text(0, 2000)),
    may("size", Number(1.0, 500.0)),
    must("alternate_text", Text(1, 255)),
    must("access_token", Text(1, 5000)),
    must("verification_id", Text(1, 255)),
    may("max_wait", Number(60.0, 600.0)),
];

const BOOLEAN: &[Field] = &[
    may("default_value", Bool),
    may("options", Closed(&[may("true", Text(1, 50)), may("false", Text(1, 50))])),
];

const CARDS: &[Field] = &[
    may("hide_labels", Bool),
    MULTIPLE,
    may(
        "options",
        List(&Closed(&[
            must("value", Text(1, LONG)),
            must("label", Text(1, LONG)),
            must("image_url", Prefixed("https://")),
        ])),
    ),
    DEFAULT,
];

const OTHER: Field = may(
    "allow_other",
    Closed(&[may("enabled", True), may("label", Text(1, LONG)), may("placeholder", Text(1, LONG))]),
);

const CUSTOM: &[Field] = &[
    must("schema", Open(&[])),
    must("code", Text(1, LONG)),
    may("css", Text(1, LONG)),
    may("params", Map(&Text(0, LONG))),
];

const FILE: &[Field] = &[
    MULTIPLE,
    may("storage", Open(&[must("type", Word(&["MANAGED", "CUSTOM"]))])),
    may("categories", List(&Word(&["AUDIO", "VIDEO", "IMAGE", "DOCUMENT", "ARCHIVE"]))),
    may("extensions", List(&Text(1, 50))),
    may("maxSize", Integer(1024, i64::MAX)),
    may("maxFiles", Integer(1, i64::MAX)),
];

const NUMBER: &[Field] = &[
    may("default_value", ANY_NUMBER),
    may("placeholder", PLACEHOLDER),
    may("min_value", ANY_NUMBER),
    may("max_value", ANY_NUMBER),
];

const PASSWORD: &[Field] = &[
    may("hash", Word(&["NONE", "MD5", "SHA1", "SHA256", "SHA512"])),
    may("placeholder", Text(0, 500)),
    LEAST,
    MOST,
    may("complexity", Bool),
    may("nist", Bool),
    may("strength_meter", Bool),
];

const TEL: &[Field] = &[
    may("default_value", Text(0, LONG)),
    may("placeholder", Text(0, 500)),
    LEAST,
    MOST,
    may("country_picker", Bool),
    may("strings", Closed(&[may("filter_placeholder", Text(1, LONG))])),
];

const TEXT: &[Field] = &[
    may("multiline", Bool),
    may("default_value", Text(1, LONG)),
    may("placeholder", PLACEHOLDER),
    LEAST,
    MOST,
];

const PAYMENT: &[Field] = &[
    may("provider", Word(&["STRIPE"])),
    must(
        "charge",
        Typed(&[
            (
                "ONE_OFF",
                &[must(
                    "one_off",
                    Open(&[must("amount", AMOUNT), must("currency", Word(CURRENCIES))]),
                )],
            ),
            ("SUBSCRIPTION", &[must("subscription", Open(&[]))]),
        ]),
    ),
    must(
        "credentials",
        Closed(&[must("public_key", Text(1, 250)), must("private_key", Text(1, 250))]),
    ),
    may("customer", Open(&[])),
    may(
        "fields",
        Closed(&[
            may("card_number", CARD),
            may("expiration_date", CARD),
            may("security_code", CARD),
            may("trustmarks", Bool),
        ]),
    ),
];

const AMOUNT: Rule = Either(&Text(1, LONG), &Number(0.01, f64::MAX));
const CURRENCIES: &[&str] = &["AUD", "CAD", "CHF", "EUR", "GBP", "INR", "MXN", "SEK", "USD"];
const CARD: Rule = Closed(&[may("label", Text(1, 250)), may("placeholder", Text(1, 250))]);

/// The OpenAPI document names the format without its pattern; every id on record is of these letters.
fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
}

fn is_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Checks a body. `null` clears a setting, where `clears` says that the request can: all but the name.
pub(crate) fn check_body(body: &Object, clears: bool, problems: &mut Problems) {
    for Field { name, rule, .. } in FORM {
        match body.get(*name) {
            Some(Value::Null) if clears && *name != "name" => {}
            Some(value) => check(rule, value, name, problems),
            None => {}
        }
    }
    if !clears {
        members(&[must("name", Any)], body, "", problems);
    }
    for key in body.keys().filter(|key| !FORM.iter().any(|field| field.name == *key)) {
        problems.add(key, "is unknown");
    }
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
