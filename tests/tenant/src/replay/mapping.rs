//! Ids that the tenant gave out in place of the recorded ones.

use std::collections::HashMap;

use serde_json::Value;

/// Keys whose values a tenant invents.
const INVENTED: [&str; 3] = ["client_id", "id", "client_secret"];

/// From recorded values to ours.
#[derive(Default)]
pub(crate) struct Mapping {
    ours: HashMap<String, String>,
}

impl Mapping {
    /// Walks two answers side by side and notes invented values that differ.
    pub(crate) fn learn(&mut self, recorded: &Value, ours: &Value) {
        match (recorded, ours) {
            (Value::Object(recorded), Value::Object(ours)) => {
                for (key, recorded) in recorded {
                    match (recorded, ours.get(key)) {
                        (Value::String(recorded), Some(Value::String(ours)))
                            if INVENTED.contains(&key.as_str()) && recorded != ours =>
                        {
                            self.note(recorded, ours);
                        }
                        (_, Some(ours)) => self.learn(recorded, ours),
                        (_, None) => {}
                    }
                }
            }
            (Value::Array(recorded), Value::Array(ours)) if recorded.len() == ours.len() => {
                for (recorded, ours) in recorded.iter().zip(ours) {
                    self.learn(recorded, ours);
                }
            }
            _ => {}
        }
    }

    /// A value that a recorder blanked out stands for nothing, and what is known stays known.
    fn note(&mut self, recorded: &str, ours: &str) {
        if !recorded.starts_with('[') {
            self.ours.entry(recorded.to_owned()).or_insert_with(|| ours.to_owned());
        }
    }

    /// Our value for a recorded one.
    pub(crate) fn text<'a>(&'a self, recorded: &'a str) -> &'a str {
        self.ours.get(recorded).map_or(recorded, String::as_str)
    }

    /// Whether a recorded id stands for one of ours.
    pub(crate) fn knows(&self, recorded: &str) -> bool {
        self.ours.contains_key(recorded)
    }

    /// A recorded body with our ids.
    pub(crate) fn body(&self, recorded: &Value) -> Value {
        match recorded {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.body(item)).collect(),
            Value::Object(object) => {
                object.iter().map(|(key, value)| (key.clone(), self.body(value))).collect()
            }
            other => other.clone(),
        }
    }

    /// A recorded path with our ids.
    pub(crate) fn path(&self, recorded: &str) -> String {
        let parts: Vec<&str> = recorded.split('/').map(|part| self.text(part)).collect();
        parts.join("/")
    }
}
