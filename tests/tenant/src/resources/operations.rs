//! Changes through the Management API, noted in the log as the service notes them (`sapi`).
//!
//! The service blanks the secrets that it knows of; whatever else a body holds is noted as it is.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::logs;
use crate::{
    api::{Answer, Query, Request},
    ids,
    store::Store,
};

/// What the service calls an operation, where traffic shows it; others are named alike.
const NAMES: [(&str, &str); 9] = [
    ("POST /clients", "Create a client"),
    ("PATCH /clients/{id}", "Update a client"),
    ("DELETE /clients/{id}", "Delete a client"),
    ("POST /resource-servers", "Create a resource server"),
    ("PATCH /resource-servers/{id}", "Update a resource server"),
    ("DELETE /resource-servers/{id}", "Delete a resource server"),
    ("POST /client-grants", "Create client grant"),
    ("PATCH /client-grants/{id}", "Update client grant"),
    ("DELETE /client-grants/{id}", "Delete client grant"),
];
/// Fields whose values the service blanks.
const SECRET: [&str; 5] = ["client_secret", "signing_secret", "signing_keys", "secrets", "setup"];
const ADDRESS: &str = "127.0.0.1";

/// Notes a change that succeeded.
pub(crate) fn note(
    store: &mut Store,
    template: &str,
    request: &Request<'_>,
    [authorization, agent]: [Option<&str>; 2],
    answer: &Answer,
) {
    let claims = claims(authorization).unwrap_or_default();
    let scopes = claims["scope"].as_str().unwrap_or_default();
    let query: Map<String, Value> = Query::parse(request.query)
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let body = serde_json::from_slice(request.body).unwrap_or_default();
    let now = OffsetDateTime::now_utc();
    let event = json!({
        "date": ids::milliseconds(now),
        "type": "sapi",
        "description": name(request.method, template),
        "client_id": claims["azp"],
        "client_name": "",
        "ip": ADDRESS,
        "user_agent": "Other 0.0.0 / Other 0.0.0",
        "details": {
            "request": {
                "method": request.method.to_ascii_lowercase(),
                "path": request.path,
                "query": query,
                "userAgent": agent.unwrap_or_default(),
                "body": blanked(&body),
                "channel": "api",
                "ip": ADDRESS,
                "auth": {
                    "user": {},
                    "strategy": "jwt",
                    "credentials": { "scopes": scopes.split(' ').collect::<Vec<_>>() },
                },
            },
            "response": {
                "statusCode": answer.status,
                "body": answer.body.as_ref().map_or_else(|| json!({}), blanked),
            },
        },
    });
    if let Value::Object(event) = event {
        logs::append(store, now, event);
    }
}

/// What a token says about its owner.
fn claims(authorization: Option<&str>) -> Option<Value> {
    let payload = authorization?.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

fn name(method: &str, template: &str) -> String {
    let operation = format!("{method} {template}");
    if let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == operation) {
        return (*name).to_owned();
    }
    let verb = match method {
        "POST" => "Create",
        "DELETE" => "Delete",
        _ => "Update",
    };
    let named = template.split('/').rfind(|part| !part.is_empty() && !part.starts_with('{'));
    let thing = named.unwrap_or_default().replace('-', " ");
    format!("{verb} {}", thing.strip_suffix('s').unwrap_or(&thing))
}

fn blanked(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let blank = |(key, value): (&String, &Value)| {
                let secret = SECRET.contains(&key.as_str());
                (key.clone(), if secret { "REDACTED".into() } else { blanked(value) })
            };
            object.iter().map(blank).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(blanked).collect(),
        other => other.clone(),
    }
}
