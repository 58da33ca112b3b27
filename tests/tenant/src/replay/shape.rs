//! The shape of a JSON value: which paths it has and of which types, arrays merged.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

/// A path on which two shapes differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) side: Side,
}

/// In which way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Only the recording has the path.
    Recorded,
    /// Only our answer has it.
    Ours,
    /// Both have it, with different types.
    Types(String, String),
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.side {
            Side::Recorded => write!(formatter, "{} only recorded", self.path),
            Side::Ours => write!(formatter, "{} only ours", self.path),
            Side::Types(recorded, ours) => {
                write!(formatter, "{} recorded as {recorded}, ours {ours}", self.path)
            }
        }
    }
}

/// Paths that a recorder of reserialized bodies writes whatever the service said.
const ARTEFACTS: [&str; 4] = ["client_secret", "signing_keys", "$.length", "$.next"];

/// How the shapes differ. Of a reserialized body only what it has counts: it lacks the fields that
/// the recorder did not know.
pub(crate) fn differences(recorded: &Value, ours: &Value, reserialized: bool) -> Vec<Difference> {
    let (recorded, ours) = (shape(recorded), shape(ours));
    let mut found = Vec::new();
    for (path, types) in &recorded {
        let side = match ours.get(path) {
            None => Side::Recorded,
            Some(others) if others != types => Side::Types(list(types), list(others)),
            Some(_) => continue,
        };
        found.push(Difference { path: path.clone(), side });
    }
    if reserialized {
        found.retain(|difference| !ARTEFACTS.iter().any(|name| difference.path.contains(name)));
        return found;
    }
    for path in ours.keys().filter(|path| !recorded.contains_key(*path)) {
        found.push(Difference { path: path.clone(), side: Side::Ours });
    }
    found
}

/// Keys whose values are states that time brings about: the value counts as part of the shape.
const STATES: [&str; 3] = ["status", "deployed", "all_changes_deployed"];

/// Whether both are in the same states.
pub(crate) fn same_states(recorded: &Value, ours: &Value) -> bool {
    let states = |value| shape(value).into_keys().filter(|path| path.contains(" = ")).collect();
    let (recorded, ours): (Vec<String>, Vec<String>) = (states(recorded), states(ours));
    recorded == ours
}

/// Keys whose values differ from tenant to tenant and from run to run.
const VOLATILE: [&str; 21] = [
    "built_at",
    "build_time",
    "refreshed_at",
    "fingerprint",
    "client_id",
    "client_secret",
    "id",
    "kid",
    "thumbprint_sha256",
    "created_at",
    "updated_at",
    "expires_at",
    "tenant",
    "cert",
    "key",
    "pkcs7",
    "subject",
    "next",
    "total",
    "start",
    "length",
];

/// Whether the values agree wherever both have the same path, except for volatile ones.
pub(crate) fn same_values(recorded: &Value, ours: &Value) -> bool {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => recorded.iter().all(|(key, value)| {
            VOLATILE.contains(&key.as_str())
                || ours.get(key).is_none_or(|ours| same_values(value, ours))
        }),
        (Value::Array(recorded), Value::Array(ours)) => {
            recorded.len() == ours.len()
                && recorded.iter().zip(ours).all(|(recorded, ours)| same_values(recorded, ours))
        }
        (Value::String(text), Value::String(_)) if text == "[REDACTED]" => true,
        (recorded, ours) => recorded == ours,
    }
}

type Shape = BTreeMap<String, BTreeSet<&'static str>>;

fn shape(value: &Value) -> Shape {
    let mut shape = Shape::new();
    walk(value, "$", &mut shape);
    shape
}

fn walk(value: &Value, path: &str, shape: &mut Shape) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    shape.entry(path.to_owned()).or_default().insert(kind);
    match value {
        Value::Array(items) => {
            let path = format!("{path}[]");
            items.iter().for_each(|item| walk(item, &path, shape));
        }
        Value::Object(object) => {
            for (key, value) in object {
                let path = format!("{path}.{key}");
                if STATES.contains(&key.as_str()) {
                    shape.entry(format!("{path} = {value}")).or_default().insert("state");
                }
                walk(value, &path, shape);
            }
        }
        _ => {}
    }
}

fn list(types: &BTreeSet<&str>) -> String {
    types.iter().copied().collect::<Vec<_>>().join(" or ")
}
