//! A body of JSON on its way from the tenant to a plugin: read once, masked in place, written again.
//!
//! Texts are borrowed from the body where nothing is escaped in them, and members are a list, so a list of
//! applications costs no allocation for each text and no hash for each name. Order and repeated names stay.

use std::{fmt, ops::Deref};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A value of a body.
pub enum Json<'b> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as exact as `serde_json` reads it.
    Number(Number),
    /// A text.
    String(Text<'b>),
    /// `[…]`
    Array(Vec<Json<'b>>),
    /// `{…}`
    Object(Members<'b>),
}

/// The members of an object, in the order in which they came.
pub type Members<'b> = Vec<(Text<'b>, Json<'b>)>;

/// A text, or the name of a member.
pub enum Text<'b> {
    /// As it stands in JSON between two quotes: nothing in it is or has to be escaped.
    Plain(&'b str),
    /// Any other.
    Owned(String),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl<'b> Json<'b> {
    /// Reads a body.
    ///
    /// # Errors
    /// It is not JSON, or nested too deeply. The error names line and column, never the content.
    pub fn read(body: &'b [u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(body)
    }

    /// The value as a plugin gets it, without spaces. `bytes` is how long it will be, as far as that is known.
    #[must_use]
    pub fn write(&self, bytes: usize) -> String {
        let mut json = String::with_capacity(bytes);
        self.add_to(&mut json);
        json
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    fn add_to(&self, json: &mut String) {
        match self {
            Self::Null => json.push_str("null"),
            Self::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => json.push_str(&number.to_string()),
            Self::String(text) => text.add_to(json),
            Self::Array(items) => {
                let mut before = '[';
                for item in items {
                    json.push(before);
                    item.add_to(json);
                    before = ',';
                }
                json.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                let mut before = '{';
                for (name, value) in members {
                    json.push(before);
                    name.add_to(json);
                    json.push(':');
                    value.add_to(json);
                    before = ',';
                }
                json.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

impl Text<'_> {
    fn add_to(&self, json: &mut String) {
        match self {
            Self::Plain(text) => {
                json.push('"');
                json.push_str(text);
                json.push('"');
            }
            // Writing a text as JSON cannot fail.
            Self::Owned(text) => json.push_str(&serde_json::to_string(text).unwrap_or_default()),
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        // JSON has no infinity, and the parser refuses what would become one.
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        // The parser lends what it finds between two quotes if no escape is in it, and refuses control characters.
        Ok(Json::String(Text::Plain(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Text::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut members = Members::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(text) => Ok(text),
            _ => Err(D::Error::custom("a name that is no text")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for json in [
            r#"{"b":[1,-2,3.5,1e300,18446744073709551615,null,true,""],"a":{"c":{}},"é":"\u0001 \" \\ 😀\u007f","\n":[[],[{}]]}"#,
            "[]",
            "\"text\"",
            "null",
            "0.1",
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(Json::read(json.as_bytes()).unwrap().write(0), value.to_string());
        }
        let spaced = "{ \"\\u0061\" : [ \"\\n\" ] ,\n\"a\": {} }";
        assert_eq!(Json::read(spaced.as_bytes()).unwrap().write(0), r#"{"a":["\n"],"a":{}}"#);
    }

    #[test]
    fn what_a_value_cannot_be_read_from_is_refused() {
        let deep = [b'['; 1000];
        for body in
            [b"{".as_slice(), b"{\"a\":1e999}", b"{} {}", b"\"\xff\"", b"\"\\ud800\"", b"", &deep]
        {
            let refused = Json::read(body).err().map(|error| error.to_string());
            let expected = serde_json::from_slice::<Value>(body).unwrap_err().to_string();
            assert_eq!(refused, Some(expected));
        }
    }
}
