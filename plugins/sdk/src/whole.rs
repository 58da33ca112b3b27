//! An object of the tenant, handed on as it came.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::{Failure, Object, tool::Answer};

/// The answer of a tool that shows all of an object and looks at none of it: the tenant's JSON to the byte, not taken
/// apart. A tool that reads or changes a member takes [`Object`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole(String);

impl Whole {
    /// Takes the body of an answer, which is JSON: the contract says so.
    ///
    /// # Errors
    /// The body, where it is no object.
    pub fn of(body: String) -> Result<Self, String> {
        if body.trim_start().starts_with('{') { Ok(Self(body)) } else { Err(body) }
    }
}

impl Answer for Whole {
    fn into_json(self) -> Result<String, Failure> {
        Ok(self.0)
    }
}

impl JsonSchema for Whole {
    fn inline_schema() -> bool {
        Object::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Object::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Object::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn an_object_stays_as_it_is_to_the_byte() {
        let text = r#"{"b":1.10,"a":[9007199254740993,"\u00e9"],"b":{}}"#;
        let whole = Whole::of(text.to_owned()).expect("an object").into_json();
        assert_eq!(whole.as_deref(), Ok(text));
        assert_eq!(schema::output::<Whole>(), schema::output::<Object>());
    }

    #[test]
    fn nothing_else_is_taken() {
        for text in ["[{}]", "null", "\"{}\"", "1", ""] {
            assert!(Whole::of(text.to_owned()).is_err(), "{text}");
        }
    }
}
