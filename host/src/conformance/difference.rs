//! Where two JSON values differ first, in words for an author who compares a long answer with what was expected.

use serde_json::Value;

/// The longest text of a value that is shown, in characters.
const LONGEST: usize = 200;

/// The first place where `found` is not what was expected; None if they are equal. Members have no order.
pub(super) fn first(expected: &Value, found: &Value) -> Option<String> {
    let mut path = Vec::new();
    let (expected, found) = differ(expected, found, &mut path)?;
    let place = if path.is_empty() { String::new() } else { format!("at `{}`: ", path.join(".")) };
    Some(format!("{place}expected {}, but it answered {}", shown(expected), shown(found)))
}

/// A side of a difference; None where there is nothing.
type Side<'v> = Option<&'v Value>;

/// The first difference; `path` then leads to it.
fn differ<'v>(
    expected: &'v Value,
    found: &'v Value,
    path: &mut Vec<String>,
) -> Option<(Side<'v>, Side<'v>)> {
    match (expected, found) {
        (Value::Object(wanted), Value::Object(given)) => {
            let missing = wanted.keys().filter(|name| !given.contains_key(*name));
            let mut names = given.keys().chain(missing);
            names.find_map(|name| inside(wanted.get(name), given.get(name), name.clone(), path))
        }
        (Value::Array(wanted), Value::Array(given)) => (0..wanted.len().max(given.len()))
            .find_map(|at| inside(wanted.get(at), given.get(at), at.to_string(), path)),
        _ => (expected != found).then_some((Some(expected), Some(found))),
    }
}

/// The first difference in one member or item.
fn inside<'v>(
    expected: Side<'v>,
    found: Side<'v>,
    name: String,
    path: &mut Vec<String>,
) -> Option<(Side<'v>, Side<'v>)> {
    path.push(name);
    let difference = match (expected, found) {
        (Some(expected), Some(found)) => differ(expected, found, path),
        sides => Some(sides),
    };
    if difference.is_none() {
        path.pop();
    }
    difference
}

fn shown(side: Side<'_>) -> String {
    let Some(value) = side else { return "nothing".to_owned() };
    let text = value.to_string();
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() { format!("{short}\u{2026}") } else { short }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_is_named_by_its_place() {
        for (expected, found, says) in [
            (json!({"a": 1}), json!({"a": 1}), None),
            (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), None),
            (json!({"a": 1}), json!([]), Some("expected {\"a\":1}, but it answered []")),
            (
                json!({"apis": [{"id": 1}, {"id": 2}]}),
                json!({"apis": [{"id": 1}, {"id": 2, "name": null}]}),
                Some("at `apis.1.name`: expected nothing, but it answered null"),
            ),
            (
                json!({"a": [1, 2], "b": {}}),
                json!({"a": [1]}),
                Some("at `a.1`: expected 2, but it answered nothing"),
            ),
            (json!({"b": 1}), json!({}), Some("at `b`: expected 1, but it answered nothing")),
        ] {
            assert_eq!(first(&expected, &found).as_deref(), says, "{expected} {found}");
        }
    }
}
