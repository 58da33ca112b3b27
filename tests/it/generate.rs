//! Random values for a JSON Schema, in the subset that the tools' input schemas are written in.
//!
//! The schema does not say everything: addresses must be addresses. So the name of a field chooses among texts that
//! make sense for it, and objects whose shape is only told in words come from a list of good ones.

use serde_json::{Map, Value};

/// Makes the same values in every run.
pub(crate) struct Generator {
    random: fastrand::Rng,
}

impl Generator {
    /// The name starts the sequence.
    pub(crate) fn new(name: &str) -> Self {
        let seed = name.bytes().fold(17, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
        Self { random: fastrand::Rng::with_seed(seed) }
    }

    pub(crate) fn one_of<'v, T: ?Sized>(&mut self, values: &[&'v T]) -> &'v T {
        values[self.random.usize(..values.len())]
    }

    /// A value that fits the schema, for the field of this name.
    pub(crate) fn value(&mut self, schema: &Value, field: &str) -> Value {
        if let Some(choices) = schema["anyOf"].as_array() {
            // Null is rarer than a value.
            let at = if self.random.u8(..4) == 0 { choices.len() - 1 } else { 0 };
            return self.value(&choices[at], field);
        }
        if let Some(choices) = schema["enum"].as_array() {
            return choices[self.random.usize(..choices.len())].clone();
        }
        match schema["type"].as_str() {
            Some("object") => self.object(schema, field),
            Some("array") => self.array(schema, field),
            Some("string") => self.text(schema, field).into(),
            Some("integer") => self.integer(schema).into(),
            Some("boolean") => self.random.bool().into(),
            Some("null") => Value::Null,
            other => panic!("{field}: the generator does not know {other:?}"),
        }
    }

    fn object(&mut self, schema: &Value, field: &str) -> Value {
        let Some(properties) = schema["properties"].as_object() else {
            return self.told(field);
        };
        let mut object = Map::new();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        // Some objects are nearly whole, most have a few fields.
        let likely = self.random.u8(10..80);
        for (name, schema) in properties {
            let needed = required.contains(&name.as_str().into())
                || (required.is_empty() && needed(field, name));
            if needed || self.random.u8(..100) < likely {
                let value = match name.as_str() {
                    "nodes" => self.told(name),
                    // The schema leaves the list of triggers to the tenant.
                    "id" if field == "supported_triggers" => self.value(schema, "trigger"),
                    _ => self.value(schema, name),
                };
                object.insert(name.clone(), value);
            }
        }
        object.into()
    }

    fn array(&mut self, schema: &Value, field: &str) -> Value {
        if field == "nodes" {
            return self.told(field);
        }
        let told = u64::from(field == "supported_triggers");
        let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(told)).unwrap();
        let count = self.random.usize(least..=least + 3);
        (0..count).map(|_| self.value(&schema["items"], field)).collect()
    }

    fn integer(&mut self, schema: &Value) -> i64 {
        // Where no bounds are told, a plugin has some; now and then they are passed.
        let wild = self.random.u8(..20) == 0;
        let (low, high) = if wild { (-5, i64::from(i32::MAX)) } else { (1, 2_592_000) };
        let least = schema["minimum"].as_i64().unwrap_or(low);
        let most = schema["maximum"].as_i64().unwrap_or(high);
        match self.random.u8(..6) {
            0 => least,
            1 => most,
            2 => (least + 1).min(most),
            3 => self.random.i64(least..=most),
            _ => self.random.i64(least..=most.min(least + 100_000)),
        }
    }

    fn text(&mut self, schema: &Value, field: &str) -> String {
        let bound = |key: &str, other: usize| {
            schema[key].as_u64().map_or(other, |bound| usize::try_from(bound).unwrap())
        };
        if let Some(known) = self.known(field) {
            return known;
        }
        const LETTERS: [&str; 22] = [
            "a",
            "B",
            "7",
            " ",
            "_",
            "-",
            ".",
            ":",
            "/",
            "\"",
            "\\",
            "'",
            "{",
            "}",
            "%",
            "&",
            "ü",
            "漢",
            "\u{1f4d6}",
            "\u{301}",
            "\n",
            "\t",
        ];
        let mut least = bound("minLength", 0);
        // No angle brackets are made at all. Few texts may be empty, even where the schema does not say so.
        if schema["pattern"].is_string() || self.random.u8(..20) > 0 {
            least = least.max(1);
        }
        let most = bound("maxLength", least + 60);
        let length = match self.random.u8(..10) {
            0 => least,
            1 => most,
            _ => self.random.usize(least..=most.min(least + 24)),
        };
        (0..length).map(|_| LETTERS[self.random.usize(..LETTERS.len())]).collect()
    }

    /// A text that makes sense for a field of this name, if not every text does.
    fn known(&mut self, field: &str) -> Option<String> {
        let addresses = [
            "https://app.example/cb",
            "http://localhost:3000/a?b=c",
            "com.example.app://callback",
            "https://*.example.com",
            "https://ü.example/%20",
        ];
        let texts: &[&str] = match field {
            "callbacks"
            | "allowed_logout_urls"
            | "web_origins"
            | "allowed_origins"
            | "backchannel_logout_urls" => &addresses,
            "logo_uri" | "cross_origin_loc" | "registry_url" => {
                &["https://cdn.example/x.png", "https://a.example/"]
            }
            "target" => &["https://after.example/", "https://after.example/welcome?a=b"],
            "grant_types" => &["authorization_code", "implicit", "refresh_token", "password"],
            "rotation_type" => &["rotating", "non-rotating"],
            "expiration_type" => &["expiring", "non-expiring"],
            "alg" => &["HS256", "RS256", "RS512", "PS256"],
            "trigger" => &["post-login", "credentials-exchange"],
            "client_id" => {
                &["A819bvTpf9dqcUgxM9ZZ810pkf6Xlx8R", "on6uZ3FCH2n6WSZ1mvw4SKdWcWCiHSWY"]
            }
            "audience" => {
                &["https://catalogue.harbourbooks.example/", "https://search.harbourbooks.example/"]
            }
            "flow_id" => &["af_0123456789012345678901"],
            "next_node" => &["$ending"],
            "app_type" => &["spa", "native", "regular_web", "non_interactive"],
            "token_endpoint_auth_method" => &["none", "client_secret_post", "client_secret_basic"],
            "organization_usage" => &["deny", "allow", "require"],
            "organization_require_behavior" => &["no_prompt", "pre_login_prompt"],
            "signing_alg" => &["HS256", "RS256", "RS512", "PS256"],
            "token_dialect" => &["access_token", "rfc9068_profile_authz"],
            "consent_policy" => &["transactional-authorization-with-mfa"],
            "primary" | "default" => &["en", "de"],
            _ => return None,
        };
        Some(texts[self.random.usize(..texts.len())].to_owned())
    }

    /// A good value for what the schema tells in words only.
    fn told(&mut self, field: &str) -> Value {
        let values = match field {
            "nodes" => crate::deep::nodes(),
            _ => crate::deep::objects(field),
        };
        values[self.random.usize(..values.len())].clone()
    }
}

/// What is required although not every schema says so: some leave it to the plugin.
fn needed(object: &str, member: &str) -> bool {
    match object {
        "supported_triggers" => matches!(member, "id" | "version"),
        "dependencies" => matches!(member, "name" | "version"),
        "secrets" => member == "name",
        "refresh_token" => matches!(member, "rotation_type" | "expiration_type"),
        _ => false,
    }
}
