//! A small JSON Schema validator that words its findings as Auth0 does.
//!
//! Written by hand because the message is part of the behaviour under test: tools show it to a
//! model. Only the first finding counts, a parent's before its children's.

use std::{collections::HashMap, sync::OnceLock};

use regex::Regex;
use serde_json::{Map, Value};

use super::formats;

/// What does not fit, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
    property: String,
    description: Option<String>,
    /// The findings of each alternative, where none of several fitted.
    inner: Vec<Fault>,
}

impl Fault {
    /// `Payload validation error: 'Missing required property: name'.`
    pub(crate) fn sentence(&self, source: &str) -> String {
        let mut text = format!("{source} validation error: '{}'", self.message);
        if !self.property.is_empty() {
            text.push_str(&format!(" on property {}", self.property));
            match &self.description {
                _ if !self.inner.is_empty() => text.push_str(" ({description})"),
                Some(description) => text.push_str(&format!(" ({description})")),
                None => {}
            }
        }
        text.push('.');
        if !self.inner.is_empty() {
            let inner: Vec<String> =
                self.inner.iter().map(|fault| fault.sentence(source)).collect();
            text.push_str(&format!(" Inner errors: [ {} ]", inner.join(" (also) ")));
        }
        text
    }
}

/// Checks values against schemas whose `$ref`s name components.
pub(crate) struct Validator<'a> {
    components: &'a Map<String, Value>,
}

type Outcome = Result<(), Fault>;

impl<'a> Validator<'a> {
    pub(crate) fn new(components: &'a Map<String, Value>) -> Self {
        Self { components }
    }

    pub(crate) fn check(&self, schema: &Value, value: &Value) -> Outcome {
        self.check_at(schema, value, "")
    }

    /// Checks a value that is the property at `path`.
    pub(crate) fn check_at(&self, schema: &Value, value: &Value, path: &str) -> Outcome {
        if value.is_null() && schema["nullable"] == Value::Bool(true) {
            return Ok(());
        }
        let schema = self.resolve(schema);
        let at = At { path, description: schema["description"].as_str() };
        check_type(schema, value, &at)?;
        check_enum(schema, value, &at)?;
        match value {
            Value::Object(object) => self.check_object(schema, object, &at)?,
            Value::Array(items) => self.check_array(schema, items, &at)?,
            Value::String(text) => check_text(schema, text, &at)?,
            Value::Number(number) => check_number(schema, number, &at)?,
            Value::Bool(_) | Value::Null => {}
        }
        self.check_alternatives(schema, value, &at)
    }

    /// The schema that a `$ref` names, or the schema itself.
    pub(super) fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str().and_then(|name| self.components.get(name)) {
            Some(found) => self.resolve(found),
            None => schema,
        }
    }

    fn check_object(&self, schema: &Value, object: &Map<String, Value>, at: &At<'_>) -> Outcome {
        let properties = schema["properties"].as_object();
        let declared = |name: &str| properties.is_some_and(|known| known.contains_key(name));
        if schema["additionalProperties"] == Value::Bool(false) {
            let extra: Vec<&str> =
                object.keys().rev().map(String::as_str).filter(|name| !declared(name)).collect();
            if !extra.is_empty() {
                return at.fault(format!("Additional properties not allowed: {}", extra.join(",")));
            }
        }
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if !object.contains_key(name) {
                return at.fault(format!("Missing required property: {name}"));
            }
        }
        check_count(schema, ["minProperties", "maxProperties"], object.len(), |few, bound| {
            let (size, side) = if few { ("few", "minimum") } else { ("many", "maximum") };
            at.fault(format!("Too {size} properties defined ({}), {side} {bound}", object.len()))
        })?;
        for (name, value) in object {
            let path = at.join(name);
            if let Some(schema) = properties.and_then(|known| known.get(name)) {
                self.check_at(schema, value, &path)?;
            } else if schema["additionalProperties"].is_object() {
                self.check_at(&schema["additionalProperties"], value, &path)?;
            }
        }
        Ok(())
    }

    fn check_array(&self, schema: &Value, items: &[Value], at: &At<'_>) -> Outcome {
        check_count(schema, ["minItems", "maxItems"], items.len(), |few, bound| {
            let (size, side) = if few { ("short", "minimum") } else { ("long", "maximum") };
            at.fault(format!("Array is too {size} ({}), {side} {bound}", items.len()))
        })?;
        if schema["uniqueItems"] == Value::Bool(true) {
            for (second, item) in items.iter().enumerate() {
                if let Some(first) = items[..second].iter().position(|earlier| earlier == item) {
                    return at.fault(format!(
                        "Array items are not unique (indexes {first} and {second})"
                    ));
                }
            }
        }
        for (index, item) in items.iter().enumerate() {
            self.check_at(&schema["items"], item, &at.join(&index.to_string()))?;
        }
        Ok(())
    }

    fn check_alternatives(&self, schema: &Value, value: &Value, at: &At<'_>) -> Outcome {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check_at(part, value, at.path)?;
        }
        let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array())
        else {
            return Ok(());
        };
        let mut inner = Vec::new();
        for choice in choices {
            match self.check_at(choice, value, at.path) {
                Ok(()) => return Ok(()),
                Err(fault) => inner.push(fault),
            }
        }
        let fault = at.fault("None of the valid schemas were met".to_owned());
        fault.map_err(|fault| Fault { inner, ..fault })
    }
}

/// Where a value is.
struct At<'a> {
    path: &'a str,
    description: Option<&'a str>,
}

impl At<'_> {
    fn fault(&self, message: String) -> Outcome {
        let description = self.description.filter(|text| !text.is_empty()).map(str::to_owned);
        Err(Fault { message, property: self.path.to_owned(), description, inner: Vec::new() })
    }

    fn join(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn check_type(schema: &Value, value: &Value, at: &At<'_>) -> Outcome {
    let expected: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    let found = type_of(value);
    if expected.contains(&found) || (found == "integer" && expected.contains(&"number")) {
        return Ok(());
    }
    at.fault(format!("Expected type {} but found type {found}", expected.join(",")))
}

fn check_enum(schema: &Value, value: &Value, at: &At<'_>) -> Outcome {
    let allowed = match (&schema["enum"], &schema["const"]) {
        (Value::Array(several), _) => several.contains(value),
        (_, Value::Null) => true,
        (_, only) => only == value,
    };
    if allowed { Ok(()) } else { at.fault(format!("No enum match for: {}", plain(value))) }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn check_count(
    schema: &Value,
    [least, most]: [&str; 2],
    count: usize,
    fault: impl Fn(bool, u64) -> Outcome,
) -> Outcome {
    let count = count as u64;
    match (schema[least].as_u64(), schema[most].as_u64()) {
        (Some(least), _) if count < least => fault(true, least),
        (_, Some(most)) if count > most => fault(false, most),
        _ => Ok(()),
    }
}

fn check_text(schema: &Value, text: &str, at: &At<'_>) -> Outcome {
    let length = text.chars().count();
    check_count(schema, ["minLength", "maxLength"], length, |few, bound| {
        let (size, side) = if few { ("short", "minimum") } else { ("long", "maximum") };
        at.fault(format!("String is too {size} ({length} chars), {side} {bound}"))
    })?;
    if let Some(pattern) = schema["pattern"].as_str()
        && !matches(pattern, text)
    {
        return at.fault(format!("String '{text}' does not match pattern. Must match {pattern}"));
    }
    match schema["format"].as_str() {
        Some(format) if !formats::fits(format, text) => {
            at.fault(format!("Object didn't pass validation for format {format}: {text}"))
        }
        _ => Ok(()),
    }
}

/// Patterns come from the schema files, so there are few and they compile.
fn matches(pattern: &str, text: &str) -> bool {
    static COMPILED: OnceLock<std::sync::Mutex<HashMap<String, Option<Regex>>>> = OnceLock::new();
    let mut compiled = COMPILED
        .get_or_init(std::sync::Mutex::default)
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let regex = compiled.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok());
    regex.as_ref().is_none_or(|regex| regex.is_match(text))
}

fn check_number(schema: &Value, number: &serde_json::Number, at: &At<'_>) -> Outcome {
    let Some(value) = number.as_f64() else { return Ok(()) };
    match (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
        (Some(least), _) if value < least => {
            at.fault(format!("Value {number} is less than minimum {}", schema["minimum"]))
        }
        (_, Some(most)) if value > most => {
            at.fault(format!("Value {number} is greater than maximum {}", schema["maximum"]))
        }
        _ => Ok(()),
    }
}
