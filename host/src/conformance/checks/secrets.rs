//! Secrets: what Auth0 sends is masked before the plugin sees it, and what a caller pastes is not passed on.

use auth0_mcp_sandbox::manifest::Tool;
use serde_json::{Map, Value, json};

use super::{Base, Context, count};
use crate::{
    catalog::admission::Arguments,
    conformance::{
        bench::{Ended, TOKEN, Trace},
        report::{Check, Finding},
        samples::Samples,
        stub::Script,
    },
};

/// Planted into every answer; none may come out again.
const PLANTED: [&str; 4] = [
    "planted-client-secret-51c7",
    "planted-password-9b20",
    "planted-refresh-token-77ae",
    "planted-signing-key-2f3d",
];

/// Looks like a token that a user may paste into the wrong field.
const PASTED: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJwYXN0ZWQifQ.c2lnbmF0dXJlLW9mLXRoZS1wYXN0ZWQtdG9rZW4";

pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let (mut calls, mut leaks, mut echoes) = (0, Vec::new(), Vec::new());
    for tool in context.tools() {
        let base = context.base(tool);
        let mut responses = base.responses.clone();
        for response in &mut responses {
            response.body = response.body.as_ref().map(planted);
        }
        let trace = context.call(tool, &base.arguments, Script::Canned(responses.clone())).await;
        calls += 1;
        leaks.extend(leak(context, tool, &trace));
        for arguments in pasted(tool, &base) {
            let answers = Script::Canned(context.by_row(tool));
            let trace = context.call(tool, &arguments, answers).await;
            calls += 1;
            leaks.extend(leak(context, tool, &trace));
            let shown = visible(context, &trace);
            if shown.contains(PASTED) {
                echoes.push(Finding::new(
                    format!("{}: a token in an argument is repeated in the answer", tool.name),
                    "do not repeat arguments that are not needed to understand the answer",
                ));
            }
        }
    }
    vec![
        Check::required(
            [
                "secrets",
                "no secret of Auth0 and no credential comes out, in answers, failures or log lines",
                "what a model reads, a transcript keeps",
            ],
            count(calls, "call"),
            leaks,
        ),
        Check::advisory(
            [
                "echoes",
                "what looks like a secret in an argument is not repeated",
                "a user pastes a token into the wrong field, and it should end there",
            ],
            "",
            echoes,
        ),
    ]
}

/// The value with secrets in every object, by name and by place.
fn planted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(planted).collect(),
        Value::Object(keys) => {
            let mut keys: Map<String, Value> =
                keys.iter().map(|(key, value)| (key.clone(), planted(value))).collect();
            let secrets = json!({
                "client_secret": PLANTED[0],
                "options": { "password": PLANTED[1], "refresh_token": PLANTED[2] },
                "signing_keys": [{ "private_key": PLANTED[3] }],
                "note": format!("the token in use is {TOKEN}"),
            });
            if let Value::Object(secrets) = secrets {
                for (name, secret) in secrets {
                    keys.entry(name).or_insert(secret);
                }
            }
            keys.into()
        }
        other => other.clone(),
    }
}

/// The arguments with the credential in use, then with a token, in each place for a text, where the schema allows it.
fn pasted(tool: &Tool, base: &Base) -> Vec<Map<String, Value>> {
    let schema = Value::Object(tool.input_schema.clone());
    let known = Arguments::of(&tool.name, &tool.input_schema);
    let names = Samples::new(&schema).free_texts();
    let with = |name: &String, secret: &str| {
        let mut arguments = base.arguments.clone();
        arguments.insert(name.clone(), secret.into());
        arguments
    };
    let all = names.iter().flat_map(|name| [with(name, TOKEN), with(name, PASTED)]);
    all.filter(|arguments| known.check(&Value::Object(arguments.clone())).is_ok()).collect()
}

fn leak(context: &Context<'_>, tool: &Tool, trace: &Trace) -> Option<Finding> {
    let shown = visible(context, trace);
    let found = PLANTED.iter().chain(&[TOKEN]).find(|secret| shown.contains(**secret))?;
    Some(Finding::new(
        format!("{}: `{found}` comes out", tool.name),
        "report it: the host should have masked it before the plugin could see it",
    ))
}

/// Everything that a client or an operator sees of a call.
fn visible(context: &Context<'_>, trace: &Trace) -> String {
    let ended = match &trace.ended {
        Ended::Answer(text) => text.clone(),
        Ended::Failure(failure) => context.bench.failure_text(failure),
        Ended::Fault(fault) => fault.to_string(),
    };
    format!("{ended}\n{}", trace.log.join("\n"))
}
