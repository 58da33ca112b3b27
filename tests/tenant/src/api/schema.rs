//! The operations of Auth0's OpenAPI document, cut down to what a request is checked against.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{ApiError, Query, validate::Validator};

/// Operations and the schemas they refer to, of all families.
#[derive(Default)]
pub(crate) struct Schemas {
    operations: HashMap<String, Operation>,
    pub(super) components: Map<String, Value>,
}

/// What one operation asks of a request.
#[derive(Default)]
pub(crate) struct Operation {
    pub(crate) scopes: Vec<String>,
    query: Map<String, Value>,
    body: Option<Value>,
}

impl Schemas {
    /// Adds a file of `schemas/`; these files are part of the program, so a flaw in one is a bug.
    pub(crate) fn add(&mut self, file: &str) -> Result<(), serde_json::Error> {
        let mut file: Map<String, Value> = serde_json::from_str(file)?;
        if let Some(Value::Object(components)) = file.remove("schemas") {
            self.components.extend(components);
        }
        if let Some(Value::Object(operations)) = file.remove("operations") {
            for (name, operation) in &operations {
                self.operations.insert(plain(name), Operation::read(operation));
            }
        }
        Ok(())
    }

    /// The operation `GET /clients/{id}`; parameter names do not matter.
    pub(crate) fn operation(&self, method: &str, template: &str) -> Option<&Operation> {
        self.operations.get(&plain(&format!("{method} {template}")))
    }

    /// Lets a body schema accept top-level fields that real traffic carries undeclared.
    pub(crate) fn accept(&mut self, component: &str, fields: &[(&str, Value)]) {
        let properties = self.components.get_mut(component).and_then(|c| c.get_mut("properties"));
        if let Some(Value::Object(properties)) = properties {
            properties
                .extend(fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())));
        }
    }

    /// Adds a value that real traffic carries to a closed list.
    pub(crate) fn allow_value(&mut self, component: &str, value: &str) {
        let allowed = self.components.get_mut(component).and_then(|c| c.get_mut("enum"));
        if let Some(Value::Array(allowed)) = allowed {
            allowed.push(value.into());
        }
    }

    /// Lets null clear properties although the document does not say so.
    pub(crate) fn allow_null(&mut self, component: &str, names: &[&str]) {
        let properties = self.components.get_mut(component).and_then(|c| c.get_mut("properties"));
        let Some(Value::Object(properties)) = properties else { return };
        for name in names {
            if let Some(Value::Object(property)) = properties.get_mut(*name) {
                property.insert("nullable".to_owned(), true.into());
            }
        }
    }

    pub(crate) fn check_body(&self, operation: &Operation, body: &Value) -> Result<(), ApiError> {
        let Some(schema) = &operation.body else { return Ok(()) };
        Validator::new(&self.components)
            .check(schema, body)
            .map_err(|fault| ApiError::invalid_body(fault.sentence("Payload")))
    }

    pub(crate) fn check_query(&self, operation: &Operation, query: &Query) -> Result<(), ApiError> {
        let validator = Validator::new(&self.components);
        for (name, text) in query.pairs() {
            let Some(schema) = operation.query.get(name) else { continue };
            validator
                .check_at(schema, &typed(validator.resolve(schema), text), name)
                .map_err(|fault| ApiError::invalid_query(fault.sentence("Query")))?;
        }
        Ok(())
    }
}

impl Operation {
    fn read(source: &Value) -> Self {
        let strings = |value: &Value| value.as_str().map(str::to_owned);
        let scopes =
            source["scopes"].as_array().into_iter().flatten().filter_map(strings).collect();
        let query = source["query"].as_object().cloned().unwrap_or_default();
        Self { scopes, query, body: source.get("body").cloned() }
    }

    /// Whether the operation reads a body at all.
    pub(crate) fn has_body(&self) -> bool {
        self.body.is_some()
    }
}

/// A query value as the type its schema asks for, or as the text it is.
fn typed(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number") => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        Some("boolean") => text.parse::<bool>().map_or_else(|_| text.into(), Value::from),
        Some("array") => Value::Array(vec![text.into()]),
        _ => text.into(),
    }
}

/// `GET /clients/{client_id}` as `GET /clients/{}`.
fn plain(operation: &str) -> String {
    let mut inside = false;
    let keep = |letter: &char| {
        let kept = !inside || *letter == '}';
        inside = (inside || *letter == '{') && *letter != '}';
        kept
    };
    operation.chars().filter(keep).collect()
}
