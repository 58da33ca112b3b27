//! Parity with Auth0's own Node server, as data: each of its parameters exists here with a compatible type, or
//! the difference is listed with its reason in `tests/golden/parity-differences.json`.

use std::{collections::BTreeMap, fs};

use auth0_mcp::catalog::store::BUNDLE;
use auth0_mcp_sandbox::{
    Manifest,
    manifest::{Effect, Tool},
};
use serde_json::{Map, Value};

fn golden(name: &str) -> String {
    fs::read_to_string(format!("{}/../tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn ours() -> BTreeMap<String, Tool> {
    let manifests =
        BUNDLE.iter().map(|plugin| serde_json::from_str::<Manifest>(plugin.manifest).unwrap());
    manifests.flat_map(|manifest| manifest.tools).map(|tool| (tool.name.clone(), tool)).collect()
}

#[test]
fn every_parameter_of_the_node_server_is_here_or_explained() {
    let theirs: Vec<Value> = serde_json::from_str(&golden("parity.json")).unwrap();
    let explained: BTreeMap<String, String> =
        serde_json::from_str(&golden("parity-differences.json")).unwrap();
    let ours = ours();
    let mut differences = BTreeMap::new();
    for tool in &theirs {
        let name = tool["name"].as_str().unwrap();
        let Some(our) = ours.get(name) else {
            differences.insert(name.to_owned(), "is missing".to_owned());
            continue;
        };
        let schema = Value::Object(our.input_schema.clone());
        compare(name, tool["parameters"].as_object().unwrap(), &schema, &mut differences);
        compare_hints(name, tool, our, &mut differences);
    }
    let unexplained: Vec<_> =
        differences.iter().filter(|(place, _)| !explained.contains_key(*place)).collect();
    assert!(unexplained.is_empty(), "not explained: {unexplained:#?}");
    let stale: Vec<_> =
        explained.keys().filter(|place| !differences.contains_key(*place)).collect();
    assert!(stale.is_empty(), "explained, but no longer different: {stale:?}");
    assert!(explained.values().all(|reason| reason.len() > 20), "a reason is a sentence");
}

/// Parameters of one level: theirs must be a part of ours.
fn compare(
    at: &str,
    theirs: &Map<String, Value>,
    schema: &Value,
    differences: &mut BTreeMap<String, String>,
) {
    let object = object_form(schema);
    for (name, their) in theirs {
        let place = format!("{at}.{name}");
        let Some(our) = object["properties"].get(name) else {
            differences.insert(place, "is missing".to_owned());
            continue;
        };
        if let Some(problem) = incompatible(their, our) {
            differences.insert(place.clone(), problem);
        }
        let required = object["required"]
            .as_array()
            .is_some_and(|names| names.contains(&Value::from(name.as_str())));
        if required && their["required"] != true {
            differences.insert(format!("{place} (required)"), "is required here".to_owned());
        }
        if let Some(nested) = their["properties"].as_object() {
            compare(&place, nested, our, differences);
        }
        if let Some(nested) = their["items"]["properties"].as_object() {
            compare(&format!("{place}[]"), nested, &object_form(our)["items"], differences);
        }
    }
}

/// A value that their schema takes must be one that ours takes.
fn incompatible(their: &Value, our: &Value) -> Option<String> {
    let wanted = their["type"].as_str().unwrap();
    let accepts = |form: &Value| match form["type"].as_str() {
        Some("integer") => wanted == "number" || wanted == "integer",
        Some(kind) => kind == wanted || (kind == "number" && wanted == "integer"),
        None => form.get("enum").is_some() && wanted == "string",
    };
    let Some(form) = forms(our).into_iter().find(|form| accepts(form)) else {
        return Some(format!("is a {wanted} there"));
    };
    let values = |schema: &Value| schema["enum"].as_array().cloned().unwrap_or_default();
    let missing: Vec<_> =
        values(their).into_iter().filter(|value| !values(form).contains(value)).collect();
    if !missing.is_empty() && form.get("enum").is_some() {
        return Some(format!("does not take {missing:?}"));
    }
    let nullable = forms(our).iter().any(|form| form["type"] == "null");
    (their["nullable"] == true && !nullable).then(|| "does not take null".to_owned())
}

fn forms(schema: &Value) -> Vec<&Value> {
    match schema["anyOf"].as_array() {
        Some(forms) => forms.iter().collect(),
        None => vec![schema],
    }
}

/// The form of a schema that is an object or an array, where it may also be null.
fn object_form(schema: &Value) -> &Value {
    let forms = forms(schema);
    forms
        .iter()
        .copied()
        .find(|form| form["type"] == "object" || form["type"] == "array")
        .unwrap_or(schema)
}

fn compare_hints(
    name: &str,
    theirs: &Value,
    ours: &Tool,
    differences: &mut BTreeMap<String, String>,
) {
    let (read_only, destructive, idempotent) = match ours.effect {
        Effect::ReadOnly => (true, false, true),
        Effect::Write { destructive, idempotent } => (false, destructive, idempotent),
    };
    for (hint, our) in
        [("read_only", read_only), ("destructive", destructive), ("idempotent", idempotent)]
    {
        if theirs[hint].as_bool().is_some_and(|their| their != our) {
            differences.insert(format!("{name} ({hint})"), format!("is {our} here"));
        }
    }
}
