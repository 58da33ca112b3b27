//! One policy file, from text to rules. Strict: what is not understood is an error, never left out.

use std::{path::PathBuf, sync::Arc, time::Duration};

use base64::Engine as _;
use toml_edit::{Item, TableLike};

use super::{
    Audit, Caps, Source,
    effect::Class,
    endpoint::Pattern,
    rule::Rule,
    toml::{Problem, Reader, hint},
};
use crate::catalog::pattern;

/// A value and the rule that says it.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// What it is about.
    pub value: T,
    /// Where it stands.
    pub rule: Rule,
}

/// A list of what is allowed: nothing else is.
#[derive(Clone, Debug)]
pub struct Allowed<T> {
    /// The items; none allows nothing.
    pub entries: Vec<Entry<T>>,
    /// The list as a whole.
    pub rule: Rule,
}

/// A pattern for names of tools: `*` is any run of characters, `?` is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolPattern(String);

impl ToolPattern {
    /// Whether it matches the name.
    #[must_use]
    pub fn matches(&self, tool: &str) -> bool {
        pattern::matches(&self.0, tool)
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose signature counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// The name that the operator gave.
    pub name: String,
    /// The public key as minisign prints it: base64 of 42 bytes.
    pub key: String,
    /// Where it stands.
    pub rule: Rule,
}

/// `[allow]`; None allows all.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// Names of plugins.
    pub families: Option<Allowed<String>>,
    /// Patterns for names of tools.
    pub tools: Option<Allowed<ToolPattern>>,
    /// Exactly these classes.
    pub effects: Option<Allowed<Class>>,
    /// Requests.
    pub endpoints: Option<Allowed<Pattern>>,
}

/// `[deny]`.
#[derive(Clone, Debug, Default)]
pub struct Deny {
    /// Names of plugins.
    pub families: Vec<Entry<String>>,
    /// Patterns for names of tools.
    pub tools: Vec<Entry<ToolPattern>>,
    /// These classes and worse ones.
    pub effects: Vec<Entry<Class>>,
    /// Requests.
    pub endpoints: Vec<Entry<Pattern>>,
}

/// One policy file, read. By default it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// How it came to be part of the policy.
    pub source: Source,
    /// SHA-256 of its bytes, in hex.
    pub digest: String,
    /// `read-only = true`.
    pub read_only: Option<Rule>,
    /// What alone is allowed.
    pub allow: Allow,
    /// What is not.
    pub deny: Deny,
    /// `plugins.third-party = false`.
    pub third_party: Option<Rule>,
    /// `plugins.require-signatures = true`.
    pub require_signatures: Option<Rule>,
    /// `plugins.allow-dir = false`.
    pub allow_dir: Option<Rule>,
    /// `[plugins.publishers]`; None where the file has no such table.
    pub publishers: Option<Vec<Publisher>>,
    /// `[limits]`.
    pub limits: Caps,
    /// `[audit]`.
    pub audit: Audit,
}

impl Layer {
    /// Reads the text of a policy file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(file: &str, source: Source, text: &str) -> Result<Self, Vec<Problem>> {
        let file: Arc<str> = file.into();
        let mut reader = Reader::new(&file, text);
        let document = reader.document();
        let layer = document.and_then(|document| rules(&mut reader, document.as_item()));
        let layer = layer.map(|layer| Self { file, source, digest: digest(text), ..layer });
        match layer {
            Some(layer) if reader.problems.is_empty() => Ok(layer),
            _ => Err(reader.problems),
        }
    }

    /// Every rule, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> Vec<&Rule> {
        let (allow, deny, limits, audit) = (&self.allow, &self.deny, &self.limits, &self.audit);
        let mut rules: Vec<&Rule> = Vec::new();
        rules.extend(
            [&self.read_only, &self.third_party, &self.require_signatures].into_iter().flatten(),
        );
        rules.extend([&self.allow_dir, &audit.required].into_iter().flatten());
        rules.extend(listed(&allow.families).chain(listed(&allow.tools)));
        rules.extend(listed(&allow.effects).chain(listed(&allow.endpoints)));
        rules.extend(of(&deny.families).chain(of(&deny.tools)));
        rules.extend(of(&deny.effects).chain(of(&deny.endpoints)));
        rules.extend(self.publishers.iter().flatten().map(|publisher| &publisher.rule));
        rules.extend(of(&limits.memory).chain(of(&limits.deadline)).chain(of(&limits.answer)));
        rules.extend(of(&limits.requests).chain(of(&limits.concurrent_calls)));
        rules.extend(of(&audit.file).chain(of(&audit.max_bytes)));
        rules.sort_by_key(|rule| (rule.line, rule.column));
        rules
    }
}

fn of<'e, T: 'e>(
    entries: impl IntoIterator<Item = &'e Entry<T>>,
) -> impl Iterator<Item = &'e Rule> {
    entries.into_iter().map(|entry| &entry.rule)
}

/// The rules of an allowed list; the list itself if it allows nothing.
fn listed<T>(allowed: &Option<Allowed<T>>) -> impl Iterator<Item = &Rule> {
    let entries = allowed.iter().flat_map(|allowed| of(&allowed.entries));
    entries.chain(
        allowed.iter().filter(|allowed| allowed.entries.is_empty()).map(|allowed| &allowed.rule),
    )
}

fn rules(reader: &mut Reader<'_>, root: &Item) -> Option<Layer> {
    let root =
        reader.table(root, "", &["read-only", "allow", "deny", "plugins", "limits", "audit"])?;
    let mut layer =
        Layer { read_only: flag(reader, root, "read-only", "read-only", true), ..Layer::default() };
    if let Some(item) = root.get("allow") {
        layer.allow = allow(reader, item).unwrap_or_default();
    }
    if let Some(item) = root.get("deny") {
        layer.deny = deny(reader, item).unwrap_or_default();
    }
    if let Some(item) = root.get("plugins") {
        plugins(reader, item, &mut layer);
    }
    if let Some(item) = root.get("limits") {
        layer.limits = limits(reader, item).unwrap_or_default();
    }
    if let Some(item) = root.get("audit") {
        layer.audit = audit(reader, item).unwrap_or_default();
    }
    Some(layer)
}

/// The rule of a boolean that narrows when it is `narrow`; the other value says nothing.
fn flag(
    reader: &mut Reader<'_>,
    table: &dyn TableLike,
    key: &str,
    name: &str,
    narrow: bool,
) -> Option<Rule> {
    let item = table.get(key)?;
    let value = reader.bool(item, name)?;
    (value == narrow).then(|| reader.rule(item, format!("{name} = {value}")))
}

const LISTS: [&str; 4] = ["families", "tools", "effects", "endpoints"];

fn allow(reader: &mut Reader<'_>, item: &Item) -> Option<Allow> {
    let table = reader.table(item, "allow", &LISTS)?;
    Some(Allow {
        families: allowed(reader, table, "families", family),
        tools: allowed(reader, table, "tools", tool),
        effects: allowed(reader, table, "effects", effect),
        endpoints: allowed(reader, table, "endpoints", endpoint),
    })
}

fn deny(reader: &mut Reader<'_>, item: &Item) -> Option<Deny> {
    let table = reader.table(item, "deny", &LISTS)?;
    Some(Deny {
        families: entries(reader, table, "deny", "families", family).unwrap_or_default(),
        tools: entries(reader, table, "deny", "tools", tool).unwrap_or_default(),
        effects: entries(reader, table, "deny", "effects", effect).unwrap_or_default(),
        endpoints: entries(reader, table, "deny", "endpoints", endpoint).unwrap_or_default(),
    })
}

type Parse<T> = fn(&str) -> Result<T, String>;

fn allowed<T>(
    reader: &mut Reader<'_>,
    table: &dyn TableLike,
    key: &str,
    parse: Parse<T>,
) -> Option<Allowed<T>> {
    let entries = entries(reader, table, "allow", key, parse)?;
    let says = if entries.is_empty() { "is empty" } else { "does not have it" };
    let rule = reader.rule(table.get(key)?, format!("allow.{key} {says}"));
    Some(Allowed { entries, rule })
}

fn entries<T>(
    reader: &mut Reader<'_>,
    table: &dyn TableLike,
    side: &str,
    key: &str,
    parse: Parse<T>,
) -> Option<Vec<Entry<T>>> {
    let name = format!("{side}.{key}");
    let mut entries = Vec::new();
    for (text, item) in reader.texts(table.get(key)?, &name) {
        match parse(&text) {
            Ok(value) => {
                let rule = reader.rule(&item, format!("{name} has \"{text}\""));
                entries.push(Entry { value, rule });
            }
            Err(problem) => reader.problem(item.span(), format!("`{name}`: {problem}")),
        }
    }
    Some(entries)
}

fn family(text: &str) -> Result<String, String> {
    let is_name = (1..=60).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_name {
        Ok(text.to_owned())
    } else {
        Err(format!("`{}` is no name of a family: [a-z0-9-]{{1,60}}", shown(text)))
    }
}

fn tool(text: &str) -> Result<ToolPattern, String> {
    let fits = (1..=pattern::LONGEST).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    if fits {
        Ok(ToolPattern(text.to_owned()))
    } else {
        Err(format!(
            "`{}` is no pattern for tools: one name, where `*` is any run of characters and `?` is one",
            shown(text)
        ))
    }
}

fn effect(text: &str) -> Result<Class, String> {
    let found = Class::ALL.into_iter().find(|class| class.as_str() == text);
    let known = Class::ALL.map(Class::as_str);
    found.ok_or_else(|| {
        format!("unknown effect `{}`{}", shown(text), hint(text, &known, "the effects are"))
    })
}

fn endpoint(text: &str) -> Result<Pattern, String> {
    Pattern::parse(text).map_err(|error| error.to_string())
}

fn plugins(reader: &mut Reader<'_>, item: &Item, layer: &mut Layer) {
    let known = ["third-party", "require-signatures", "allow-dir", "publishers"];
    let Some(table) = reader.table(item, "plugins", &known) else { return };
    layer.third_party = flag(reader, table, "third-party", "plugins.third-party", false);
    layer.require_signatures =
        flag(reader, table, "require-signatures", "plugins.require-signatures", true);
    layer.allow_dir = flag(reader, table, "allow-dir", "plugins.allow-dir", false);
    layer.publishers = table.get("publishers").map(|item| publishers(reader, item));
    let nobody = layer.publishers.as_ref().is_none_or(Vec::is_empty);
    if let (Some(_), true, Some(item)) =
        (&layer.require_signatures, nobody, table.get("require-signatures"))
    {
        reader.problem(
            item.span(),
            "signatures are required and `plugins.publishers` names nobody: add a publisher's key, or forbid plugins with `third-party = false`".to_owned(),
        );
    }
}

fn publishers(reader: &mut Reader<'_>, item: &Item) -> Vec<Publisher> {
    let Some(table) = item.as_table_like() else {
        reader.wrong(item, "plugins.publishers", "a table of names and minisign public keys");
        return Vec::new();
    };
    let mut publishers = Vec::new();
    for (name, item) in table.iter() {
        let place = format!("plugins.publishers.{}", shown(name));
        let Some(key) = reader.text(item, &place) else { continue };
        if !is_minisign(key) {
            reader.problem(item.span(), format!("`{place}` is no minisign public key: put here the second line of the publisher's minisign.pub"));
            continue;
        }
        let rule = reader.rule(item, place);
        publishers.push(Publisher { name: shown(name), key: key.to_owned(), rule });
    }
    publishers
}

/// Two bytes of algorithm, eight of key number, 32 of key, in base64.
fn is_minisign(key: &str) -> bool {
    let bytes = base64::prelude::BASE64_STANDARD.decode(key).unwrap_or_default();
    bytes.len() == 42 && bytes.starts_with(b"Ed")
}

fn limits(reader: &mut Reader<'_>, item: &Item) -> Option<Caps> {
    let known = [
        "memory-bytes",
        "deadline-seconds",
        "answer-bytes",
        "requests-per-call",
        "concurrent-calls",
    ];
    let table = reader.table(item, "limits", &known)?;
    let size = |value| usize::try_from(value).unwrap_or(usize::MAX);
    let count = |value| u32::try_from(value).unwrap_or(u32::MAX);
    Some(Caps {
        memory: number(reader, table, "limits", "memory-bytes", size),
        deadline: number(reader, table, "limits", "deadline-seconds", Duration::from_secs),
        answer: number(reader, table, "limits", "answer-bytes", size),
        requests: number(reader, table, "limits", "requests-per-call", count),
        concurrent_calls: number(reader, table, "limits", "concurrent-calls", count),
    })
}

fn number<T>(
    reader: &mut Reader<'_>,
    table: &dyn TableLike,
    side: &str,
    key: &str,
    convert: impl Fn(u64) -> T,
) -> Option<Entry<T>> {
    let (item, name) = (table.get(key)?, format!("{side}.{key}"));
    let value = reader.number(item, &name)?;
    Some(Entry { value: convert(value), rule: reader.rule(item, format!("{name} = {value}")) })
}

fn audit(reader: &mut Reader<'_>, item: &Item) -> Option<Audit> {
    let table = reader.table(item, "audit", &["file", "required", "max-bytes"])?;
    Some(Audit {
        file: table.get("file").and_then(|item| audit_file(reader, item)),
        required: flag(reader, table, "required", "audit.required", true),
        max_bytes: number(reader, table, "audit", "max-bytes", |value| value),
    })
}

fn audit_file(reader: &mut Reader<'_>, item: &Item) -> Option<Entry<PathBuf>> {
    let text = reader.text(item, "audit.file")?;
    let path = PathBuf::from(text);
    if !path.is_absolute() {
        reader.problem(item.span(), "`audit.file` must be an absolute path".to_owned());
        return None;
    }
    Some(Entry { value: path, rule: reader.rule(item, format!("audit.file = \"{text}\"")) })
}

fn digest(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shown(text: &str) -> String {
    text.escape_debug().take(60).collect()
}
