//! What a tool's schemas may be: closed, within one document, and of a bounded cost, since arguments are checked
//! against them outside of the sandbox.

use serde_json::{Map, Value};

use super::{ManifestError, Schema, check, text};

/// One schema, in bytes of JSON.
const LONGEST: usize = 64 << 10;

/// What a schema may cost once its references are followed.
const MOST_NODES: u32 = 5_000;
const MOST_PATTERNS: u32 = 100;
const LONGEST_PATTERN: usize = 256;
const DEEPEST: u32 = 64;

/// An input schema: closed at every level that lists properties.
pub(super) fn admit_input(place: &str, json: &str) -> Result<Schema, ManifestError> {
    admit(place, "input", json, true)
}

/// An output schema.
pub(super) fn admit_output(place: &str, json: &str) -> Result<Schema, ManifestError> {
    admit(place, "output", json, false)
}

fn admit(
    place: &str,
    which: &'static str,
    json: &str,
    closed: bool,
) -> Result<Schema, ManifestError> {
    let fits = json.len() <= LONGEST;
    check(fits, place, &format!("the {which} schema has more than 64 KiB"))?;
    let parsed: Value = serde_json::from_str(json).map_err(|error| ManifestError {
        place: place.to_owned(),
        problem: format!("the {which} schema is not JSON: {error}"),
    })?;
    let problem = format!("the {which} schema has control or invisible characters");
    check(is_plain(&parsed), place, &problem)?;
    let of_type_object = parsed.get("type").and_then(Value::as_str) == Some("object");
    let problem =
        format!("the root of the {which} schema must be an object with \"type\": \"object\"");
    check(of_type_object, place, &problem)?;
    check_references(place, which, "$", &parsed)?;
    let (nodes, patterns) = (MOST_NODES, MOST_PATTERNS);
    Walk { place, which, root: &parsed, closed, nodes, patterns }.schema("$", &parsed, 0)?;
    match parsed {
        Value::Object(schema) => Ok(schema),
        // It has a "type", so it is an object.
        _ => Ok(Schema::new()),
    }
}

/// A walk over a schema as a validator reads it: keywords are told from names of properties and from data, and
/// references are followed.
struct Walk<'s> {
    place: &'s str,
    which: &'static str,
    root: &'s Value,
    /// Whether every level that lists properties must refuse the ones it does not list: an argument that is
    /// silently ignored is a misunderstanding between the model and the tool.
    closed: bool,
    /// What is left of the schema's allowance.
    nodes: u32,
    patterns: u32,
}

type Walked = Result<(), ManifestError>;

impl Walk<'_> {
    fn schema(&mut self, at: &str, schema: &Value, depth: u32) -> Walked {
        let Value::Object(keywords) = schema else { return self.data(schema, depth) };
        self.spend(depth)?;
        self.check_closed(at, keywords)?;
        keywords.iter().try_for_each(|(keyword, value)| {
            self.keyword(&format!("{at}.{keyword}"), keyword, value, depth + 1)
        })
    }

    fn keyword(&mut self, at: &str, keyword: &str, value: &Value, depth: u32) -> Walked {
        match (keyword, value) {
            ("$ref", Value::String(target)) => self.reference(at, target, depth),
            ("$dynamicRef" | "$recursiveRef", _) => self.refuse("has a dynamic reference", at),
            // References inside of it would mean something else than they say.
            ("$id" | "id", Value::String(_)) if depth > 1 => {
                self.refuse("has an address within", at)
            }
            ("pattern", Value::String(pattern)) => self.pattern(pattern),
            // Only what refers to them counts.
            ("$defs" | "definitions", Value::Object(_)) => Ok(()),
            ("patternProperties", Value::Object(named)) => {
                named.keys().try_for_each(|pattern| self.pattern(pattern))?;
                self.named(at, named, depth)
            }
            ("properties" | "dependentSchemas" | "dependencies", Value::Object(named)) => {
                self.named(at, named, depth)
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems" | "items", Value::Array(schemas)) => {
                self.spend(depth)?;
                schemas.iter().try_for_each(|schema| self.schema(at, schema, depth + 1))
            }
            (
                "items"
                | "contains"
                | "additionalItems"
                | "unevaluatedItems"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "propertyNames"
                | "contentSchema"
                | "not"
                | "if"
                | "then"
                | "else",
                schema,
            ) => self.schema(at, schema, depth),
            (_, data) => self.data(data, depth),
        }
    }

    /// Schemas by names that anybody chose, such as those of properties.
    fn named(&mut self, at: &str, named: &Map<String, Value>, depth: u32) -> Walked {
        self.spend(depth)?;
        named
            .iter()
            .try_for_each(|(name, schema)| self.schema(&format!("{at}.{name}"), schema, depth + 1))
    }

    fn reference(&mut self, at: &str, target: &str, depth: u32) -> Walked {
        let target = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        match target {
            Some(target) => self.schema(at, target, depth + 1),
            None => self.refuse("refers to nothing", at),
        }
    }

    /// What a validator compares with, or does not look at.
    fn data(&mut self, data: &Value, depth: u32) -> Walked {
        self.spend(depth)?;
        match data {
            Value::Array(items) => items.iter().try_for_each(|item| self.data(item, depth + 1)),
            Value::Object(members) => {
                members.values().try_for_each(|member| self.data(member, depth + 1))
            }
            _ => Ok(()),
        }
    }

    fn spend(&mut self, depth: u32) -> Walked {
        self.check_size(self.nodes > 0 && depth <= DEEPEST)?;
        self.nodes -= 1;
        Ok(())
    }

    fn pattern(&mut self, pattern: &str) -> Walked {
        self.check_size(self.patterns > 0 && pattern.len() <= LONGEST_PATTERN)?;
        self.patterns -= 1;
        Ok(())
    }

    fn check_size(&self, fits: bool) -> Walked {
        let problem = || {
            format!(
                "the {} schema is too large: at most 5,000 nodes with references followed, {DEEPEST} levels, {MOST_PATTERNS} patterns of {LONGEST_PATTERN} bytes, no recursion",
                self.which
            )
        };
        if fits { Ok(()) } else { check(false, self.place, &problem()) }
    }

    fn check_closed(&self, at: &str, keywords: &Map<String, Value>) -> Walked {
        let closed =
            keywords.get("additionalProperties").or_else(|| keywords.get("unevaluatedProperties"));
        let lists = keywords.get("properties").is_some_and(Value::is_object);
        let fits = !self.closed || !lists || closed.is_some_and(|closed| !is_open(closed));
        let problem =
            || format!("the input schema is open at {at}: add \"additionalProperties\": false");
        if fits { Ok(()) } else { check(false, self.place, &problem()) }
    }

    fn refuse(&self, problem: &str, at: &str) -> Walked {
        check(false, self.place, &format!("the {} schema {problem} at {at}", self.which))
    }
}

/// Whether every text in a schema, names included, shows what it is.
fn is_plain(schema: &Value) -> bool {
    match schema {
        Value::String(string) => text::is_plain(string),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(keys) => {
            keys.iter().all(|(key, value)| text::is_plain(key) && is_plain(value))
        }
        _ => true,
    }
}

/// References must stay inside: nothing is fetched, and what another document says may change.
fn check_references(
    place: &str,
    which: &str,
    at: &str,
    schema: &Value,
) -> Result<(), ManifestError> {
    match schema {
        Value::Object(keys) => keys.iter().try_for_each(|(key, value)| {
            let is_reference = matches!(key.as_str(), "$ref" | "$dynamicRef" | "$recursiveRef");
            let inside = !is_reference || value.as_str().is_none_or(|to| to.starts_with('#'));
            let problem = format!("the {which} schema refers to another document at {at}");
            check(inside, place, &problem)?;
            check_references(place, which, &format!("{at}.{key}"), value)
        }),
        Value::Array(items) => {
            items.iter().try_for_each(|item| check_references(place, which, at, item))
        }
        _ => Ok(()),
    }
}

/// `true` and `{}` let everything through.
fn is_open(schema: &Value) -> bool {
    *schema == Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty)
}
