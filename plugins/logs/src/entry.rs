//! What is shown of a log entry.
//!
//! `log_id` is sent in some answers only, `_id` in all of them, and both are the same.

use auth0_mcp_plugin::{Object, View};
use serde_json::Value;

use crate::event::meaning;

/// Enough to see who did what, where and how it went.
pub(crate) const USUAL: &[&str] = &[
    "date",
    "type",
    "event",
    "description",
    "user_name",
    "user_id",
    "ip",
    "client_name",
    "client_id",
    "connection",
];
/// The fields that the API lets a caller choose, by the pattern of its parameter `fields`; others come with whole
/// entries only.
const CHOOSABLE: &[&str] = &[
    "date",
    "connection",
    "client_id",
    "client_name",
    "ip",
    "user_id",
    "user_name",
    "description",
    "user_agent",
    "type",
    "details",
    "strategy",
    "strategy_type",
];

/// `fields` and `include_fields` of a request that brings no more than what is shown; None for whole entries.
pub(crate) fn wanted(view: &View) -> Option<(String, bool)> {
    let (names, include) = match view {
        View::Usual(fields) => (fields.query().replace("log_id,", "").replace("event,", ""), true),
        View::Only(fields) => (fields.query().replacen("log_id,", "", 1), true),
        View::AllBut(names) => (names.join(","), false),
    };
    let choosable = names.split(',').all(|name| CHOOSABLE.contains(&name));
    choosable.then_some((names, include))
}

/// An entry as it is answered.
pub(crate) fn show(mut entry: Object, view: &View) -> Object {
    if let Some(id) = entry.shift_remove("_id") {
        entry.entry("log_id").or_insert(id);
    }
    explain(&mut entry);
    let named = |entry: &Object| {
        entry.get("client_name").and_then(Value::as_str).is_some_and(|name| !name.is_empty())
    };
    if matches!(view, View::Usual(_)) && named(&entry) {
        entry.shift_remove("client_id");
    }
    view.show(entry)
}

/// Adds what the type code means.
pub(crate) fn explain(entry: &mut Object) {
    if let Some(meaning) = entry.get("type").and_then(Value::as_str).and_then(meaning) {
        entry.insert("event".into(), meaning.into());
    }
}

/// The id of an entry as it came.
pub(crate) fn id(entry: &Object) -> Option<String> {
    entry.get("log_id").or_else(|| entry.get("_id")).and_then(Value::as_str).map(str::to_owned)
}
