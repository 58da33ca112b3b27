//! What is shown of an item where the API cannot choose fields: picking, leaving out, and dropping what is empty.

use serde_json::Value;

use crate::{Failure, Object, fields::Fields};

/// Which fields of an item are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// The few by which an item is recognised.
    Usual(Fields),
    /// Those that the caller named.
    Only(Fields),
    /// All but those that the caller named, and no secret.
    AllBut(Vec<String>),
}

impl View {
    /// The caller's `fields` and `include_fields`, as Auth0's list endpoints mean them: `include` says whether the
    /// fields are the ones to show or the ones to leave out. `id` is always shown.
    ///
    /// # Errors
    /// [`Failure::InvalidArguments`] for a field of `secret`.
    pub fn choose(
        id: &str,
        asked: Option<&[String]>,
        include: bool,
        usual: &[&str],
        secret: &[&str],
    ) -> Result<Self, Failure> {
        if !include {
            let asked = asked.unwrap_or_default().iter().filter(|name| *name != id).cloned();
            return Ok(Self::AllBut(
                asked.chain(secret.iter().copied().map(str::to_owned)).collect(),
            ));
        }
        let fields = Fields::choose(id, asked, usual, secret)?;
        Ok(if asked.is_some() { Self::Only(fields) } else { Self::Usual(fields) })
    }

    /// The chosen fields of an item. Of the usual ones those that are `null` or empty are left out.
    #[must_use]
    pub fn show(&self, mut item: Object) -> Object {
        match self {
            Self::Usual(fields) => {
                let mut item = fields.pick(item);
                item.retain(|_, value| !is_empty(value));
                item
            }
            Self::Only(fields) => fields.pick(item),
            Self::AllBut(names) => {
                item.retain(|name, _| !names.contains(name));
                item
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Whether an item's `name` holds a text, in any case.
#[must_use]
pub fn is_named(item: &Object, part: &str) -> bool {
    let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
    name.to_lowercase().contains(&part.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(asked: Option<&[&str]>, include: bool, expected: Value) {
        let asked: Option<Vec<String>> =
            asked.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        let view = View::choose("id", asked.as_deref(), include, &["name", "note"], &["secret"]);
        let item = json!({ "id": "1", "note": "", "name": "n", "size": 2, "secret": "s" });
        let Value::Object(item) = item else { unreachable!() };
        assert_eq!(Value::Object(view.expect("a view").show(item)), expected);
    }

    #[test]
    fn fields_are_shown_or_left_out() {
        check(None, true, json!({ "id": "1", "name": "n" }));
        check(Some(&["size", "note"]), true, json!({ "id": "1", "size": 2, "note": "" }));
        check(Some(&["size", "id"]), false, json!({ "id": "1", "note": "", "name": "n" }));
        check(None, false, json!({ "id": "1", "note": "", "name": "n", "size": 2 }));
        View::choose("id", Some(&["secret".to_owned()]), true, &[], &["secret"])
            .expect_err("a secret");
    }

    #[test]
    fn names_are_found_in_any_case() {
        let Value::Object(item) = json!({ "name": "Über API" }) else { unreachable!() };
        assert!(is_named(&item, "übER") && !is_named(&item, "x") && !is_named(&Object::new(), "x"));
    }
}
