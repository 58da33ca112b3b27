//! What the plugin says of itself, beyond what the host already refused when it read it.

use auth0_mcp_sandbox::{
    ImportKind, Manifest, classified,
    contract::Method,
    manifest::{Effect, Tool},
};
use serde_json::Value;

use super::{Context, count};
use crate::{
    catalog::{admission, admit::clash},
    conformance::report::{Check, Finding},
};

/// How often `describe` is asked.
const TIMES: usize = 3;

pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let tools = context.tools();
    let each = |look: fn(&Tool, &mut Vec<Finding>)| {
        let mut findings = Vec::new();
        tools.iter().for_each(|tool| look(tool, &mut findings));
        findings
    };
    let number = count(tools.len(), "tool");
    vec![
        imports(context),
        describe(context).await,
        names(context),
        prefix(context),
        Check::required(
            [
                "schemas",
                "input schemas are closed and compile, output schemas compile",
                "an argument that nobody refuses is a misunderstanding between the model and the tool",
            ],
            number.clone(),
            each(schemas),
        ),
        Check::advisory(
            ["arguments", "every argument says what it is", "a model has nothing else to go by"],
            number.clone(),
            each(descriptions),
        ),
        Check::advisory(
            [
                "texts",
                "names, texts and schemas fit every client",
                "clients cut long texts, refuse long names and read only the plain part of JSON Schema; a model pays for each byte of the list",
            ],
            number.clone(),
            each(texts),
        ),
        Check::advisory(
            [
                "effects",
                "the effect of a tool fits the methods of its rows",
                "operators allow, and clients ask their users, by the effect; whether it is honest nobody else can see",
            ],
            number,
            each(effects),
        ),
    ]
}

fn imports(context: &Context<'_>) -> Check {
    let wasi: Vec<_> = classified(context.component)
        .unwrap_or_default()
        .into_iter()
        .filter(|import| !matches!(import.kind, ImportKind::Contract(_)))
        .map(|import| import.name)
        .collect();
    let finding = (!wasi.is_empty()).then(|| {
        Finding::new(
            format!("it imports {}", wasi.join(", ")),
            "build it so that it needs no WASI: `--disable` of componentize-js, `--stub-wasi` of componentize-py, wasm32-unknown-unknown in Rust",
        )
    });
    Check::advisory(
        [
            "imports",
            "it imports what the contract offers and nothing else",
            "an operator reads the import list to know what a plugin can do",
        ],
        "",
        finding.into_iter().collect(),
    )
}

async fn describe(context: &Context<'_>) -> Check {
    let said = |manifest: &Manifest| serde_json::to_string(manifest).unwrap_or_default();
    let first = said(&context.bench.manifest);
    let mut findings = Vec::new();
    for _ in 1..TIMES {
        let again = context.bench.plugin.describe(context.bench.limits).await;
        let problem = match again.map(Manifest::admit) {
            Err(fault) => fault.to_string(),
            Ok(Err(error)) => error.to_string(),
            Ok(Ok(manifest)) if said(&manifest) != first => "the manifest differs".to_owned(),
            Ok(Ok(_)) => continue,
        };
        findings.push(Finding::new(
            format!("asked again, {problem}"),
            "build the manifest from constants: no randomness, no clock, no state, no order of a hash map",
        ));
        break;
    }
    Check::required(
        [
            "describe",
            "the manifest is the same each time",
            "the host stores it once, and refuses a plugin that says something else later",
        ],
        format!("asked {TIMES} times"),
        findings,
    )
}

fn names(context: &Context<'_>) -> Check {
    let clashes = clash::clashes(&context.bench.manifest, context.taken);
    let advice = "choose a name of your own, and begin the names of tools with it";
    Check::required(
        [
            "names",
            "no name is that of another plugin or tool, or looks like it",
            "a model chooses a tool by its name, and an operator a plugin",
        ],
        "",
        clashes.iter().map(|clash| Finding::new(clash.to_string(), advice)).collect(),
    )
}

fn prefix(context: &Context<'_>) -> Check {
    let prefix = format!("{}_", context.bench.manifest.name.replace('-', "_"));
    let strange = context.tools().iter().filter(|tool| !tool.name.starts_with(&prefix));
    let finding = |tool: &Tool| {
        Finding::new(
            format!("{}: its name does not begin with `{prefix}`", tool.name),
            "begin it with the plugin's name",
        )
    };
    Check::advisory(
        [
            "prefix",
            "the names of the tools begin with the plugin's name",
            "then no other plugin takes them, and `--tools` and a policy can name all of them at once",
        ],
        count(context.tools().len(), "tool"),
        strange.map(finding).collect(),
    )
}

fn schemas(tool: &Tool, findings: &mut Vec<Finding>) {
    let mut found = |what: String, advice: &str| {
        findings.push(Finding::new(format!("{}: {what}", tool.name), advice));
    };
    let closed = ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .any(|key| tool.input_schema.get(*key) == Some(&Value::Bool(false)));
    if !closed {
        found(
            "the root of the input schema takes any argument".to_owned(),
            "write \"additionalProperties\": false",
        );
    }
    if let Some(error) = admission::broken(&tool.input_schema) {
        found(
            format!("the input schema cannot be compiled: {error}"),
            "write JSON Schema 2020-12, patterns without look-around",
        );
    }
    if let Some(error) = tool.output_schema.as_ref().and_then(admission::broken) {
        found(
            format!("the output schema cannot be compiled: {error}"),
            "write JSON Schema 2020-12, patterns without look-around",
        );
    }
}

fn effects(tool: &Tool, findings: &mut Vec<Finding>) {
    let Effect::Write { destructive, idempotent } = tool.effect else { return };
    let rows = &tool.endpoints;
    if !rows.is_empty() && rows.iter().all(|row| row.method == Method::Get) {
        findings.push(Finding::new(
            format!("{}: it declares a write, and all of its rows are GET", tool.name),
            "declare it read-only: users are asked before a write",
        ));
    }
    // With a POST beside it, a DELETE may take back what the call itself made.
    let makes = rows.iter().any(|row| row.method == Method::Post);
    let changes = |method| match method {
        Method::Put | Method::Patch => true,
        Method::Delete => !makes,
        Method::Get | Method::Post => false,
    };
    let row = rows.iter().find(|row| changes(row.method));
    if let (Some(row), false, false) = (row, destructive, idempotent) {
        let (method, path) = (row.method.as_str(), &row.path);
        findings.push(Finding::new(
            format!("{}: {method} {path}, and neither destructive nor idempotent", tool.name),
            "declare it destructive if something is gone or different afterwards, and idempotent if a second call changes nothing more",
        ));
    }
}

fn descriptions(tool: &Tool, findings: &mut Vec<Finding>) {
    let properties = tool.input_schema.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        let told = schema
            .get("description")
            .and_then(Value::as_str)
            .is_some_and(|text| !text.trim().is_empty());
        let chosen = schema.get("enum").is_some() || schema.get("const").is_some();
        if !told && !chosen {
            findings.push(Finding::new(
                format!("{}: `{name}` has no description", tool.name),
                "say what it is and where its value comes from, in a few words",
            ));
        }
    }
}

fn texts(tool: &Tool, findings: &mut Vec<Finding>) {
    let input = Value::Object(tool.input_schema.clone());
    let listed =
        tool.name.len() + tool.title.len() + tool.description.len() + input.to_string().len();
    let letters = tool.description.chars().count();
    let scopes = tool.endpoints.iter().flat_map(|row| &row.scopes);
    let odd: Vec<&str> = scopes.map(String::as_str).filter(|it| !is_scope(it)).collect();
    let rules = [
        (
            !odd.is_empty(),
            format!("{} is not written like a scope of Auth0", odd.join(", ")),
            "write it as Auth0's documentation does, such as read:clients: a call is refused for want of it",
        ),
        (
            tool.name.len() > 40,
            "the name has more than 40 characters".to_owned(),
            "shorten it: clients put their own prefix before it and refuse more than 60",
        ),
        (
            !tool.name.starts_with(|c: char| c.is_ascii_lowercase()),
            "the name does not begin with a letter".to_owned(),
            "begin it with the plugin's name",
        ),
        (
            letters > 500,
            format!("the description has {letters} characters"),
            "keep to 500: first verb and object, then when to use the tool and when not",
        ),
        (
            letters < 20,
            "the description is hardly one".to_owned(),
            "say what the tool does, when to use it and where its arguments come from",
        ),
        (
            tool.output_schema.is_none(),
            "there is no output schema".to_owned(),
            "declare one, so that clients can check answers",
        ),
        (
            listed > 4_096,
            format!("its entry in the list has {listed} bytes"),
            "shorten descriptions, or make two tools of it",
        ),
        (
            holds(&input, &|key, _| key == "$ref"),
            "the input schema uses $ref".to_owned(),
            "write the schema in place: some clients do not follow references",
        ),
        (
            holds(&input, &|key, value| key == "type" && value.is_array()),
            "the input schema has a list of types".to_owned(),
            "use anyOf, which more clients understand",
        ),
        (
            depth(&input) > 12,
            "the input schema is nested deeply".to_owned(),
            "flatten it: models make mistakes in deep arguments",
        ),
    ];
    let broken = rules.into_iter().filter(|(broken, ..)| *broken);
    findings.extend(
        broken.map(|(_, what, advice)| Finding::new(format!("{}: {what}", tool.name), advice)),
    );
}

/// Whether a key with such a value is anywhere in a schema.
fn holds(value: &Value, is: &dyn Fn(&str, &Value) -> bool) -> bool {
    match value {
        Value::Object(keys) => keys.iter().any(|(key, value)| is(key, value) || holds(value, is)),
        Value::Array(items) => items.iter().any(|item| holds(item, is)),
        _ => false,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(keys) => 1 + keys.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// `read:clients`: two words.
fn is_scope(scope: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    scope.split_once(':').is_some_and(|(verb, object)| is_word(verb) && is_word(object))
}
