//! The double of the host for unit tests: answers from a script, requests kept for a look.
//!
//! ```
//! # use auth0_mcp_plugin::{Request, testing::Script};
//! # use serde_json::json;
//! let script = Script::new().answer(200, json!({ "client_id": "abc" }));
//! let answer: serde_json::Value = Request::get(["clients", "abc"]).send(&script).unwrap().json().unwrap();
//! assert_eq!(answer["client_id"], "abc");
//! assert_eq!(script.sent(), ["GET clients/abc"]);
//! ```

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use serde_json::{Value, json};

use crate::{
    Api, Level, Manifest, Method, Refusal,
    wit::auth0_mcp::plugin::{
        management::{Request, Response},
        types::{Consequences, Effect, Endpoint, Tool},
    },
};

/// A host that answers from a script, in order, and panics on a request that is not in it.
#[derive(Debug, Default)]
pub struct Script {
    answers: RefCell<VecDeque<Result<Response, Refusal>>>,
    sent: RefCell<Vec<Request>>,
    log: RefCell<Vec<(Level, String)>>,
    time: Cell<Option<u32>>,
    told: RefCell<Vec<String>>,
}

impl Script {
    /// A script without answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next request is answered so.
    #[must_use]
    pub fn answer(self, status: u16, body: Value) -> Self {
        self.then(Ok(Response { status, body: Some(body.to_string()), next: None }))
    }

    /// The next request is refused by the host.
    #[must_use]
    pub fn refuse(self, refusal: Refusal) -> Self {
        self.then(Err(refusal))
    }

    /// The next request gives exactly this.
    #[must_use]
    pub fn then(self, result: Result<Response, Refusal>) -> Self {
        self.answers.borrow_mut().push_back(result);
        self
    }

    /// Pauses take this much time in all, in milliseconds; one that would take more is refused. Without it any pause
    /// is fine.
    #[must_use]
    pub fn within(self, milliseconds: u32) -> Self {
        self.time.set(Some(milliseconds));
        self
    }

    /// The requests so far as `METHOD path?query`, unencoded.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        self.sent.borrow().iter().map(line).collect()
    }

    /// The path segments of request number `index`.
    ///
    /// # Panics
    /// Where there was no such request.
    #[must_use]
    pub fn path(&self, index: usize) -> Vec<String> {
        self.sent.borrow()[index].path.clone()
    }

    /// The body of request number `index`, `null` where it had none.
    ///
    /// # Panics
    /// Where there was no such request.
    #[must_use]
    pub fn body(&self, index: usize) -> Value {
        let sent = self.sent.borrow();
        let text = sent[index].body.as_deref().unwrap_or("null");
        serde_json::from_str(text).expect("a request body is JSON")
    }

    /// The progress that was told.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }

    /// What was logged.
    #[must_use]
    pub fn logged(&self) -> Vec<(Level, String)> {
        self.log.borrow().clone()
    }
}

impl Api for Script {
    fn send(&self, request: &Request) -> Result<Response, Refusal> {
        self.sent.borrow_mut().push(request.clone());
        let answer = self.answers.borrow_mut().pop_front();
        answer.unwrap_or_else(|| panic!("the script has no answer to {}", line(request)))
    }

    fn started(&self) -> u64 {
        1_735_689_600_000
    }

    fn pause(&self, milliseconds: u32) -> Result<(), Refusal> {
        if let Some(left) = self.time.get() {
            self.time.set(Some(left.checked_sub(milliseconds).ok_or(Refusal::TimedOut)?));
        }
        Ok(())
    }

    fn progress(&self, _: u32, _: Option<u32>, message: &str) {
        self.told.borrow_mut().push(message.to_owned());
    }

    fn log(&self, level: Level, message: &str) {
        self.log.borrow_mut().push((level, message.to_owned()));
    }
}

fn line(request: &Request) -> String {
    let query: Vec<String> =
        request.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {}{mark}{}", verb(request.method), request.path.join("/"), query.join("&"))
}

/// As it stands on the wire.
fn verb(method: Method) -> String {
    format!("{method:?}").trim_start_matches("Method::").to_uppercase()
}

/// What each tool may do, a line each: `app_audit_check reads: GET clients/{id} (read:clients)`. The effects are
/// `reads`, `adds`, `adds once` (idempotent), `changes` (destructive and idempotent) and `acts` (destructive).
#[must_use]
pub fn rights(manifest: &Manifest) -> Vec<String> {
    let row =
        |row: &Endpoint| format!("{} {} ({})", verb(row.method), row.path, row.scopes.join(" "));
    let line = |tool: &Tool| {
        let rows: Vec<String> = tool.endpoints.iter().map(row).collect();
        format!("{} {}: {}", tool.name, effect(tool.effect), rows.join(", "))
    };
    manifest.tools.iter().map(line).collect()
}

fn effect(effect: Effect) -> &'static str {
    let Effect::Write(consequences) = effect else { return "reads" };
    let has = |flag: Consequences| consequences & flag == flag;
    match (has(Consequences::DESTRUCTIVE), has(Consequences::IDEMPOTENT)) {
        (false, false) => "adds",
        (false, true) => "adds once",
        (true, true) => "changes",
        (true, false) => "acts",
    }
}

/// What all tools cost a model together, in bytes.
#[must_use]
pub fn all_listed_bytes(manifest: &Manifest) -> usize {
    manifest.tools.iter().map(|tool| listed_bytes(tool, false)).sum()
}

/// What a tool costs a model: the bytes of its entry in `tools/list`, as the host writes it.
#[must_use]
pub fn listed_bytes(tool: &Tool, with_output: bool) -> usize {
    listed(tool, with_output).to_string().len()
}

/// A tool's entry in `tools/list`, as the host writes it.
#[must_use]
pub fn listed(tool: &Tool, with_output: bool) -> Value {
    let schema = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (reads, consequences) = match tool.effect {
        Effect::ReadOnly => (true, Consequences::IDEMPOTENT),
        Effect::Write(consequences) => (false, consequences),
    };
    let told = |flag: Consequences| consequences & flag == flag;
    let mut entry = json!({
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": schema(&tool.input_schema),
        "annotations": {
            "readOnlyHint": reads,
            "destructiveHint": told(Consequences::DESTRUCTIVE),
            "idempotentHint": told(Consequences::IDEMPOTENT),
            "openWorldHint": false,
        },
    });
    if let (true, Some(output)) = (with_output, &tool.output_schema) {
        entry["outputSchema"] = schema(output);
    }
    entry
}

/// What the host would refuse in a schema or a text, and what wastes a model's tokens; empty is good. Names, rows and
/// the component are looked at by `auth0-mcp plugin test`.
#[must_use]
pub fn problems(manifest: &Manifest) -> Vec<String> {
    manifest.tools.iter().flat_map(tool_problems).collect()
}

fn tool_problems(tool: &Tool) -> Vec<String> {
    let mut problems = Vec::new();
    let mut check = |fine: bool, problem: &str| {
        if !fine {
            problems.push(format!("{}: {problem}", tool.name));
        }
    };
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    check(
        (1..=60).contains(&tool.name.len()) && tool.name.chars().all(plain),
        "name is not [a-z0-9_]{1,60}",
    );
    check(!tool.title.is_empty(), "no title");
    check(
        (1..=500).contains(&tool.description.chars().count()),
        "description is not 1 to 500 characters",
    );
    for row in &tool.endpoints {
        let reads = !matches!(tool.effect, Effect::ReadOnly) || row.method == Method::Get;
        check(reads, &format!("{}: a read-only tool can only have GET rows", row.path));
        check(
            is_row(&row.path),
            &format!(
                "{}: a path is relative to /api/v2/, with {{name}} for what varies, and has no query",
                row.path
            ),
        );
    }
    let input: Value = serde_json::from_str(&tool.input_schema).unwrap_or_default();
    let output: Value = tool
        .output_schema
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    check(input["type"] == "object", "input schema is not of type object");
    check(output["type"] == "object", "output schema is not of type object");
    schema_problems(&input, "$", &mut |place, problem| {
        problems.push(format!("{}: {place}: {problem}", tool.name))
    });
    problems
}

fn is_row(path: &str) -> bool {
    let is_word = |text: &str, more: &[char]| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
    };
    let is_segment =
        |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => is_word(name, &['_']),
            None => is_word(part, &['.', '_', '-']),
        };
    !path.starts_with("api/v2") && path.split('/').all(is_segment)
}

fn schema_problems(schema: &Value, place: &str, report: &mut impl FnMut(&str, &str)) {
    let Value::Object(schema) = schema else { return };
    if schema.contains_key("properties")
        && schema.get("additionalProperties") != Some(&Value::Bool(false))
    {
        report(place, "open object: write #[serde(deny_unknown_fields)]");
    }
    for noise in ["$ref", "$defs", "$schema", "title"] {
        if schema.contains_key(noise) {
            report(place, noise);
        }
    }
    if schema.get("type").is_some_and(Value::is_array) {
        report(place, "a list of types");
    }
    for (key, value) in schema {
        let below = format!("{place}.{key}");
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties.iter().for_each(|(name, value)| {
                    schema_problems(value, &format!("{place}.{name}"), report)
                });
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(choices)) => {
                choices.iter().for_each(|value| schema_problems(value, &below, report));
            }
            ("items" | "additionalProperties", value) => schema_problems(value, &below, report),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found wrong with the rows of a tool.
    fn problems(effect: Effect, method: Method, path: &str) -> Vec<String> {
        tool_problems(&Tool {
            name: "a_b".to_owned(),
            title: "A".to_owned(),
            description: "B".to_owned(),
            input_schema: r#"{"type":"object"}"#.to_owned(),
            output_schema: Some(r#"{"type":"object"}"#.to_owned()),
            effect,
            endpoints: vec![Endpoint { method, path: path.to_owned(), scopes: vec![] }],
        })
    }

    #[test]
    fn rows_that_no_host_takes_are_named() {
        for path in ["clients", "clients/{client_id}/rotate-secret", "guardian/factors/webauthn.x"]
        {
            assert_eq!(problems(Effect::ReadOnly, Method::Get, path), [""; 0], "{path}");
        }
        for path in ["", "/clients", "clients/", "api/v2/clients", "clients?page=0", "clients/{}"] {
            let found = problems(Effect::ReadOnly, Method::Get, path);
            assert!(found[0].contains("relative to /api/v2/"), "{path}: {found:?}");
        }
        let writes = Effect::Write(Consequences::empty());
        assert_eq!(problems(writes, Method::Patch, "clients"), [""; 0]);
        assert_eq!(
            problems(Effect::ReadOnly, Method::Patch, "clients"),
            ["a_b: clients: a read-only tool can only have GET rows"]
        );
    }
}
