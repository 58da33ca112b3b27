//! How a JSON text is laid out, so that what is added looks like what is there.

use jsonc_parser::ast::Object;
use serde::Serialize;
use serde_json::{Serializer, Value, ser::PrettyFormatter};

use super::Document;

/// Indentation and line ends of a text.
pub(super) struct Style<'t> {
    unit: &'t str,
    newline: &'static str,
}

impl<'t> Style<'t> {
    pub(super) fn of(document: &Document<'t>) -> Self {
        let text = document.text;
        let first = document.root.properties.iter().find_map(|it| own_line(text, it.range.start));
        let newline = match text.find(['\n', '\r']) {
            Some(at) if text[at..].starts_with("\r\n") => "\r\n",
            _ => "\n",
        };
        Self { unit: first.unwrap_or("  "), newline }
    }

    /// The line end and the indentation of the properties of this object.
    pub(super) fn inside(&self, text: &str, object: &Object<'_>) -> String {
        let there = object.properties.iter().rev().find_map(|it| own_line(text, it.range.start));
        match there {
            Some(indent) => format!("{}{indent}", self.newline),
            None => format!("{}{}", self.closing(text, object), self.unit),
        }
    }

    /// The line end and the indentation of the object's closing brace.
    pub(super) fn closing(&self, text: &str, object: &Object<'_>) -> String {
        format!("{}{}", self.newline, indentation(text, object.range.start))
    }

    /// A property on lines of its own; `line` is what begins each line.
    pub(super) fn spread(&self, key: &str, value: &Value, line: &str) -> String {
        let mut bytes = Vec::new();
        let mut writer = Serializer::with_formatter(
            &mut bytes,
            PrettyFormatter::with_indent(self.unit.as_bytes()),
        );
        // Writing a value of strings into memory cannot fail.
        _ = value.serialize(&mut writer);
        let value = String::from_utf8_lossy(&bytes).replace('\n', line);
        if key.is_empty() { value } else { format!("{}: {value}", Value::from(key)) }
    }
}

/// The indentation of what starts here, if nothing else stands before it on its line.
pub(super) fn own_line(text: &str, start: usize) -> Option<&str> {
    let line = text[..start].rfind(['\n', '\r'])? + 1;
    let before = &text[line..start];
    before.chars().all(char::is_whitespace).then_some(before)
}

/// The white space that the line of this place begins with.
fn indentation(text: &str, at: usize) -> &str {
    let line = text[..at].rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let rest = &text[line..at];
    &rest[..rest.len() - rest.trim_start().len()]
}
