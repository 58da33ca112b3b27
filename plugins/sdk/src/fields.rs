//! Which fields of an item to answer with: a few by default, others where the caller names them.

use crate::{Failure, Object};

/// The fields to answer with, in order and without doubles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(Vec<String>);

impl Fields {
    /// `id` and what was asked for, or `usual` where nothing was.
    ///
    /// # Errors
    /// [`Failure::InvalidArguments`] for a field of `secret`.
    pub fn choose(
        id: &str,
        asked: Option<&[String]>,
        usual: &[&str],
        secret: &[&str],
    ) -> Result<Self, Failure> {
        if let Some(name) =
            asked.unwrap_or_default().iter().find(|name| secret.contains(&name.as_str()))
        {
            return Err(Failure::InvalidArguments(format!(
                "fields: `{name}` is a secret and is not listed"
            )));
        }
        let mut fields = Self(vec![id.to_owned()]);
        match asked {
            Some(asked) => asked.iter().for_each(|name| fields.add(name)),
            None => usual.iter().for_each(|name| fields.add(name)),
        }
        Ok(fields)
    }

    /// Adds a field that is not there yet.
    pub fn add(&mut self, name: &str) {
        if !self.0.iter().any(|known| known == name) {
            self.0.push(name.to_owned());
        }
    }

    /// The value of a `fields` query parameter.
    #[must_use]
    pub fn query(&self) -> String {
        self.0.join(",")
    }

    /// The chosen fields of an item; those that it lacks are left out.
    #[must_use]
    pub fn pick(&self, mut item: Object) -> Object {
        self.0.iter().filter_map(|name| item.remove_entry(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn fields_are_chosen_and_picked() {
        let usual = Fields::choose("id", None, &["name"], &[]).expect("usual");
        assert_eq!(usual.query(), "id,name");
        let asked = ["callbacks".to_owned(), "id".to_owned()];
        let asked = Fields::choose("id", Some(&asked), &["name"], &["secret"]).expect("asked");
        let Value::Object(item) = json!({ "name": "n", "callbacks": [], "id": "1" }) else {
            unreachable!()
        };
        assert_eq!(Value::Object(asked.pick(item)), json!({ "id": "1", "callbacks": [] }));
        Fields::choose("id", Some(&["secret".to_owned()]), &[], &["secret"]).expect_err("a secret");
    }
}
