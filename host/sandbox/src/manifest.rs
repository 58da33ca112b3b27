//! A plugin's manifest as it is stored: what `describe` answered, checked, as JSON.
//!
//! The check happens once, when a plugin is admitted (first-party: at build time). After that the host reads
//! stored manifests only, so `tools/list` runs no guest code.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contract::{self, Consequences, Method};

/// A JSON Schema whose root is an object, with its keys in the author's order.
pub type Schema = Map<String, Value>;

/// What a plugin is and which tools it has.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The plugin's name, `[a-z0-9-]{1,60}`.
    pub name: String,
    /// Its version, as its author counts.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Its tools, in the order of `tools/list`.
    pub tools: Vec<Tool>,
}

/// One tool.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `[a-z0-9_]{1,60}`.
    pub name: String,
    /// A few words for people.
    pub title: String,
    /// What it does, when to use it, when not; at most 2,048 characters, the shortest cut that a client makes.
    pub description: String,
    /// Closed at every level that lists properties.
    pub input_schema: Schema,
    /// None where the tool promises no shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Schema>,
    /// What a call does to the tenant.
    pub effect: Effect,
    /// The rows of the Management API that it may use.
    pub endpoints: Vec<Endpoint>,
}

/// What a call does to the tenant.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// GET requests only, enforced on the wire.
    ReadOnly,
    /// Anything else.
    Write {
        /// It may change or remove what is there.
        destructive: bool,
        /// The same call again changes nothing more.
        idempotent: bool,
    },
}

/// One row: a method, a path template relative to `/api/v2/`, and the scopes it needs.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// `GET`, `POST`, `PATCH`, `PUT` or `DELETE`.
    #[serde(with = "method")]
    pub method: Method,
    /// For example `clients/{id}`.
    pub path: String,
    /// All of them are needed.
    pub scopes: Vec<String>,
}

/// Why a manifest is not admitted. The plugin's author reads it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ManifestError {
    /// The plugin, or the tool within it.
    pub place: String,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl Manifest {
    /// Checks what a plugin said of itself.
    ///
    /// # Errors
    /// The first thing that breaks a rule of `wit/README.md`.
    pub fn admit(said: contract::Manifest) -> Result<Self, ManifestError> {
        let place = format!("plugin `{}`", said.name.escape_debug());
        check(is_name(&said.name, '-'), &place, "the name must match [a-z0-9-]{1,60}")?;
        let is_version = |c: char| c.is_ascii_alphanumeric() || ".+-".contains(c);
        let fits = (1..=40).contains(&said.version.len()) && said.version.chars().all(is_version);
        check(fits, &place, "the version must match [0-9A-Za-z.+-]{1,40}")?;
        check_text(&place, "description", &said.description, 500)?;
        check((1..=100).contains(&said.tools.len()), &place, "a plugin has 1 to 100 tools")?;
        let mut tools: Vec<Tool> = Vec::with_capacity(said.tools.len());
        for tool in said.tools {
            let tool = Tool::admit(tool)?;
            let known = tools.iter().any(|known| known.name == tool.name);
            check(!known, &format!("tool `{}`", tool.name), "the name appears twice")?;
            tools.push(tool);
        }
        Ok(Self { name: said.name, version: said.version, description: said.description, tools })
    }
}

impl Tool {
    fn admit(said: contract::Tool) -> Result<Self, ManifestError> {
        let place = format!("tool `{}`", said.name.escape_debug());
        check(is_name(&said.name, '_'), &place, "the name must match [a-z0-9_]{1,60}")?;
        check_text(&place, "title", &said.title, 100)?;
        check_text(&place, "description", &said.description, 2048)?;
        let input_schema = parse_schema(&place, "input", &said.input_schema)?;
        let output_schema = said
            .output_schema
            .as_deref()
            .map(|schema| parse_schema(&place, "output", schema))
            .transpose()?;
        check_closed(&place, "$", &Value::Object(input_schema.clone()))?;
        check_schema(&place, "input", &input_schema)?;
        output_schema.iter().try_for_each(|schema| check_schema(&place, "output", schema))?;
        let effect = Effect::from(said.effect);
        let endpoints = said
            .endpoints
            .into_iter()
            .map(|row| Endpoint::admit(&place, effect, row))
            .collect::<Result<Vec<_>, _>>()?;
        let (name, title, description) = (said.name, said.title, said.description);
        Ok(Self { name, title, description, input_schema, output_schema, effect, endpoints })
    }
}

impl Endpoint {
    fn admit(place: &str, effect: Effect, said: contract::Endpoint) -> Result<Self, ManifestError> {
        let method = said.method;
        let shown = format!("{place}, row {} {}", method.as_str(), said.path.escape_debug());
        let readable = effect != Effect::ReadOnly || method == Method::Get;
        check(readable, &shown, "a read-only tool can only have GET rows")?;
        check(
            said.path.split('/').all(is_segment),
            &shown,
            "each segment is [A-Za-z0-9._-]+ or {name}",
        )?;
        let scopes_fit = said
            .scopes
            .iter()
            .all(|scope| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic()));
        check(scopes_fit, &shown, "a scope is visible ASCII without spaces")?;
        Ok(Self { method, path: said.path, scopes: said.scopes })
    }
}

impl From<contract::Effect> for Effect {
    fn from(effect: contract::Effect) -> Self {
        match effect {
            contract::Effect::ReadOnly => Self::ReadOnly,
            contract::Effect::Write(flags) => Self::Write {
                destructive: flags.contains(Consequences::DESTRUCTIVE),
                idempotent: flags.contains(Consequences::IDEMPOTENT),
            },
        }
    }
}

/// A method as it stands on the wire.
mod method {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Method;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(
        method: &Method,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(method.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Method, D::Error> {
        let name = String::deserialize(deserializer)?;
        Method::ALL
            .into_iter()
            .find(|method| method.as_str() == name)
            .ok_or_else(|| D::Error::custom("unknown method"))
    }
}

fn check(fits: bool, place: &str, problem: &str) -> Result<(), ManifestError> {
    if fits {
        Ok(())
    } else {
        Err(ManifestError { place: place.to_owned(), problem: problem.to_owned() })
    }
}

/// Names travel into file names, patterns and every client's own name rules: the common part of all of them.
fn is_name(name: &str, joint: char) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint;
    (1..=60).contains(&name.len()) && name.chars().all(fits)
}

/// One segment of a row: literal, or a brace pair that stands for exactly one segment of any content.
fn is_segment(segment: &str) -> bool {
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    match segment.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}').is_some_and(word),
        None => word(segment) && segment != "." && segment != "..",
    }
}

fn check_text(place: &str, what: &str, text: &str, most: usize) -> Result<(), ManifestError> {
    check(!text.trim().is_empty(), place, &format!("the {what} is empty"))?;
    check(
        text.chars().count() <= most,
        place,
        &format!("the {what} has more than {most} characters"),
    )?;
    let plain = text.chars().all(|c| c == '\n' || !(c.is_control() || crate::text::is_hidden(c)));
    check(plain, place, &format!("the {what} has control or invisible characters"))
}

fn parse_schema(place: &str, which: &str, json: &str) -> Result<Schema, ManifestError> {
    let fits = json.len() <= 64 << 10;
    check(fits, place, &format!("the {which} schema has more than 64 KiB"))?;
    let schema: Value = serde_json::from_str(json).map_err(|error| ManifestError {
        place: place.to_owned(),
        problem: format!("the {which} schema is not JSON: {error}"),
    })?;
    match schema {
        Value::Object(schema) if schema.get("type").and_then(Value::as_str) == Some("object") => {
            Ok(schema)
        }
        _ => {
            check(
                false,
                place,
                &format!(
                    "the root of the {which} schema must be an object with \"type\": \"object\""
                ),
            )?;
            Ok(Schema::new())
        }
    }
}

/// `true` and `{}` let everything through.
fn is_open(schema: &Value) -> bool {
    *schema == Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty)
}

/// What a schema may cost to show and to check: no hidden text, and a bounded size once its references are
/// followed, since arguments are checked outside of the sandbox.
fn check_schema(place: &str, which: &str, schema: &Schema) -> Result<(), ManifestError> {
    let root = Value::Object(schema.clone());
    let mut budget = Budget { nodes: 5_000, patterns: 100 };
    let within = budget.spend(&root, &root, 0);
    let problem = format!(
        "the {which} schema is too large: at most 5,000 nodes with references followed, 64 levels, 100 patterns of 256 bytes, no recursion"
    );
    check(within, place, &problem)?;
    check(
        is_plain(&root),
        place,
        &format!("the {which} schema has control or invisible characters"),
    )
}

/// What is left of a schema's allowance.
struct Budget {
    nodes: u32,
    patterns: u32,
}

impl Budget {
    /// Counts a schema and everything below it; false once there is no more to spend.
    fn spend(&mut self, root: &Value, schema: &Value, depth: u32) -> bool {
        if self.nodes == 0 || depth > 64 {
            return false;
        }
        self.nodes -= 1;
        match schema {
            Value::Array(items) => items.iter().all(|item| self.spend(root, item, depth + 1)),
            Value::Object(keys) => {
                keys.iter().all(|(key, value)| self.keyword(root, key, value, depth))
            }
            _ => true,
        }
    }

    fn keyword(&mut self, root: &Value, key: &str, value: &Value, depth: u32) -> bool {
        match (key, value) {
            ("$dynamicRef" | "$recursiveRef", _) => false,
            ("$ref", Value::String(target)) => {
                let target = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
                target.is_some_and(|target| self.spend(root, target, depth + 1))
            }
            ("pattern", Value::String(pattern)) => {
                self.patterns = self.patterns.saturating_sub(1);
                self.patterns > 0 && pattern.len() <= 256
            }
            // Only what refers to them counts.
            ("$defs" | "definitions", _) => true,
            _ => self.spend(root, value, depth + 1),
        }
    }
}

/// Whether every text in a schema, names included, shows what it is.
fn is_plain(schema: &Value) -> bool {
    let plain = |text: &str| {
        text.chars().all(|c| c == '\n' || !(c.is_control() || crate::text::is_hidden(c)))
    };
    match schema {
        Value::String(text) => plain(text),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(keys) => keys.iter().all(|(key, value)| plain(key) && is_plain(value)),
        _ => true,
    }
}

/// Every level of an input schema that lists properties must refuse the ones it does not list: an argument
/// that is silently ignored is a misunderstanding between the model and the tool. References must stay inside.
fn check_closed(place: &str, at: &str, schema: &Value) -> Result<(), ManifestError> {
    match schema {
        Value::Object(keys) => {
            let closed =
                keys.get("additionalProperties").or_else(|| keys.get("unevaluatedProperties"));
            let lists = keys.get("properties").is_some_and(Value::is_object);
            let fits = !lists || closed.is_some_and(|closed| !is_open(closed));
            check(
                fits,
                place,
                &format!("the input schema is open at {at}: add \"additionalProperties\": false"),
            )?;
            let inside = keys
                .get("$ref")
                .and_then(Value::as_str)
                .is_none_or(|target| target.starts_with('#'));
            check(inside, place, &format!("the input schema refers to another document at {at}"))?;
            keys.iter()
                .try_for_each(|(key, value)| check_closed(place, &format!("{at}.{key}"), value))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_closed(place, at, item)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(change: impl FnOnce(&mut contract::Tool)) -> Result<Tool, ManifestError> {
        let mut tool = contract::Tool {
            name: "auth0_get_thing".into(),
            title: "Get thing".into(),
            description: "Gets one thing.".into(),
            input_schema: r#"{"type":"object","additionalProperties":false}"#.into(),
            output_schema: None,
            effect: contract::Effect::ReadOnly,
            endpoints: vec![contract::Endpoint {
                method: contract::Method::Get,
                path: "things/{id}".into(),
                scopes: vec!["read:things".into()],
            }],
        };
        change(&mut tool);
        Tool::admit(tool)
    }

    #[test]
    fn a_sound_tool_is_admitted() {
        let admitted = tool(|_| {}).unwrap();
        let stored = serde_json::to_value(&admitted).unwrap();
        assert_eq!(stored["effect"], "read-only");
        assert_eq!(stored["endpoints"][0]["method"], "GET");
    }

    #[test]
    fn each_rule_refuses_with_its_reason() {
        type Change = fn(&mut contract::Tool);
        let table: [(&str, Change); 13] = [
            ("too large", |t| {
                let def = |n: u32| {
                    format!(
                        r##""d{n}":{{"allOf":[{{"$ref":"#/$defs/d{0}"}},{{"$ref":"#/$defs/d{0}"}}]}}"##,
                        n + 1
                    )
                };
                let defs: Vec<_> = (0..40).map(def).collect();
                t.input_schema = format!(
                    r##"{{"type":"object","additionalProperties":false,"properties":{{"x":{{"$ref":"#/$defs/d0"}}}},"$defs":{{{},"d40":{{}}}}}}"##,
                    defs.join(",")
                );
            }),
            ("too large", |t| {
                t.input_schema =
                    r##"{"type":"object","additionalProperties":false,"allOf":[{"$ref":"#"}]}"##
                        .into();
            }),
            ("invisible characters", |t| {
                t.input_schema = "{\"type\":\"object\",\"additionalProperties\":false,\"description\":\"a\u{e0041}\"}".into();
            }),
            ("open at $", |t| {
                t.input_schema =
                    r#"{"type":"object","additionalProperties":{},"properties":{}}"#.into();
            }),
            ("the name must match", |t| t.name = "Auth0-Get".into()),
            ("the title is empty", |t| t.title = " ".into()),
            ("more than 2048", |t| t.description = "x".repeat(2049)),
            ("invisible characters", |t| t.description = "a\u{200b}b".into()),
            ("is not JSON", |t| t.input_schema = "{".into()),
            ("the root of the input schema", |t| t.input_schema = "[]".into()),
            ("open at $.properties.a", |t| {
                t.input_schema =
                    r#"{"type":"object","additionalProperties":false,"properties":{"a":{"properties":{}}}}"#.into();
            }),
            ("only have GET rows", |t| t.endpoints[0].method = contract::Method::Post),
            ("each segment is", |t| t.endpoints[0].path = "things/../x".into()),
        ];
        for (expected, change) in table {
            let error = tool(change).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
