//! TOML with places: every value knows its line, every mistake its line and column.

use std::{ops::Range, sync::Arc};

use toml_edit::{Document, Item, TableLike, TomlError};

use super::rule::Rule;
use crate::catalog::pattern::nearest;

/// A mistake in a policy and where it is. The operator reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong and what is expected.
    pub text: String,
}

/// Reads one file and gathers what is wrong with it, so that all is told at once.
pub(super) struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &Arc<str>, text: &'a str) -> Self {
        Self { file: file.clone(), text, problems: Vec::new() }
    }

    /// The document; None, with a problem, if it is not TOML.
    pub(super) fn document(&mut self) -> Option<Document<&'a str>> {
        match Document::parse(self.text) {
            Ok(document) => Some(document),
            Err(error) => {
                self.syntax(&error);
                None
            }
        }
    }

    fn syntax(&mut self, error: &TomlError) {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        self.problem(error.span(), format!("this is not TOML: {message}"));
    }

    pub(super) fn problem(&mut self, span: Option<Range<usize>>, text: String) {
        let (line, column) = place(self.text, span.map_or(0, |span| span.start));
        self.problems.push(Problem { line, column, text });
    }

    pub(super) fn rule(&self, item: &Item, text: String) -> Rule {
        let (line, column) = place(self.text, item.span().map_or(0, |span| span.start));
        Rule { file: self.file.clone(), line, column, text }
    }

    /// The table, after a look for keys that nobody knows.
    pub(super) fn table<'t>(
        &mut self,
        item: &'t Item,
        name: &str,
        known: &[&str],
    ) -> Option<&'t dyn TableLike> {
        let Some(table) = item.as_table_like() else {
            self.wrong(item, name, "a table");
            return None;
        };
        for (key, _) in table.iter().filter(|(key, _)| !known.contains(key)) {
            let span = table.get_key_value(key).and_then(|(key, _)| key.span());
            let place = if name.is_empty() { String::new() } else { format!(" in `{name}`") };
            let shown: String = key.escape_debug().take(60).collect();
            let hint = hint(key, known, "the keys here are");
            self.problem(span, format!("unknown key `{shown}`{place}{hint}"));
        }
        Some(table)
    }

    pub(super) fn bool(&mut self, item: &Item, name: &str) -> Option<bool> {
        let value = item.as_bool();
        if value.is_none() {
            self.wrong(item, name, "true or false");
        }
        value
    }

    pub(super) fn text<'t>(&mut self, item: &'t Item, name: &str) -> Option<&'t str> {
        let value = item.as_str();
        if value.is_none() {
            self.wrong(item, name, "a string");
        }
        value
    }

    /// A whole number of at least 1.
    pub(super) fn number(&mut self, item: &Item, name: &str) -> Option<u64> {
        let value = item.as_integer().and_then(|value| u64::try_from(value).ok());
        let value = value.filter(|value| *value > 0);
        if value.is_none() {
            self.wrong(item, name, "a whole number of at least 1");
        }
        value
    }

    /// The strings of an array, each with its item.
    pub(super) fn texts(&mut self, item: &Item, name: &str) -> Vec<(String, Item)> {
        let Some(array) = item.as_array() else {
            self.wrong(item, name, "an array of strings");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for value in array {
            let item = Item::Value(value.clone());
            match value.as_str() {
                Some(text) => texts.push((text.to_owned(), item)),
                None => self.wrong(&item, name, "an array of strings"),
            }
        }
        texts
    }

    pub(super) fn wrong(&mut self, item: &Item, name: &str, expected: &str) {
        let found = item.type_name();
        self.problem(item.span(), format!("`{name}` must be {expected}; this is of type {found}"));
    }
}

/// What to say about a word that does not exist: the nearest ones, or all.
pub(super) fn hint(word: &str, known: &[&str], all: &str) -> String {
    match nearest(word, known).as_slice() {
        [] => format!("; {all} {}", known.join(", ")),
        near => {
            let near: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
            format!("; did you mean {}?", near.join(" or "))
        }
    }
}

/// Line and column of a byte, both from 1; the column counts characters.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (line, before[start..].chars().count() + 1)
}
