//! JSON that is read to its end and not kept.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// What a text of JSON is. Unlike [`IgnoredAny`](serde::de::IgnoredAny), reading it decodes every text and number
/// and is bounded in depth, as reading a [`Value`](serde_json::Value) is: what passes is JSON for every client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// `{…}`
    Object,
    /// Anything else.
    Other,
}

impl Checked {
    /// # Errors
    /// The text is not JSON, or nested too deeply. The error names line and column, never the content.
    pub(super) fn read(json: &str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }
}

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

/// Takes whatever comes.
struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Checked;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Checked, E> {
        Ok(Checked::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Checked, E> {
        Ok(Checked::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
        while items.next_element::<Checked>()?.is_some() {}
        Ok(Checked::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Checked, A::Error> {
        while members.next_entry::<Checked, Checked>()?.is_some() {}
        Ok(Checked::Object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_passes_is_what_a_value_can_be_read_from() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        for json in [
            "{}",
            " {\"a\": [1, -2, 3.5e2, null, true, \"\\u00e9\\ud83d\\ude00\"], \"b\": {\"c\": {}}} ",
            "[{}]",
            "\"{\"",
            "null",
            "12",
            "",
            "{",
            "{\"a\": 1} {}",
            "{\"a\": 1,}",
            "{a: 1}",
            "{\"a\": 1e999}",
            "{\"a\": \"\\ud800\"}",
            "{\"\\ud800\": 1}",
            "{\"a\": \"\n\"}",
            "{\"a\": nul}",
            &deep(100),
            &deep(200),
        ] {
            let value = serde_json::from_str::<Value>(json);
            let expected = value.map_err(|error| error.to_string()).map(|value| match value {
                Value::Object(_) => Checked::Object,
                _ => Checked::Other,
            });
            assert_eq!(Checked::read(json).map_err(|error| error.to_string()), expected, "{json}");
        }
    }
}
