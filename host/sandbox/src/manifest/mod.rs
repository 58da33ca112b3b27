//! A plugin's manifest as it is stored: what `describe` answered, checked, as JSON.
//!
//! The check happens once, when a plugin is admitted (first-party: at build time). After that the host reads
//! stored manifests only, so `tools/list` runs no guest code.

mod schema;
#[cfg(test)]
mod tests;
mod text;
mod warnings;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::warnings::Warning;
use crate::{
    contract::{self, Consequences, Method},
    text::bounded,
};

/// A JSON Schema whose root is an object, with its keys in the author's order.
pub type Schema = Map<String, Value>;

/// What a plugin is and which tools it has.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
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
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
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

/// All texts of a manifest together, schemas included, in bytes: every session of every client may read them.
const MANIFEST_BYTES: usize = 512 << 10;

/// Rows of one tool.
const ROWS: usize = 50;

/// Scopes of one row.
const SCOPES: usize = 20;

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
        let place = format!("plugin `{}`", bounded(&said.name, 80));
        let bytes = size(&said);
        let problem =
            format!("the manifest has {bytes} bytes of text; at most {MANIFEST_BYTES} are allowed");
        check(bytes <= MANIFEST_BYTES, &place, &problem)?;
        check(is_name(&said.name, '-'), &place, "the name must match [a-z0-9-]{1,60}")?;
        let is_version = |c: char| c.is_ascii_alphanumeric() || ".+-".contains(c);
        let fits = (1..=40).contains(&said.version.len()) && said.version.chars().all(is_version);
        check(fits, &place, "the version must match [0-9A-Za-z.+-]{1,40}")?;
        text::check(&place, "description", &said.description, 500)?;
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
        let place = format!("tool `{}`", bounded(&said.name, 80));
        check(is_name(&said.name, '_'), &place, "the name must match [a-z0-9_]{1,60}")?;
        text::check(&place, "title", &said.title, 100)?;
        text::check(&place, "description", &said.description, 2048)?;
        let input_schema = schema::admit_input(&place, &said.input_schema)?;
        let output = said.output_schema.as_deref();
        let output_schema = output.map(|json| schema::admit_output(&place, json)).transpose()?;
        check(said.endpoints.len() <= ROWS, &place, &format!("it has more than {ROWS} rows"))?;
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
        let shown = format!("{place}, row {} {}", method.as_str(), bounded(&said.path, 80));
        let readable = effect != Effect::ReadOnly || method == Method::Get;
        check(readable, &shown, "a read-only tool can only have GET rows")?;
        check(said.path.len() <= 200, &shown, "the path has more than 200 characters")?;
        let prefixed = said.path == "api/v2" || said.path.starts_with("api/v2/");
        check(
            !prefixed && said.path.split('/').all(is_segment),
            &shown,
            "each segment is [A-Za-z0-9._-]+ or {name}; the path is relative to /api/v2/, without a slash at its ends, without a query",
        )?;
        let is_scope = |scope: &String| {
            (1..=100).contains(&scope.len()) && scope.bytes().all(|b| b.is_ascii_graphic())
        };
        let problem = "a scope is 1 to 100 characters of visible ASCII without spaces";
        check(said.scopes.iter().all(is_scope), &shown, problem)?;
        check(said.scopes.len() <= SCOPES, &shown, &format!("it has more than {SCOPES} scopes"))?;
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

/// All its texts, in bytes.
fn size(said: &contract::Manifest) -> usize {
    let row = |row: &contract::Endpoint| {
        row.path.len() + row.scopes.iter().map(String::len).sum::<usize>()
    };
    let tool = |tool: &contract::Tool| {
        let schemas = tool.input_schema.len() + tool.output_schema.as_ref().map_or(0, String::len);
        let texts = tool.name.len() + tool.title.len() + tool.description.len();
        texts + schemas + tool.endpoints.iter().map(row).sum::<usize>()
    };
    let texts = said.name.len() + said.version.len() + said.description.len();
    texts + said.tools.iter().map(tool).sum::<usize>()
}

fn check(fits: bool, place: &str, problem: &str) -> Result<(), ManifestError> {
    if fits {
        Ok(())
    } else {
        Err(ManifestError { place: place.to_owned(), problem: bounded(problem, 600) })
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
