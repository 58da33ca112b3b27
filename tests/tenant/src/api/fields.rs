//! `fields` and `include_fields`: which keys of an object are answered.

use serde_json::{Map, Value};

use super::Query;

/// A choice of keys.
pub(crate) struct Fields<'a> {
    names: Vec<&'a str>,
    include: bool,
    /// Keys that are answered although nobody asked for them.
    always: &'static [&'static str],
}

impl<'a> Fields<'a> {
    pub(crate) fn of(query: &'a Query, always: &'static [&'static str]) -> Option<Self> {
        let names =
            query.list("fields").filter(|names| names.iter().any(|name| !name.is_empty()))?;
        Some(Self { names, include: query.flag("include_fields").unwrap_or(true), always })
    }

    pub(crate) fn apply(&self, object: &mut Map<String, Value>) {
        object.retain(|key, _| {
            self.names.contains(&key.as_str()) == self.include
                || self.always.contains(&key.as_str())
        });
    }
}
