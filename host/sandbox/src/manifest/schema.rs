//! What a tool's schemas may be: closed, within one document, and of a bounded cost, since arguments are checked
//! against them outside of the sandbox.

use serde_json::{Map, Value};

use super::{ManifestError, Schema, check, text};

/// One schema, in bytes of JSON.
const LONGEST: usize = 64 << 10;

/// An input schema: closed at every level that lists properties.
pub(super) fn admit_input(place: &str, json: &str) -> Result<Schema, ManifestError> {
    let schema = admit(place, "input", json)?;
    check_closed(place, "$", &Value::Object(schema.clone()))?;
    Ok(schema)
}

/// An output schema.
pub(super) fn admit_output(place: &str, json: &str) -> Result<Schema, ManifestError> {
    admit(place, "output", json)
}

fn admit(place: &str, which: &str, json: &str) -> Result<Schema, ManifestError> {
    let fits = json.len() <= LONGEST;
    check(fits, place, &format!("the {which} schema has more than 64 KiB"))?;
    let parsed: Value = serde_json::from_str(json).map_err(|error| ManifestError {
        place: place.to_owned(),
        problem: format!("the {which} schema is not JSON: {error}"),
    })?;
    let problem = format!("the {which} schema has control or invisible characters");
    check(is_plain(&parsed), place, &problem)?;
    let of_type_object = parsed.get("type").and_then(Value::as_str) == Some("object");
    let problem =
        format!("the root of the {which} schema must be an object with \"type\": \"object\"");
    check(of_type_object, place, &problem)?;
    check_references(place, which, "$", &parsed)?;
    let problem = format!(
        "the {which} schema is too large: at most 5,000 nodes with references followed, 64 levels, 100 patterns of 256 bytes, no recursion"
    );
    check(Budget { nodes: 5_000, patterns: 100 }.spend(&parsed, &parsed, 0), place, &problem)?;
    match parsed {
        Value::Object(schema) => Ok(schema),
        // It has a "type", so it is an object.
        _ => Ok(Schema::new()),
    }
}

/// What is left of a schema's allowance, its size once its references are followed.
struct Budget {
    nodes: u32,
    patterns: u32,
}

impl Budget {
    /// Counts a schema and everything below it; false once there is no more to spend.
    fn spend(&mut self, root: &Value, schema: &Value, depth: u32) -> bool {
        if self.nodes == 0 || depth > 64 {
            return false;
        }
        self.nodes -= 1;
        match schema {
            Value::Array(items) => items.iter().all(|item| self.spend(root, item, depth + 1)),
            Value::Object(keys) => {
                keys.iter().all(|(key, value)| self.keyword(root, key, value, depth))
            }
            _ => true,
        }
    }

    fn keyword(&mut self, root: &Value, key: &str, value: &Value, depth: u32) -> bool {
        match (key, value) {
            ("$dynamicRef" | "$recursiveRef", _) => false,
            ("$ref", Value::String(target)) => {
                let target = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
                target.is_some_and(|target| self.spend(root, target, depth + 1))
            }
            ("pattern", Value::String(pattern)) => {
                self.patterns = self.patterns.saturating_sub(1);
                self.patterns > 0 && pattern.len() <= 256
            }
            // Only what refers to them counts.
            ("$defs" | "definitions", _) => true,
            _ => self.spend(root, value, depth + 1),
        }
    }
}

/// Whether every text in a schema, names included, shows what it is.
fn is_plain(schema: &Value) -> bool {
    match schema {
        Value::String(string) => text::is_plain(string),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(keys) => {
            keys.iter().all(|(key, value)| text::is_plain(key) && is_plain(value))
        }
        _ => true,
    }
}

/// References must stay inside: nothing is fetched, and what another document says may change.
fn check_references(
    place: &str,
    which: &str,
    at: &str,
    schema: &Value,
) -> Result<(), ManifestError> {
    match schema {
        Value::Object(keys) => keys.iter().try_for_each(|(key, value)| {
            let is_reference = matches!(key.as_str(), "$ref" | "$dynamicRef" | "$recursiveRef");
            let inside = !is_reference || value.as_str().is_none_or(|to| to.starts_with('#'));
            let problem = format!("the {which} schema refers to another document at {at}");
            check(inside, place, &problem)?;
            check_references(place, which, &format!("{at}.{key}"), value)
        }),
        Value::Array(items) => {
            items.iter().try_for_each(|item| check_references(place, which, at, item))
        }
        _ => Ok(()),
    }
}

/// `true` and `{}` let everything through.
fn is_open(schema: &Value) -> bool {
    *schema == Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty)
}

/// Every level of an input schema that lists properties must refuse the ones it does not list: an argument
/// that is silently ignored is a misunderstanding between the model and the tool.
fn check_closed(place: &str, at: &str, schema: &Value) -> Result<(), ManifestError> {
    match schema {
        Value::Object(keys) => {
            let closed =
                keys.get("additionalProperties").or_else(|| keys.get("unevaluatedProperties"));
            let lists = keys.get("properties").is_some_and(Value::is_object);
            let fits = !lists || closed.is_some_and(|closed| !is_open(closed));
            let problem =
                format!("the input schema is open at {at}: add \"additionalProperties\": false");
            check(fits, place, &problem)?;
            keys.iter()
                .try_for_each(|(key, value)| check_closed(place, &format!("{at}.{key}"), value))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_closed(place, at, item)),
        _ => Ok(()),
    }
}
