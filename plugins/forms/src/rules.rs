//! A small language for the shape of JSON values, and the check of a value against it.
//!
//! The request schema of a form is some 40 kB of JSON Schema. A model cannot pay for that in `tools/list`, so the tools'
//! input schemas stay short and the whole shape is a static table in `shape`, checked here before anything is sent. A
//! problem names its place, as in `nodes[0].config.components[2].config.text`.

use serde_json::Value;

use crate::Object;

/// At most so many problems are told at once.
pub(crate) const MOST: usize = 8;

/// What a value must be.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// Any JSON value.
    Any,
    Bool,
    /// `true` and nothing else.
    True,
    /// Text of so many characters, from and to.
    Text(usize, usize),
    /// One of these.
    Word(&'static [&'static str]),
    /// Text that begins so.
    Prefixed(&'static str),
    /// `forms-custom-identifier`: what ids and keys look like.
    Id,
    /// The id of a node, or `$ending`.
    Pointer,
    /// `forms-hex-color`.
    Color,
    Integer(i64, i64),
    Number(f64, f64),
    List(&'static Rule),
    /// An object whose values all fit.
    Map(&'static Rule),
    /// An object of these fields and no others.
    Closed(&'static [Field]),
    /// An object of these fields and any others.
    Open(&'static [Field]),
    /// An object whose `type` says which fields it has.
    Typed(&'static [(&'static str, &'static [Field])]),
    /// One of two.
    Either(&'static Rule, &'static Rule),
}

/// A member of an object.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) rule: Rule,
    pub(crate) required: bool,
}

/// A required field.
pub(crate) const fn must(name: &'static str, rule: Rule) -> Field {
    Field { name, rule, required: true }
}

/// An optional field.
pub(crate) const fn may(name: &'static str, rule: Rule) -> Field {
    Field { name, rule, required: false }
}

/// What is wrong, by place.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    pub(crate) fn add(&mut self, place: &str, problem: &str) {
        self.0.push(format!("{place} {problem}"));
    }

    /// The problems as one text; None if there are none.
    pub(crate) fn text(mut self) -> Option<String> {
        let more = self.0.len().saturating_sub(MOST);
        self.0.truncate(MOST);
        if more > 0 {
            self.0.push(format!("and {more} more"));
        }
        (!self.0.is_empty()).then(|| self.0.join("; "))
    }
}

/// Checks a value that stands at `place`.
pub(crate) fn check(rule: &Rule, value: &Value, place: &str, problems: &mut Problems) {
    match (rule, value) {
        (Rule::List(item), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                check(item, value, &format!("{place}[{index}]"), problems);
            }
        }
        (Rule::Map(member), Value::Object(members)) => {
            for (key, value) in members {
                check(member, value, &format!("{place}.{key}"), problems);
            }
        }
        (Rule::Closed(fields), Value::Object(object)) => {
            unknown(fields, object, place, problems);
            members(fields, object, place, problems);
        }
        (Rule::Open(fields), Value::Object(object)) => members(fields, object, place, problems),
        (Rule::Typed(types), Value::Object(object)) => typed(types, object, place, problems),
        (rule, value) if fits(rule, value) => {}
        (rule, _) => problems.add(place, &format!("must be {}", words(rule))),
    }
}

/// Checks the members of an object that are known; `place` is empty at the root.
pub(crate) fn members(fields: &[Field], object: &Object, place: &str, problems: &mut Problems) {
    for Field { name, rule, required } in fields {
        let at = if place.is_empty() { (*name).to_owned() } else { format!("{place}.{name}") };
        match object.get(*name) {
            Some(value) => check(rule, value, &at, problems),
            None if *required => problems.add(&at, "is required"),
            None => {}
        }
    }
}

fn unknown(fields: &[Field], object: &Object, place: &str, problems: &mut Problems) {
    let known = |key: &str| fields.iter().any(|field| field.name == key);
    for key in object.keys().filter(|key| !known(key)) {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let at = format!("{place}.{}", key.escape_debug().take(80).collect::<String>());
        problems.add(&at, &format!("is unknown, known here: {}", names.join(", ")));
    }
}

fn typed(
    types: &[(&'static str, &'static [Field])],
    object: &Object,
    place: &str,
    problems: &mut Problems,
) {
    let said = object.get("type").and_then(Value::as_str);
    match types.iter().find(|(name, _)| Some(*name) == said) {
        Some((_, fields)) => {
            let known = |key: &str| key == "type" || fields.iter().any(|field| field.name == key);
            if !object.keys().all(|key| known(key)) {
                let but_type = object.iter().filter(|(key, _)| *key != "type");
                let rest = but_type.map(|(key, value)| (key.clone(), value.clone())).collect();
                unknown(fields, &rest, place, problems);
            }
            members(fields, object, place, problems);
        }
        None => {
            let names: Vec<&str> = types.iter().map(|(name, _)| *name).collect();
            problems.add(&format!("{place}.type"), &format!("must be one of {}", names.join(", ")));
        }
    }
}

/// Whether a value without members of its own fits.
fn fits(rule: &Rule, value: &Value) -> bool {
    match (rule, value) {
        (Rule::Any, _) | (Rule::Bool, Value::Bool(_)) | (Rule::True, Value::Bool(true)) => true,
        (Rule::Either(one, other), value) => fits(one, value) || fits(other, value),
        (Rule::Integer(least, most), value) => {
            value.as_i64().is_some_and(|number| (*least..=*most).contains(&number))
        }
        (Rule::Number(least, most), value) => {
            value.as_f64().is_some_and(|number| (*least..=*most).contains(&number))
        }
        (rule, Value::String(text)) => fits_text(rule, text),
        _ => false,
    }
}

fn fits_text(rule: &Rule, text: &str) -> bool {
    match rule {
        Rule::Text(least, most) => (*least..=*most).contains(&text.chars().count()),
        Rule::Word(words) => words.contains(&text),
        Rule::Prefixed(start) => text.len() > start.len() && text.starts_with(start),
        Rule::Id => is_id(text),
        Rule::Pointer => text == ENDING || is_id(text),
        Rule::Color => {
            let digits = text.strip_prefix('#').unwrap_or_default();
            matches!(digits.len(), 3 | 4 | 6 | 8)
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        _ => false,
    }
}

/// The pointer to the end of the form.
pub(crate) const ENDING: &str = "$ending";

/// The OpenAPI document names the format without its pattern; every id on record is of these letters.
fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
}

fn words(rule: &Rule) -> String {
    match rule {
        Rule::Any => "a JSON value".into(),
        Rule::Bool => "true or false".into(),
        Rule::True => "true (or be left out)".into(),
        Rule::Text(least, usize::MAX) => format!("text of at least {least} characters"),
        Rule::Text(least, most) => format!("text of {least} to {most} characters"),
        Rule::Word(words) => format!("one of {}", words.join(", ")),
        Rule::Prefixed(start) => format!("text that begins with {start}"),
        Rule::Id => "an id of letters, digits, _ and -".into(),
        Rule::Pointer => format!("the id of a node, or {ENDING}"),
        Rule::Color => "a colour such as #1a2b3c".into(),
        Rule::Integer(least, i64::MAX) => format!("a whole number from {least}"),
        Rule::Integer(least, most) => format!("a whole number from {least} to {most}"),
        Rule::Number(least, most) if least.is_finite() && most.is_finite() => {
            format!("a number from {least} to {most}")
        }
        Rule::Number(..) => "a number".into(),
        Rule::List(_) => "a list".into(),
        Rule::Map(_) | Rule::Closed(_) | Rule::Open(_) | Rule::Typed(_) => "an object".into(),
        Rule::Either(one, other) => format!("{}, or {}", words(one), words(other)),
    }
}
