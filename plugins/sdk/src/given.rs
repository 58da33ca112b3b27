//! Passing on what the caller wrote: absent, `null` and a value are three different things to a PATCH.

use std::{borrow::Cow, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{Failure, Object, schema::NULLABLE};

/// A field that may be absent, `null` (clear it) or a value.
///
/// Write `#[serde(default)]` on the field, and `skip_serializing_if = "Patch::is_absent"` where the struct is also
/// serialised: serde has no other way to leave a field out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not given: leave it as it is.
    #[default]
    Absent,
    /// Given as `null`: clear it.
    Null,
    /// Given.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether nothing was given.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value, if one was given.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Owned(format!("Patch_{}", T::schema_name()))
    }

    fn schema_id() -> Cow<'static, str> {
        Cow::Owned(format!("Patch<{}>", T::schema_id()))
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        nullable(generator.subschema_for::<T>())
    }
}

/// Not generic, so that a component holds it once.
fn nullable(value: Schema) -> Schema {
    json_schema!({ "anyOf": [value, { "type": "null" }], NULLABLE: true })
}

/// Arguments that are also a request body: described by `T`, kept as the caller wrote them.
///
/// The host has checked them against the schema of `T`. Where they mirror an API body field by field, sending
/// [`Given::object`] sends exactly what was given, `null` included; `T` needs no serde, and the component none of its
/// code.
#[derive(Clone, Debug)]
pub struct Given<T> {
    /// What was given, verbatim.
    pub object: Object,
    described_by: PhantomData<fn() -> T>,
}

impl<T> Given<T> {
    /// The text of a field.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.object.get(key).and_then(Value::as_str)
    }

    /// Removes a required text, such as the id that goes into the path.
    ///
    /// # Errors
    /// [`Failure::InvalidArguments`] where it is missing.
    pub fn take_text(&mut self, key: &str) -> Result<String, Failure> {
        match self.object.shift_remove(key) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(Failure::InvalidArguments(format!("{key} is required"))),
        }
    }
}

impl<'de, T> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { object: Object::deserialize(deserializer)?, described_by: PhantomData })
    }
}

impl<T: JsonSchema> JsonSchema for Given<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        usage: Patch<String>,
    }

    #[test]
    fn absent_null_and_value_survive_a_round_trip() {
        for (text, usage) in [
            ("{}", Patch::Absent),
            (r#"{"usage":null}"#, Patch::Null),
            (r#"{"usage":"a"}"#, Patch::Value("a".into())),
        ] {
            let body: Body = serde_json::from_str(text).expect(text);
            assert_eq!(body, Body { usage });
            assert_eq!(serde_json::to_string(&body).expect(text), text);
        }
    }

    #[test]
    fn given_keeps_what_was_written() {
        let mut given: Given<()> =
            serde_json::from_str(r#"{"id":"a","usage":null}"#).expect("an object");
        assert_eq!(given.text("id"), Some("a"));
        assert_eq!(given.take_text("id").expect("an id"), "a");
        given.take_text("id").expect_err("it is gone");
        assert_eq!(Value::Object(given.object), serde_json::json!({ "usage": null }));
    }
}
