//! JSON with comments and trailing commas, as clients read it. Only our entry's bytes change: a text is cut and
//! joined at the places that the parser names, and nothing is printed anew.

mod splice;
mod style;

#[cfg(test)]
mod tests;

use jsonc_parser::{
    CollectOptions, CommentCollectionStrategy, ParseOptions,
    ast::{Object, ObjectProp, Value as Node},
    common::{Range, Ranged},
    parse_to_ast,
    tokens::TokenAndRange,
};
use serde_json::{Value, json};

use super::{
    edit::{
        BLANK, Existing, Installed, NODE_DEBUG, REMOTE, Uninstalled, is_remote, starts_node_server,
    },
    entry::Entry,
    error::{Fault, position},
};

/// A text with its parts.
pub(super) struct Document<'t> {
    text: &'t str,
    root: Object<'t>,
    /// Comments included.
    tokens: Vec<TokenAndRange<'t>>,
}

/// Puts the entry into the text, or brings the one that is there up to date.
pub(super) fn install(
    text: &str,
    servers: &str,
    name: &str,
    entry: &Entry,
    refuses: &[&str],
) -> Result<Installed, Fault> {
    let text = with_root(text);
    let document = Document::parse(&text)?;
    let Some(table) = table(&document, servers)? else {
        let added = json!({ name: fresh(entry) });
        let text = splice::insert(&document, &document.root, servers, &added);
        return Ok(Installed { text, before: None });
    };
    let Some(found) = only(&document, table, name)? else {
        let text = splice::insert(&document, table, name, &fresh(entry));
        return Ok(Installed { text, before: None });
    };
    let existing = existing(&document, object(found, name)?, name)?;
    let text = update(text.clone(), &[servers, name], entry, refuses, &existing)?;
    Ok(Installed { text, before: Some(existing) })
}

/// Takes the entry out of the text. None where there is none.
pub(super) fn uninstall(
    text: &str,
    servers: &str,
    name: &str,
) -> Result<Option<Uninstalled>, Fault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let text = &with_root(text);
    let document = Document::parse(text)?;
    let Some(table) = table(&document, servers)? else { return Ok(None) };
    let Some(found) = only(&document, table, name)? else { return Ok(None) };
    let before = found.value.as_object().and_then(|entry| existing(&document, entry, name).ok());
    Ok(Some(Uninstalled { text: splice::remove(&document, table, found), before }))
}

/// The text with a blank in the place of every string that is not in our entry, and of its environment.
pub(super) fn blanked(text: &str, servers: &str, name: &str) -> String {
    let Ok(document) = Document::parse(text) else { return BLANK.to_owned() };
    let mut ranges = Vec::new();
    for property in &document.root.properties {
        if property.name.as_str() != servers {
            strings(&property.value, &mut ranges);
            continue;
        }
        for entry in property.value.as_object().map_or(&[][..], |table| &table.properties) {
            let ours = entry.name.as_str() == name;
            let fields = entry.value.as_object().filter(|_| ours);
            let shown = |field: &&ObjectProp| !matches!(field.name.as_str(), "command" | "args");
            match fields {
                Some(fields) => fields
                    .properties
                    .iter()
                    .filter(shown)
                    .for_each(|field| strings(&field.value, &mut ranges)),
                None => strings(&entry.value, &mut ranges),
            }
        }
    }
    let string = |range: Range| (range, format!("\"{BLANK}\""));
    let comment = |token: &TokenAndRange<'_>| (token.range, hidden(token.text(text)));
    let comments = document.tokens.iter().filter(|token| splice::is_comment(token)).map(comment);
    let mut blanks: Vec<_> = ranges.into_iter().map(string).chain(comments).collect();
    blanks.sort_by_key(|(range, _)| range.start);
    let mut shown = String::new();
    let mut from = 0;
    for (range, blank) in blanks {
        shown.extend([&text[from..range.start], &blank]);
        from = range.end;
    }
    shown + &text[from..]
}

/// A comment of as many lines that says nothing.
fn hidden(comment: &str) -> String {
    let lines = "\n".repeat(comment.matches('\n').count());
    if comment.starts_with("//") { format!("//{BLANK}") } else { format!("/*{BLANK}{lines}*/") }
}

/// The places of all strings in a value.
fn strings(node: &Node<'_>, found: &mut Vec<Range>) {
    match node {
        Node::StringLit(string) => found.push(string.range),
        Node::Array(array) => array.elements.iter().for_each(|element| strings(element, found)),
        Node::Object(object) => {
            object.properties.iter().for_each(|property| strings(&property.value, found));
        }
        Node::NumberLit(_) | Node::BooleanLit(_) | Node::NullKeyword(_) => {}
    }
}

/// A text that holds nothing, or comments only, gets an object to hold the servers.
fn with_root(text: &str) -> String {
    let options = CollectOptions::default();
    match parse_to_ast(text, &options, &reading()) {
        Ok(parsed) if parsed.value.is_none() => match text.trim_end() {
            "" => "{}\n".to_owned(),
            comments => format!("{comments}\n{{}}\n"),
        },
        _ => text.to_owned(),
    }
}

/// What clients accept at most. Laxer texts would be read here and by no client.
fn reading() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

impl<'t> Document<'t> {
    fn parse(text: &'t str) -> Result<Self, Fault> {
        let collect =
            CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
        let parsed = parse_to_ast(text, &collect, &reading()).map_err(|error| {
            Fault::new(error.range().start, format!("this is not JSON: {}", error.kind()))
        })?;
        let tokens = parsed.tokens.unwrap_or_default();
        match parsed.value {
            Some(Node::Object(root)) => Ok(Self { text, root, tokens }),
            Some(other) => Err(Fault::new(
                other.range().start,
                format!("the file holds {}, not an object", kind(&other)),
            )),
            None => Err(Fault::new(0, "the file holds nothing")),
        }
    }
}

/// The object of the servers.
fn table<'d, 't>(
    document: &'d Document<'t>,
    servers: &str,
) -> Result<Option<&'d Object<'t>>, Fault> {
    only(document, &document.root, servers)?.map(|found| object(found, servers)).transpose()
}

/// The property of this name. Clients differ in which of two they use, so two are refused.
fn only<'d, 't>(
    document: &Document<'t>,
    object: &'d Object<'t>,
    name: &str,
) -> Result<Option<&'d ObjectProp<'t>>, Fault> {
    let mut found = object.properties.iter().filter(|property| property.name.as_str() == name);
    let first = found.next();
    if let (Some(first), Some(second)) = (first, found.next()) {
        let (line, _) = position(document.text, first.range.start);
        let reason = format!("`{name}` is there twice, first on line {line}: keep one of them");
        return Err(Fault::new(second.range.start, reason));
    }
    Ok(first)
}

fn object<'d, 't>(property: &'d ObjectProp<'t>, name: &str) -> Result<&'d Object<'t>, Fault> {
    property.value.as_object().ok_or_else(|| {
        let kind = kind(&property.value);
        Fault::new(property.value.range().start, format!("`{name}` is {kind}, not an object"))
    })
}

fn kind(node: &Node<'_>) -> &'static str {
    match node {
        Node::StringLit(_) => "a string",
        Node::NumberLit(_) => "a number",
        Node::BooleanLit(_) => "a boolean",
        Node::Object(_) => "an object",
        Node::Array(_) => "an array",
        Node::NullKeyword(_) => "null",
    }
}

/// What the entry says now; a remote server is not ours to change.
fn existing(document: &Document<'_>, entry: &Object<'_>, name: &str) -> Result<Existing, Fault> {
    for key in REMOTE {
        if let Some(found) = only(document, entry, key)? {
            return Err(Fault::new(found.range.start, is_remote(name, key)));
        }
    }
    let value = |key| only(document, entry, key).map(|found| found.map(|found| &found.value));
    let command = value("command")?.and_then(Node::as_string_lit);
    let command = command.map_or(String::new(), |text| text.value.clone().into_owned());
    let args = value("args")?.and_then(texts).unwrap_or_default();
    let variables = match value("env")? {
        Some(Node::Object(env)) => {
            env.properties.iter().map(|variable| variable.name.as_str().to_owned()).collect()
        }
        _ => Vec::new(),
    };
    let is_on = |node: Option<&Node<'_>>| node.and_then(Node::as_boolean_lit).map(|bit| bit.value);
    let disabled =
        is_on(value("disabled")?) == Some(true) || is_on(value("enabled")?) == Some(false);
    Ok(Existing { command, args, variables, disabled })
}

/// An array of strings.
fn texts(node: &Node<'_>) -> Option<Vec<String>> {
    let text = |element: &Node<'_>| Some(element.as_string_lit()?.value.clone().into_owned());
    node.as_array()?.elements.iter().map(text).collect()
}

/// A new entry.
fn fresh(entry: &Entry) -> Value {
    keys(entry).into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The keys that are ours, in the order of writing.
fn keys(entry: &Entry) -> Vec<(&'static str, Value)> {
    let kind = entry.says_stdio.then(|| ("type", json!("stdio")));
    let rest = [("command", json!(entry.command)), ("args", json!(entry.args))];
    kind.into_iter().chain(rest).collect()
}

/// Brings an entry up to date, key by key, so that the user's keys and comments in it stay.
fn update(
    mut text: String,
    path: &[&str],
    entry: &Entry,
    refuses: &[&str],
    existing: &Existing,
) -> Result<String, Fault> {
    for (key, value) in keys(entry) {
        text = set(&text, path, key, &value)?;
    }
    for key in refuses {
        text = drop(&text, path, key, |_| true)?;
    }
    if starts_node_server(&existing.args) {
        let (variable, value) = NODE_DEBUG;
        let is_theirs =
            |node: &Node<'_>| node.as_string_lit().is_some_and(|text| text.value == value);
        let env = [path, &["env"]].concat();
        text = drop(&text, &env, variable, is_theirs)?;
        let is_empty =
            |node: &Node<'_>| node.as_object().is_some_and(|env| env.properties.is_empty());
        text = drop(&text, path, "env", is_empty)?;
    }
    Ok(text)
}

/// Sets one key of the object at `path`, if it says something else.
fn set(text: &str, path: &[&str], key: &str, value: &Value) -> Result<String, Fault> {
    let document = Document::parse(text)?;
    let Some(object) = at(&document, path) else { return Ok(text.to_owned()) };
    Ok(match only(&document, object, key)? {
        None => splice::insert(&document, object, key, value),
        Some(found) if says(&found.value, value) => text.to_owned(),
        Some(found) => splice::replace(&document, found, value),
    })
}

/// Removes one key of the object at `path` where its value is so.
fn drop(
    text: &str,
    path: &[&str],
    key: &str,
    is_so: impl Fn(&Node<'_>) -> bool,
) -> Result<String, Fault> {
    let document = Document::parse(text)?;
    let Some(object) = at(&document, path) else { return Ok(text.to_owned()) };
    Ok(match only(&document, object, key)? {
        Some(found) if is_so(&found.value) => splice::remove(&document, object, found),
        _ => text.to_owned(),
    })
}

/// The object below these keys.
fn at<'d, 't>(document: &'d Document<'t>, path: &[&str]) -> Option<&'d Object<'t>> {
    path.iter().try_fold(&document.root, |object, key| {
        object.properties.iter().find(|property| property.name.as_str() == *key)?.value.as_object()
    })
}

/// Whether the text's value is this one: a string or a list of strings.
fn says(node: &Node<'_>, value: &Value) -> bool {
    match value {
        Value::String(text) => node.as_string_lit().is_some_and(|found| found.value == *text),
        list => texts(node).is_some_and(|found| json!(found) == *list),
    }
}
