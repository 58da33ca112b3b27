//! Arguments made from an input schema: plain ones, those at its bounds, random ones, and wrong ones.
//!
//! A schema can say more than is understood here, so whatever is made is checked against it, and what does not fit is
//! dropped.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value, json};

/// How deep values are made.
const DEPTH: u32 = 6;

/// The longest text that is made.
const LONG: usize = 4_000;

/// Texts for fields whose names or patterns ask for something particular.
const TEXTS: [&str; 16] = [
    "abc",
    "a",
    "A1b2C3d4E5f6",
    "1",
    "2026-01-31",
    "2026-01-31T10:00:00Z",
    "https://example.com/callback",
    "https://example.com",
    "jane@example.com",
    "read:clients",
    "192.0.2.3",
    "con_0000000000000001",
    "3f1c2b9e-8d4a-4c57-9a55-6c0f6f1f2a3b",
    "en",
    "exports.onExecutePostLogin = async () => {};",
    "true",
];

/// Texts that break careless code.
const ODD: [&str; 13] = [
    " ",
    "../../tenants/settings",
    "a/b?c=d#e",
    "%2e%2e%2f",
    "\u{0}",
    "\n\r\t",
    "\"'`{}[]<>$&",
    "\u{e9}\u{1f600}\u{202e}",
    "null",
    "-1",
    "${jndi:x}",
    "' OR 1=1 --",
    "\\",
];

/// Makes the same values in every run.
pub(crate) struct Samples<'s> {
    root: &'s Value,
    random: fastrand::Rng,
}

impl<'s> Samples<'s> {
    /// For this input schema.
    pub(crate) fn new(root: &'s Value) -> Self {
        Self { root, random: fastrand::Rng::with_seed(20_250_618) }
    }

    /// With what is required and nothing else.
    pub(crate) fn least(&mut self) -> Map<String, Value> {
        self.object(self.root, DEPTH, 0)
    }

    /// With everything that the schema lists.
    pub(crate) fn whole(&mut self) -> Map<String, Value> {
        self.object(self.root, DEPTH, 100)
    }

    /// Any.
    pub(crate) fn random(&mut self) -> Map<String, Value> {
        self.object(self.root, DEPTH, 50)
    }

    /// `base` with one argument at a time at a bound of its schema or odd.
    pub(crate) fn at_bounds(&mut self, base: &Map<String, Value>) -> Vec<Map<String, Value>> {
        let properties = self.properties(self.root);
        let mut made = Vec::new();
        for (name, schema) in properties {
            for value in self.bounds(&schema) {
                let mut arguments = base.clone();
                arguments.insert(name.clone(), value);
                made.push(arguments);
            }
        }
        made
    }

    /// `base` made wrong in one place each: an unknown argument, a missing one, a type that the schema refuses.
    pub(crate) fn wrong(&mut self, base: &Map<String, Value>) -> Vec<(String, Map<String, Value>)> {
        let change = |what: String, change: &dyn Fn(&mut Map<String, Value>)| {
            let mut arguments = base.clone();
            change(&mut arguments);
            (what, arguments)
        };
        let mut made = vec![change("an argument that does not exist".to_owned(), &|a| {
            a.insert("surprising_argument".to_owned(), true.into());
        })];
        for name in self.required(self.root) {
            made.push(change(format!("no `{name}`"), &|a| _ = a.remove(&name)));
        }
        for (name, schema) in self.properties(self.root) {
            let types = self.types(&schema);
            let all = [
                ("null", Value::Null),
                ("boolean", true.into()),
                ("number", json!(0.5)),
                ("string", "x".into()),
                ("array", json!([])),
                ("object", json!({})),
            ];
            // A whole number is not refused where any number is taken.
            let taken = |kind: &str| {
                types.contains(kind) || (kind == "number" && types.contains("integer"))
            };
            let wrong = all.into_iter().find(|(kind, _)| !types.is_empty() && !taken(kind));
            if let Some((kind, value)) = wrong {
                made.push(change(format!("`{name}` of type {kind}"), &|a| {
                    _ = a.insert(name.clone(), value.clone())
                }));
            }
        }
        made
    }

    /// The names of top-level arguments that take any text.
    pub(crate) fn free_texts(&self) -> Vec<String> {
        let free = |schema: &Value| {
            let schema = self.resolved(schema);
            schema["type"] == "string"
                && schema.get("enum").is_none()
                && schema.get("const").is_none()
                && schema.get("pattern").is_none()
        };
        self.properties(self.root)
            .into_iter()
            .filter(|(_, schema)| free(schema))
            .map(|(name, _)| name)
            .collect()
    }

    fn value(&mut self, schema: &Value, depth: u32) -> Value {
        let schema = self.resolved(schema);
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(choices) = schema["enum"].as_array().filter(|choices| !choices.is_empty()) {
            return choices[self.random.usize(..choices.len())].clone();
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(choices) = schema[key].as_array().filter(|choices| !choices.is_empty()) {
                let at = self.random.usize(..choices.len());
                return self.value(&choices[at], depth.saturating_sub(1));
            }
        }
        let types: Vec<String> = self.types(&schema).into_iter().collect();
        let kind =
            if types.is_empty() { "string" } else { &types[self.random.usize(..types.len())] };
        match kind {
            "null" => Value::Null,
            "boolean" => self.random.bool().into(),
            "integer" | "number" => self.number(&schema),
            "array" => self.array(&schema, depth),
            "object" => self.object(&schema, depth.saturating_sub(1), 50).into(),
            _ => self.text(&schema).into(),
        }
    }

    fn object(&mut self, schema: &Value, depth: u32, likely: u8) -> Map<String, Value> {
        let schema = self.resolved(schema);
        let required = self.required(&schema);
        let mut made = Map::new();
        for (name, property) in self.properties(&schema) {
            let wanted = self.random.u8(..100) < likely && depth > 0;
            if required.contains(&name) || wanted {
                made.insert(name, self.value(&property, depth));
            }
        }
        made
    }

    fn array(&mut self, schema: &Value, depth: u32) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(0).min(100);
        let most = schema["maxItems"].as_u64().unwrap_or(least + 2).clamp(least, least + 2);
        let count = if depth == 0 { least } else { self.random.u64(least..=most) };
        let mut items: Vec<Value> =
            (0..count).map(|_| self.value(&schema["items"], depth.saturating_sub(1))).collect();
        if schema["uniqueItems"] == true {
            let mut seen = BTreeSet::new();
            items.retain(|item| seen.insert(item.to_string()));
        }
        items.into()
    }

    fn number(&mut self, schema: &Value) -> Value {
        let (least, most) = range(schema);
        let whole = self.random.i64(least..=most.min(least.saturating_add(50)));
        match schema["multipleOf"].as_f64() {
            Some(step) if step >= 1.0 => json!((whole as f64 / step).floor() * step),
            _ => whole.into(),
        }
    }

    fn text(&mut self, schema: &Value) -> String {
        let least = usize::try_from(schema["minLength"].as_u64().unwrap_or(0)).unwrap_or(LONG);
        let most =
            usize::try_from(schema["maxLength"].as_u64().unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let start = self.random.usize(..TEXTS.len());
        let fits = |text: &&&str| (least..=most).contains(&text.chars().count());
        if schema.get("pattern").is_some() {
            // Whether it fits the pattern is found out by the check of the whole.
            return TEXTS[start].to_owned();
        }
        let found = TEXTS[start..].iter().chain(&TEXTS[..start]).find(fits);
        found.map_or_else(|| "a".repeat(least.min(LONG)), |text| (*text).to_owned())
    }

    /// Values at the bounds of a schema, and odd ones.
    fn bounds(&mut self, schema: &Value) -> Vec<Value> {
        let schema = self.resolved(schema);
        if let Some(choices) = schema["enum"].as_array() {
            return choices.clone();
        }
        let mut made = Vec::new();
        for choice in ["anyOf", "oneOf"].iter().filter_map(|key| schema[*key].as_array()).flatten()
        {
            made.extend(self.bounds(choice));
        }
        for kind in self.types(&schema) {
            match kind.as_str() {
                "null" => made.push(Value::Null),
                "boolean" => made.extend([true.into(), false.into()]),
                "integer" | "number" => {
                    let (least, most) = range(&schema);
                    made.extend([least, most, 0, -1, i64::MAX].map(Value::from));
                    made.extend(Number::from_f64(1e300).map(Value::Number));
                }
                "array" => {
                    let items = |count: u64, this: &mut Self| -> Value {
                        (0..count.min(200)).map(|_| this.value(&schema["items"], 1)).collect()
                    };
                    for count in [
                        0,
                        1,
                        schema["minItems"].as_u64().unwrap_or(0),
                        schema["maxItems"].as_u64().unwrap_or(100),
                    ] {
                        made.push(items(count, self));
                    }
                }
                "object" => made.extend([
                    self.object(&schema, 2, 0).into(),
                    self.object(&schema, 2, 100).into(),
                ]),
                _ => {
                    let length = |key: &str, or: u64| {
                        usize::try_from(schema[key].as_u64().unwrap_or(or))
                            .unwrap_or(LONG)
                            .min(LONG)
                    };
                    made.extend(
                        [length("minLength", 0), length("maxLength", LONG as u64)]
                            .map(|n| "x".repeat(n).into()),
                    );
                    made.extend(TEXTS.iter().chain(&ODD).map(|text| Value::from(*text)));
                }
            }
        }
        made
    }

    fn properties(&self, schema: &Value) -> Vec<(String, Value)> {
        let schema = self.resolved(schema);
        let own = schema["properties"].as_object().cloned().unwrap_or_default();
        own.into_iter().collect()
    }

    fn required(&self, schema: &Value) -> Vec<String> {
        let names = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The types that a schema names, its alternatives included.
    fn types(&self, schema: &Value) -> BTreeSet<String> {
        let schema = self.resolved(schema);
        let kind = |value: &Value| {
            let name = match value {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
            };
            name.to_owned()
        };
        let mut found = BTreeSet::new();
        match &schema["type"] {
            Value::String(one) => found.extend([one.clone()]),
            Value::Array(several) => {
                found.extend(several.iter().filter_map(Value::as_str).map(str::to_owned))
            }
            _ => {}
        }
        found.extend(schema["enum"].as_array().into_iter().flatten().map(kind));
        for key in ["anyOf", "oneOf"] {
            let choices = schema[key].as_array().into_iter().flatten();
            choices.for_each(|choice| found.extend(self.types(choice)));
        }
        if found.is_empty() && schema.get("properties").is_some() {
            found.insert("object".to_owned());
        }
        found
    }

    /// The schema with its reference followed. Admitted schemas have no recursion and no other documents.
    fn resolved(&self, schema: &Value) -> Value {
        let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
        match target.and_then(|pointer| self.root.pointer(pointer)) {
            Some(target) => self.resolved(target),
            None => schema.clone(),
        }
    }
}

/// The whole numbers that a schema allows.
fn range(schema: &Value) -> (i64, i64) {
    let bound = |inclusive: &str, exclusive: &str, step: i64| {
        let strict = schema[exclusive].as_i64().map(|bound| bound.saturating_add(step));
        schema[inclusive].as_i64().or(strict)
    };
    let least = bound("minimum", "exclusiveMinimum", 1).unwrap_or(0);
    let most = bound("maximum", "exclusiveMaximum", -1).unwrap_or(least.saturating_add(1_000));
    (least, most.max(least))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object", "additionalProperties": false, "required": ["id", "kind"],
            "properties": {
                "id": {"type": "string", "minLength": 2, "maxLength": 20},
                "kind": {"enum": ["a", "b"]},
                "size": {"type": "integer", "minimum": 1, "maximum": 100},
                "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "list": {"type": "array", "items": {"$ref": "#/$defs/item"}, "maxItems": 3},
            },
            "$defs": {"item": {"type": "object", "additionalProperties": false, "required": ["x"],
                               "properties": {"x": {"type": "boolean"}}}},
        })
    }

    #[test]
    fn what_is_made_fits_or_does_not_as_meant() {
        let schema = schema();
        let arguments = crate::catalog::admission::Arguments::of("t", schema.as_object().unwrap());
        let fits =
            |made: &Map<String, Value>| arguments.check(&Value::Object(made.clone())).is_ok();
        let mut samples = Samples::new(&schema);
        let least = samples.least();
        assert_eq!(least.len(), 2);
        assert_eq!(samples.whole().len(), 5);
        for _ in 0..200 {
            let made = samples.random();
            assert!(fits(&made), "{made:?}");
        }
        let wrong = samples.wrong(&least);
        assert!(wrong.len() >= 7, "{wrong:?}");
        for (what, made) in wrong {
            assert!(!fits(&made), "{what}: {made:?}");
        }
        let bounds = samples.at_bounds(&least);
        let fitting = bounds.iter().filter(|made| fits(made)).count();
        assert!(bounds.len() > 40 && fitting > 30, "{fitting} of {}", bounds.len());
        assert_eq!(samples.free_texts(), ["id"]);
    }
}
