//! Argument types as JSON Schema: portable, closed and terse.
//!
//! Models pay for every byte of `tools/list`, and some clients understand only part of JSON Schema. So there is no
//! `$ref`, `$defs`, `$schema`, generated `title`, Rust number format or list of types in what comes out: an optional
//! field is one that is not `required`, and a field that takes `null` says so with `anyOf`.

use schemars::{
    JsonSchema, Schema,
    generate::{Contract, SchemaSettings},
    transform::{Transform, transform_subschemas},
};
use serde_json::{Value, json};

use crate::Object;

/// Marks a schema that means its `null`; never leaves this crate.
pub(crate) const NULLABLE: &str = "x-nullable";

/// The JSON Schema of arguments.
#[must_use]
pub fn input<T: JsonSchema>() -> String {
    generate::<T>(Contract::Deserialize).as_value().to_string()
}

/// The JSON Schema of answers: names and types only. A client checks an answer with it, and a model reads the
/// answer itself.
#[must_use]
pub fn output<T: JsonSchema>() -> String {
    let mut schema = generate::<T>(Contract::Serialize);
    Bare.transform(&mut schema);
    schema.as_value().to_string()
}

fn generate<T: JsonSchema>(contract: Contract) -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
        settings.contract = contract;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    // The root's doc comment is for readers of the code: the tool's description is said elsewhere.
    schema.remove("description");
    Terse.transform(&mut schema);
    schema
}

/// Removes what only matters to somebody who writes a value.
struct Bare;

impl Transform for Bare {
    fn transform(&mut self, schema: &mut Schema) {
        ["description", "default", "minimum"]
            .into_iter()
            .for_each(|keyword| _ = schema.remove(keyword));
        transform_subschemas(self, schema);
    }
}

/// Removes what says nothing and rewrites what is not portable, at every level.
struct Terse;

impl Transform for Terse {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            drop_noise(object);
            drop_null_of_optional_fields(object);
            if object.remove(NULLABLE).is_none() {
                split_types(object);
            }
        }
        transform_subschemas(self, schema);
    }
}

fn drop_noise(schema: &mut Object) {
    schema.remove("title");
    unwrap_only_choice(schema);
    if schema.get("default").is_some_and(is_plain) {
        schema.remove("default");
    }
    // `uint32` and the like are names of Rust types, not of JSON Schema formats.
    if names_type(schema, "integer") || names_type(schema, "number") {
        schema.remove("format");
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    // Any value at all is the default meaning of a missing keyword, except where this crate closes the object.
    if schema.get("additionalProperties") == Some(&Value::Bool(true)) {
        schema.remove("additionalProperties");
    }
}

/// A default that nobody has to be told: nothing, a flag, of which a caller gives the other value, and the page and its
/// size, which the answer states.
fn is_plain(default: &Value) -> bool {
    match default {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::Array(items) => items.is_empty(),
        Value::String(_) | Value::Object(_) => false,
    }
}

/// `{"oneOf": [X]}`, which an enum with doc comments becomes, is X.
fn unwrap_only_choice(schema: &mut Object) {
    let Some(Value::Array(choices)) = schema.get_mut("oneOf") else { return };
    if let [Value::Object(only)] = choices.as_mut_slice() {
        let only = std::mem::take(only);
        schema.remove("oneOf");
        schema.extend(only);
    }
}

/// An `Option` field that is not required is left out rather than `null`.
fn drop_null_of_optional_fields(schema: &mut Object) {
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (name, property) in properties {
        if let Value::Object(property) = property
            && !property.contains_key(NULLABLE)
            && !required.iter().any(|required| required == name)
        {
            drop_null(property);
        }
    }
}

fn drop_null(schema: &mut Object) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice != &json!({ "type": "null" }));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            schema.remove("anyOf");
            for (key, value) in only {
                schema.entry(key).or_insert(value);
            }
        }
    }
}

/// `{"type": ["string", "null"]}` becomes `{"anyOf": [{"type": "string"}, {"type": "null"}]}`.
fn split_types(schema: &mut Object) {
    let Some(Value::Array(types)) = schema.get("type") else { return };
    let types = types.clone();
    let description = schema.remove("description");
    let mut whole = std::mem::take(schema);
    whole.remove("type");
    let choices = types.into_iter().map(|name| {
        let mut choice = if name == "null" { Object::new() } else { whole.clone() };
        choice.insert("type".into(), name);
        Value::Object(choice)
    });
    schema.insert("anyOf".into(), choices.collect());
    schema.extend(description.map(|text| ("description".to_owned(), text)));
}

fn names_type(schema: &Object, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Patch;

    #[derive(serde::Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Usage {
        Deny,
        Allow,
    }

    #[derive(serde::Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the schema is looked at")]
    struct Inner {
        enabled: Option<bool>,
    }

    /// Not shown.
    #[derive(serde::Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the schema is looked at")]
    struct Arguments {
        /// Shown, on one
        /// line.
        id: String,
        #[schemars(range(min = 1, max = 100))]
        per_page: Option<u32>,
        usage: Option<Usage>,
        #[serde(default)]
        clearable: Patch<Usage>,
        inner: Option<Inner>,
        #[serde(default)]
        cleared: Patch<Inner>,
        #[serde(default)]
        counts: Vec<Option<i64>>,
    }

    #[test]
    fn input_schemas_are_closed_portable_and_terse() {
        let inner = r#"{"type":"object","properties":{"enabled":{"type":"boolean"}},"additionalProperties":false}"#;
        let usage = r#"{"type":"string","enum":["deny","allow"]}"#;
        let expected = format!(
            r#"{{"type":"object","properties":{{"id":{{"description":"Shown, on one line.","type":"string"}},"per_page":{{"type":"integer","minimum":1,"maximum":100}},"usage":{usage},"clearable":{{"anyOf":[{usage},{{"type":"null"}}]}},"inner":{inner},"cleared":{{"anyOf":[{inner},{{"type":"null"}}]}},"counts":{{"type":"array","items":{{"anyOf":[{{"type":"integer"}},{{"type":"null"}}]}}}}}},"additionalProperties":false,"required":["id"]}}"#
        );
        assert_eq!(serde_json::from_str::<Value>(&input::<Arguments>()).expect("JSON"), {
            serde_json::from_str::<Value>(&expected).expect("JSON")
        });
    }

    #[derive(serde::Serialize, JsonSchema)]
    struct Output {
        #[serde(flatten)]
        application: Object,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        owner: Option<String>,
    }

    #[test]
    fn output_schemas_allow_the_null_that_is_sent() {
        let schema: Value = serde_json::from_str(&output::<Output>()).expect("JSON");
        assert_eq!(
            schema,
            json!({
                "type": "object",
                "properties": {
                    "note": { "type": "string" },
                    "owner": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                },
                "required": ["owner"],
            })
        );
    }
}
