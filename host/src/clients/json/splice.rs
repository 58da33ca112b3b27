//! Cutting and joining a JSON text at the places that the parser names. Adding a property removes no byte;
//! removing one takes its comma and the comment on its line along, and nothing else.

use std::ops::Range;

use jsonc_parser::{
    ast::{Object, ObjectProp},
    common::Ranged,
    tokens::{Token, TokenAndRange},
};
use serde_json::Value;

use super::{
    Document,
    style::{Style, own_line},
};

/// Adds a property at the end of the object.
pub(super) fn insert(
    document: &Document<'_>,
    object: &Object<'_>,
    key: &str,
    value: &Value,
) -> String {
    let text = document.text;
    let style = Style::of(document);
    let (inside, close) = (object.range.start + 1, object.range.end - 1);
    let last = object.properties.last().map_or(inside, |last| last.range.end);
    let comma = document.comma(last..close);
    let at = document.end_of_line(comma.as_ref().map_or(last, |comma| comma.end), close, object);
    let needs_comma = comma.is_none() && !object.properties.is_empty();
    let trailing = if comma.is_some() { "," } else { "" };
    let added = if is_spread(document, object) {
        let line = style.inside(text, object);
        // The closing brace gets a line of its own where it had none.
        let end =
            if has_newline(&text[at..close]) { String::new() } else { style.closing(text, object) };
        format!("{line}{}{trailing}{end}", style.spread(key, value, &line))
    } else {
        let gap = if object.properties.is_empty() || !text[last..at].is_empty() { "" } else { " " };
        let spaced = text[object.range.start..object.range.end].contains(": ");
        let colon = if spaced { ": " } else { ":" };
        let gap = if spaced { gap } else { "" };
        format!("{gap}{}{colon}{value}{trailing}", Value::from(key))
    };
    let comma = if needs_comma { "," } else { "" };
    [&text[..last], comma, &text[last..at], &added, &text[at..]].concat()
}

/// Gives a property another value.
pub(super) fn replace(document: &Document<'_>, property: &ObjectProp<'_>, value: &Value) -> String {
    let (text, range) = (document.text, property.value.range());
    let new = match own_line(text, property.range.start) {
        Some(indent) => {
            let style = Style::of(document);
            let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
            style.spread("", value, &format!("{newline}{indent}"))
        }
        None => value.to_string(),
    };
    [&text[..range.start], &new, &text[range.end..]].concat()
}

/// Removes a property with its comma and what stands behind it on its line.
pub(super) fn remove(
    document: &Document<'_>,
    object: &Object<'_>,
    property: &ObjectProp<'_>,
) -> String {
    let text = document.text;
    let (start, end, close) = (property.range.start, property.range.end, object.range.end - 1);
    let next = object.properties.iter().map(|it| it.range.start).find(|it| *it >= end);
    let previous = object.properties.iter().map(|it| it.range.end).rfind(|it| *it <= start);
    let after = document.comma(end..next.unwrap_or(close));
    let end = after.as_ref().map_or(end, |comma| comma.end);
    let body = match own_line(text, start) {
        Some(indent) => {
            let line = start - indent.len();
            // The line end before it, which may be two bytes.
            let newline = if text[..line].ends_with("\r\n") { 2 } else { 1 };
            line - newline..document.rest_of_line(end, next.unwrap_or(close))
        }
        None if previous.is_some() => text[..start].trim_end_matches([' ', '\t']).len()..end,
        None => start..next.unwrap_or(end),
    };
    // Without a comma behind it, the one before it has lost its purpose.
    let before = previous.filter(|_| after.is_none()).and_then(|it| document.comma(it..start));
    let (before, kept) = match before {
        Some(comma) => (&text[..comma.start], &text[comma.end..body.start.max(comma.end)]),
        None => (&text[..body.start], ""),
    };
    let is_last = object.properties.len() == 1;
    let (rest, inside) = (&text[body.end..], &text[object.range.start + 1..body.start]);
    let is_bare = inside.trim().is_empty() && text[body.end..close].trim().is_empty();
    if is_last && is_bare {
        return [&text[..=object.range.start], &text[close..]].concat();
    }
    [before, kept, rest].concat()
}

/// Whether the properties of this object stand on lines of their own.
fn is_spread(document: &Document<'_>, object: &Object<'_>) -> bool {
    let text = document.text;
    match (object.properties.first(), object.properties.last()) {
        (Some(first), Some(last)) => {
            has_newline(&text[object.range.start..first.range.start])
                || has_newline(&text[last.range.end..object.range.end])
        }
        // An empty object is opened up, save in a text that is one line and says something already.
        _ => has_newline(text.trim()) || document.root.properties.len() < 2,
    }
}

fn has_newline(text: &str) -> bool {
    text.contains(['\n', '\r'])
}

pub(super) fn is_comment(token: &TokenAndRange<'_>) -> bool {
    matches!(token.token, Token::CommentLine(_) | Token::CommentBlock(_))
}

impl Document<'_> {
    /// The tokens within a range.
    fn within(&self, range: Range<usize>) -> impl Iterator<Item = &TokenAndRange<'_>> {
        let first = self.tokens.partition_point(|token| token.range.start < range.start);
        self.tokens[first..].iter().take_while(move |token| token.range.end <= range.end)
    }

    /// The first comma in a range that holds nothing but commas and comments.
    fn comma(&self, range: Range<usize>) -> Option<Range<usize>> {
        self.within(range)
            .find(|token| token.token == Token::Comma)
            .map(|token| token.range.start..token.range.end)
    }

    /// Behind the comments that follow on the same line; in an empty object, behind all comments.
    fn end_of_line(&self, from: usize, close: usize, object: &Object<'_>) -> usize {
        let same_line = |end: usize, start: usize| {
            object.properties.is_empty() || !has_newline(&self.text[end..start])
        };
        self.within(from..close)
            .filter(|token| is_comment(token))
            .try_fold(from, |end, token| {
                if same_line(end, token.range.start) { Ok(token.range.end) } else { Err(end) }
            })
            .unwrap_or_else(|end| end)
    }

    /// The end of the line if only comments follow on it, else the same place.
    fn rest_of_line(&self, from: usize, limit: usize) -> usize {
        let mut end = from;
        for token in self.within(from..limit).filter(|token| is_comment(token)) {
            if has_newline(&self.text[end..token.range.start]) {
                break;
            }
            end = token.range.end;
        }
        let rest = &self.text[end..limit];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest[blank..].starts_with(['\n', '\r']) { end + blank } else { from }
    }
}
