//! The shape of arguments that the input schema leaves open: static tables, and the check of a value against them.
//!
//! Models pay for every byte of `tools/list`, so settings that few callers give are plain objects in the input schema,
//! with their shape in words. A table says the same to the plugin, which refuses what does not fit before anything is
//! sent. A problem names its place, as in `nodes[0].config.text`.

use serde_json::Value;

use crate::{Failure, Object};

/// At most so many problems are told at once.
const MOST: usize = 8;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Any JSON value.
    Any,
    /// `true` or `false`.
    Bool,
    /// `true` and nothing else.
    True,
    /// Text of so many characters, from and to.
    Text(usize, usize),
    /// One of these.
    Word(&'static [&'static str]),
    /// Text that begins so.
    Prefixed(&'static str),
    /// Text that a function takes, and what such text is in words.
    Format(fn(&str) -> bool, &'static str),
    /// A whole number, from and to.
    Integer(i64, i64),
    /// A number, from and to.
    Number(f64, f64),
    /// A list of any length.
    List(&'static Rule),
    /// A list with at least one item.
    Filled(&'static Rule),
    /// An object whose values all fit.
    Map(&'static Rule),
    /// An object of these fields and no others.
    Closed(&'static [Field]),
    /// An object of at least one of these fields and no others.
    OneAtLeast(&'static [Field]),
    /// An object of these fields and any others.
    Open(&'static [Field]),
    /// An object whose `type` says which fields it has.
    Typed(&'static [(&'static str, &'static [Field])]),
    /// One of two.
    Either(&'static Rule, &'static Rule),
    /// That, or `null`.
    Nullable(&'static Rule),
}

/// Text without bounds.
pub const TEXT: Rule = Rule::Text(0, usize::MAX);
/// Text that is not empty.
pub const FILLED: Rule = Rule::Text(1, usize::MAX);

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it must be.
    pub rule: Rule,
    /// Whether it must be there.
    pub required: bool,
}

/// A required field.
#[must_use]
pub const fn must(name: &'static str, rule: Rule) -> Field {
    Field { name, rule, required: true }
}

/// An optional field.
#[must_use]
pub const fn may(name: &'static str, rule: Rule) -> Field {
    Field { name, rule, required: false }
}

/// What is wrong, by place.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// One more.
    pub fn add(&mut self, place: &str, problem: &str) {
        self.0.push(format!("{place} {problem}"));
    }

    /// The problems as one text; None if there are none.
    #[must_use]
    pub fn text(mut self) -> Option<String> {
        let more = self.0.len().saturating_sub(MOST);
        self.0.truncate(MOST);
        if more > 0 {
            self.0.push(format!("and {more} more"));
        }
        (!self.0.is_empty()).then(|| self.0.join("; "))
    }

    /// # Errors
    /// [`Failure::InvalidArguments`] that names each place, if there are problems.
    pub fn none(self) -> Result<(), Failure> {
        self.text().map_or(Ok(()), |text| Err(Failure::InvalidArguments(text)))
    }
}

/// Checks the arguments that a table names. All others are left to the input schema.
///
/// # Errors
/// [`Failure::InvalidArguments`] that names each place.
pub fn fit(fields: &[Field], arguments: &Object) -> Result<(), Failure> {
    let mut problems = Problems::default();
    members(fields, arguments, "", &mut problems);
    problems.none()
}

/// Checks that a text which was given is not empty.
///
/// # Errors
/// [`Failure::InvalidArguments`] that names it.
pub fn filled(name: &str, text: Option<&str>) -> Result<(), Failure> {
    let mut problems = Problems::default();
    if text == Some("") {
        problems.add(name, "must not be empty: leave it out");
    }
    problems.none()
}

/// Checks a value that stands at `place`.
pub fn check(rule: &Rule, value: &Value, place: &str, problems: &mut Problems) {
    match (rule, value) {
        (Rule::Nullable(_), Value::Null) => {}
        (Rule::Nullable(rule), value) => check(rule, value, place, problems),
        (Rule::Filled(_), Value::Array(items)) if items.is_empty() => {
            problems.add(place, "must not be empty");
        }
        (Rule::List(item) | Rule::Filled(item), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                check(item, value, &format!("{place}[{index}]"), problems);
            }
        }
        (Rule::Map(member), Value::Object(members)) => {
            for (key, value) in members {
                check(member, value, &format!("{place}.{}", shown(key)), problems);
            }
        }
        (Rule::OneAtLeast(fields), Value::Object(object)) if object.is_empty() => {
            problems.add(place, &format!("must hold one of {}", names(fields)));
        }
        (Rule::Closed(fields) | Rule::OneAtLeast(fields), Value::Object(object)) => {
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
pub fn members(fields: &[Field], object: &Object, place: &str, problems: &mut Problems) {
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
        let problem = format!("is unknown, known here: {}", names(fields));
        problems.add(&format!("{place}.{}", shown(key)), &problem);
    }
}

/// A key as a problem shows it: short, and on one line.
fn shown(key: &str) -> String {
    key.escape_debug().take(80).collect()
}

fn names(fields: &[Field]) -> String {
    fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
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
            whole(value).is_some_and(|number| (*least..=*most).contains(&number))
        }
        (Rule::Number(least, most), value) => {
            value.as_f64().is_some_and(|number| (*least..=*most).contains(&number))
        }
        (rule, Value::String(text)) => fits_text(rule, text),
        _ => false,
    }
}

/// A whole number, also where it is written as `60.0`: to JSON Schema that is an integer.
fn whole(value: &Value) -> Option<i64> {
    let written = || {
        let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    };
    value.as_i64().or_else(written)
}

fn fits_text(rule: &Rule, text: &str) -> bool {
    match rule {
        Rule::Text(least, most) => (*least..=*most).contains(&text.chars().count()),
        Rule::Word(words) => words.contains(&text),
        Rule::Prefixed(start) => text.len() > start.len() && text.starts_with(start),
        Rule::Format(takes, _) => takes(text),
        _ => false,
    }
}

fn words(rule: &Rule) -> String {
    match rule {
        Rule::Any => "a JSON value".into(),
        Rule::Bool => "true or false".into(),
        Rule::True => "true (or be left out)".into(),
        Rule::Text(0, usize::MAX) => "text".into(),
        Rule::Text(least, usize::MAX) => format!("text of at least {least} characters"),
        Rule::Text(least, most) => format!("text of {least} to {most} characters"),
        Rule::Word(words) => format!("one of {}", words.join(", ")),
        Rule::Prefixed(start) => format!("text that begins with {start}"),
        Rule::Format(_, words) => (*words).into(),
        Rule::Integer(least, i64::MAX) => format!("a whole number from {least}"),
        Rule::Integer(least, most) => format!("a whole number from {least} to {most}"),
        Rule::Number(f64::MIN, f64::MAX) => "a number".into(),
        Rule::Number(least, f64::MAX) => format!("a number from {least}"),
        Rule::Number(least, most) => format!("a number from {least} to {most}"),
        Rule::List(_) | Rule::Filled(_) => "a list".into(),
        Rule::Map(_) | Rule::Closed(_) | Rule::OneAtLeast(_) | Rule::Open(_) | Rule::Typed(_) => {
            "an object".into()
        }
        Rule::Either(one, other) => format!("{}, or {}", words(one), words(other)),
        Rule::Nullable(rule) => format!("{}, or null", words(rule)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule::*, *};
    use serde_json::json;

    const HASHES: Rule = Filled(&FILLED);
    const TABLE: &[Field] = &[
        must("kind", Word(&["a", "b"])),
        may("device", Closed(&[may("id", TEXT), may("hashes", HASHES)])),
        may("login", Nullable(&OneAtLeast(&[may("apple", Bool), may("google", Bool)]))),
        may("seconds", Integer(1, i64::MAX)),
        may("code", Format(|text| text.len() == 2, "two letters")),
        may("texts", Map(&Text(1, 3))),
        may("price", Either(&Text(1, 9), &Number(0.5, f64::MAX))),
    ];

    #[track_caller]
    fn check(given: Value, expected: &str) {
        let failure = fit(TABLE, given.as_object().expect("an object"));
        match failure {
            Ok(()) => assert_eq!(expected, ""),
            Err(Failure::InvalidArguments(text)) => assert_eq!(text, expected),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_fits() {
        check(json!({ "kind": "a", "others": "are left to the schema" }), "");
        check(json!({ "kind": "b", "device": {}, "login": null, "price": 0.5, "texts": {} }), "");
        let device = json!({ "id": "", "hashes": ["x"] });
        let login = json!({ "apple": true });
        check(
            json!({ "kind": "a", "device": device, "login": login, "seconds": 1, "code": "xy", "price": "1" }),
            "",
        );
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        check(json!({ "kind": "a", "seconds": 60.0 }), "");
        check(json!({ "kind": "a", "seconds": 1e30 }), "seconds must be a whole number from 1");
        check(json!({ "kind": "a", "seconds": "60" }), "seconds must be a whole number from 1");
    }

    #[test]
    fn what_does_not_is_named_with_its_place() {
        check(json!({}), "kind is required");
        check(json!({ "kind": null }), "kind must be one of a, b");
        check(
            json!({ "kind": "a", "device": { "ID": "", "hashes": [] } }),
            "device.ID is unknown, known here: id, hashes; device.hashes must not be empty",
        );
        check(
            json!({ "kind": "a", "device": { "hashes": ["x", ""] } }),
            "device.hashes[1] must be text of at least 1 characters",
        );
        check(json!({ "kind": "a", "device": null }), "device must be an object");
        check(json!({ "kind": "a", "login": {} }), "login must hold one of apple, google");
        check(json!({ "kind": "a", "login": 1 }), "login must be an object");
        check(json!({ "kind": "a", "seconds": 0 }), "seconds must be a whole number from 1");
        check(json!({ "kind": "a", "seconds": 1.5 }), "seconds must be a whole number from 1");
        check(json!({ "kind": "a", "code": "x" }), "code must be two letters");
        check(
            json!({ "kind": "a", "texts": { "k\n": "long" } }),
            "texts.k\\n must be text of 1 to 3 characters",
        );
        check(
            json!({ "kind": "a", "price": 0 }),
            "price must be text of 1 to 9 characters, or a number from 0.5",
        );
    }
}
