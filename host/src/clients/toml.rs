//! TOML, as Codex keeps it. A new entry is added at the end of the text. Where something there is changed,
//! toml_edit does it; it keeps comments and order but not line ends, so that only the lines that it changed are
//! taken from it.

mod lines;
#[cfg(test)]
mod tests;

use toml_edit::{
    Array, Document, DocumentMut, Formatted, Item, Table, TableLike, Value, value,
    visit_mut::{VisitMut, visit_table_mut},
};

use super::{
    edit::{BLANK, Existing, Installed, REMOTE, Uninstalled, is_remote},
    entry::Entry,
    error::Fault,
};

/// Puts the entry into the text, or brings the one that is there up to date.
pub(super) fn install(
    text: &str,
    servers: &str,
    name: &str,
    entry: &Entry,
    refuses: &[&str],
) -> Result<Installed, Fault> {
    check(text, servers, name)?;
    let mut document = editable(text)?;
    let table = document.entry(servers).or_insert_with(|| Item::Table(implicit()));
    let Some(table) = table.as_table_like_mut() else { return Err(unusable(servers)) };
    let Some(found) = table.get_mut(name).and_then(Item::as_table_like_mut) else {
        let appended = appended(text, servers, name, entry);
        if appended.parse::<DocumentMut>().is_ok() {
            return Ok(Installed { text: appended, before: None });
        }
        // The servers are an inline table, which a header cannot add to.
        table.insert(name, value(fresh(entry).into_inline_table()));
        return Ok(Installed { text: lines::merged(text, &document.to_string()), before: None });
    };
    let existing = existing(found, name)?;
    set(found, "command", Value::from(&entry.command));
    set(found, "args", Value::from(entry.args.iter().collect::<Array>()));
    for key in refuses {
        found.remove(key);
    }
    Ok(Installed { text: lines::merged(text, &document.to_string()), before: Some(existing) })
}

/// Takes the entry out of the text. None where there is none.
pub(super) fn uninstall(
    text: &str,
    servers: &str,
    name: &str,
) -> Result<Option<Uninstalled>, Fault> {
    check(text, servers, name)?;
    let mut document = editable(text)?;
    let table = document.get_mut(servers).and_then(Item::as_table_like_mut);
    let Some(removed) = table.and_then(|table| table.remove(name)) else { return Ok(None) };
    let before = removed.as_table_like().and_then(|entry| existing(entry, name).ok());
    if let Some(table) = removed.as_table() {
        keep_comments(&mut document, table);
    }
    Ok(Some(Uninstalled { text: lines::merged(text, &document.to_string()), before }))
}

/// The text with a blank in the place of every string that is not in our entry, of its environment, and of
/// comments.
pub(super) fn blanked(text: &str, servers: &str, name: &str) -> String {
    let Ok(mut document) = lines::plain(text).parse::<DocumentMut>() else {
        return BLANK.to_owned();
    };
    for (key, item) in document.iter_mut() {
        let table = item.as_table_like_mut().filter(|_| key == servers);
        let Some(table) = table else {
            Blank.visit_item_mut(item);
            continue;
        };
        for (key, item) in table.iter_mut() {
            let fields = item.as_table_like_mut().filter(|_| key == name);
            match fields {
                Some(fields) => fields
                    .iter_mut()
                    .filter(|(key, _)| !matches!(key.get(), "command" | "args"))
                    .for_each(|(_, field)| Blank.visit_item_mut(field)),
                None => Blank.visit_item_mut(item),
            }
        }
    }
    document.to_string().split_inclusive('\n').map(lines::without_comment).collect()
}

/// Replaces strings.
struct Blank;

impl VisitMut for Blank {
    fn visit_string_mut(&mut self, node: &mut Formatted<String>) {
        let decor = node.decor().clone();
        *node = Formatted::new(BLANK.to_owned());
        *node.decor_mut() = decor;
    }
}

/// The text is TOML, and the servers and the entry are tables, if they are there.
fn check(text: &str, servers: &str, name: &str) -> Result<(), Fault> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Fault::new(at, format!("this is not TOML: {}", error.message().replace('\n', ", ")))
    })?;
    let Some(table) = document.get(servers) else { return Ok(()) };
    is_table(servers, table)?;
    match table.get(name) {
        Some(entry) => is_table(name, entry),
        None => Ok(()),
    }
}

fn is_table(name: &str, item: &Item) -> Result<(), Fault> {
    if item.is_table_like() {
        return Ok(());
    }
    let at = item.span().map_or(0, |span| span.start);
    Err(Fault::new(at, format!("`{name}` is of type {}, not a table", item.type_name())))
}

/// The document to edit, if printing it changes nothing.
fn editable(text: &str) -> Result<DocumentMut, Fault> {
    let mut plain = lines::plain(text);
    if !plain.is_empty() && !plain.ends_with('\n') {
        // toml_edit ends the last line in any case; `merged` takes that back.
        plain.push('\n');
    }
    let refuse = || Fault::new(0, "this text cannot be edited without changing other parts of it");
    let document = plain.parse::<DocumentMut>().map_err(|_| refuse())?;
    if document.to_string() == plain { Ok(document) } else { Err(refuse()) }
}

fn unusable(servers: &str) -> Fault {
    Fault::new(0, format!("`{servers}` is not a table"))
}

fn implicit() -> Table {
    let mut table = Table::new();
    table.set_implicit(true);
    table
}

/// The text with the entry behind it, in the text's line ends.
fn appended(text: &str, servers: &str, name: &str, entry: &Entry) -> String {
    let mut table = implicit();
    table.insert(name, Item::Table(fresh(entry)));
    let mut document = DocumentMut::new();
    document.insert(servers, Item::Table(table));
    let block = document.to_string();
    let gap = match text {
        "" => "",
        _ if text.ends_with("\n\n") || text.ends_with("\n\r\n") => "",
        _ if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let newline = lines::newline(text);
    format!("{text}{}", format!("{gap}{}", block.trim_start()).replace('\n', newline))
}

fn fresh(entry: &Entry) -> Table {
    let mut table = Table::new();
    table.insert("command", value(&entry.command));
    table.insert("args", value(entry.args.iter().collect::<Array>()));
    table
}

/// Sets one key of the entry, if it says something else.
fn set(entry: &mut dyn TableLike, key: &str, mut new: Value) {
    let Some(old) = entry.get_mut(key).and_then(Item::as_value_mut) else {
        entry.insert(key, value(new));
        return;
    };
    if plain_text(old) != plain_text(&new) {
        *new.decor_mut() = old.decor().clone();
        *old = new;
    }
}

/// A value without the white space and comments around and within it.
fn plain_text(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text.value()]),
        Value::Array(array) => array.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// What the entry says now; a remote server is not ours to change.
fn existing(entry: &dyn TableLike, name: &str) -> Result<Existing, Fault> {
    if let Some(key) = REMOTE.iter().find(|key| entry.contains_key(key)) {
        return Err(Fault::new(0, is_remote(name, key)));
    }
    let command = entry.get("command").and_then(Item::as_str).unwrap_or_default().to_owned();
    let args = entry.get("args").and_then(Item::as_value).and_then(plain_text).unwrap_or_default();
    let env = entry.get("env").and_then(Item::as_table_like);
    let variables =
        env.map_or(Vec::new(), |env| env.iter().map(|(key, _)| key.to_owned()).collect());
    let disabled = entry.get("enabled").and_then(Item::as_bool) == Some(false);
    let args = args.into_iter().map(str::to_owned).collect();
    Ok(Existing { command, args, variables, disabled })
}

/// The comments above a removed table go to what follows it: they may be about something else.
fn keep_comments(document: &mut DocumentMut, removed: &Table) {
    let above = removed.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    let above = match above.trim_end() {
        "" => return,
        comments => &format!("{comments}\n"),
    };
    let mut next = Next { after: removed.position(), found: None };
    next.visit_document_mut(document);
    let mut put = Put { at: next.found, text: above };
    match next.found {
        Some(_) => put.visit_document_mut(document),
        None => {
            let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing(format!("{above}{trailing}"));
        }
    }
}

/// Finds the table that stands behind a place.
struct Next {
    after: Option<isize>,
    found: Option<isize>,
}

impl VisitMut for Next {
    fn visit_table_mut(&mut self, node: &mut Table) {
        if node.position() > self.after && !node.is_implicit() {
            self.found = [self.found, node.position()].into_iter().flatten().min();
        }
        visit_table_mut(self, node);
    }
}

/// Puts a text above the table at a place.
struct Put<'t> {
    at: Option<isize>,
    text: &'t str,
}

impl VisitMut for Put<'_> {
    fn visit_table_mut(&mut self, node: &mut Table) {
        if node.position() == self.at && !node.is_implicit() {
            let prefix = node.decor().prefix().and_then(|prefix| prefix.as_str());
            let prefix = format!("{}{}", self.text, prefix.unwrap_or_default());
            node.decor_mut().set_prefix(prefix);
        }
        visit_table_mut(self, node);
    }
}
