//! The token endpoint: client credentials, in the envelope of the authentication API.

use std::{collections::HashMap, sync::PoisonError};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    Shared, State,
    api::{Request, Scopes},
};

/// The path of the endpoint.
pub(crate) const TOKEN_PATH: &str = "/oauth/token";

const GRANT: &str = "client_credentials";

/// A refusal: status, `error`, `error_description`.
struct Refusal(u16, &'static str, String);

/// Answers a token request: the status and the body.
pub(crate) fn token(
    shared: &Shared,
    request: &Request<'_>,
    authorization: Option<&str>,
) -> (u16, Value) {
    let answered = parameters(request, authorization).and_then(|given| grant(shared, &given));
    match answered {
        Ok(body) => (200, body),
        Err(Refusal(status, error, description)) => (status, envelope(error, &description)),
    }
}

/// The error that the endpoint gives for a status when nothing more is known.
pub(crate) fn error_of_status(status: u16) -> Value {
    let (error, description) = match status {
        400 => ("invalid_request", "Missing required parameter: grant_type"),
        401 => ("invalid_client", "Client authentication failed"),
        403 => ("access_denied", "Access denied"),
        429 => ("too_many_requests", "Rate limit exceeded. Please retry after some time."),
        _ => ("server_error", "An internal server error occurred"),
    };
    envelope(error, description)
}

fn envelope(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}

type Parameters = HashMap<String, String>;

/// The parameters of a form or JSON body, with the client's identity from a Basic header.
fn parameters(request: &Request<'_>, authorization: Option<&str>) -> Result<Parameters, Refusal> {
    let is_json = request.content_type.is_some_and(|kind| kind.starts_with("application/json"));
    let mut given: Parameters = if is_json {
        let body: Map<String, Value> = serde_json::from_slice(request.body).map_err(|_| {
            Refusal(400, "invalid_request", "The request body is not valid JSON".to_owned())
        })?;
        let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        body.into_iter().filter_map(text).collect()
    } else {
        form_urlencoded::parse(request.body).into_owned().collect()
    };
    if let Some((id, secret)) = authorization.and_then(basic) {
        given.insert("client_id".to_owned(), id);
        given.insert("client_secret".to_owned(), secret);
    }
    Ok(given)
}

fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let plain =
        |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    scheme.eq_ignore_ascii_case("basic").then(|| (plain(id), plain(secret)))
}

fn grant(shared: &Shared, given: &Parameters) -> Result<Value, Refusal> {
    let parameter = |name: &str| {
        given.get(name).map(String::as_str).ok_or_else(|| {
            Refusal(400, "invalid_request", format!("Missing required parameter: {name}"))
        })
    };
    let kind = parameter("grant_type")?;
    if kind != GRANT {
        let description = format!("Unsupported grant type: {kind}");
        return Err(Refusal(403, "unsupported_grant_type", description));
    }
    let id = parameter("client_id")?;
    let secret = given.get("client_secret").map_or("", String::as_str);
    let audience = given.get("audience").map(String::as_str);
    let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    let granted = if shared.administrator.is(id, secret) {
        check_audience(shared, audience)?;
        shared.all_scopes.clone()
    } else {
        of_client(shared, &state, id, secret, audience)?
    };
    let scopes = narrowed(granted, given.get("scope").map(String::as_str));
    let scope = scopes.join(" ");
    let lifetime = shared.options.token_lifetime;
    let State { tokens, .. } = &mut *state;
    let token = tokens.issue(&shared.domain, id, Scopes::from_iter(scopes), lifetime);
    Ok(json!({
        "access_token": token,
        "scope": scope,
        "expires_in": lifetime.as_secs(),
        "token_type": "Bearer",
    }))
}

fn check_audience(shared: &Shared, audience: Option<&str>) -> Result<String, Refusal> {
    let denied = |description: String| Refusal(403, "access_denied", description);
    let own = format!("https://{}/api/v2/", shared.domain);
    match audience {
        None => Err(denied(
            "No audience parameter was provided, and no default audience has been configured."
                .to_owned(),
        )),
        Some(audience) if audience == own => Ok(own),
        Some(audience) => Err(denied(format!("Service not found: {audience}"))),
    }
}

/// The scopes that an application of the tenant has by its client grant.
fn of_client(
    shared: &Shared,
    state: &State,
    id: &str,
    secret: &str,
    audience: Option<&str>,
) -> Result<Vec<String>, Refusal> {
    let known = state.store.get("clients", id).filter(|client| {
        client.get("client_secret").and_then(Value::as_str) == Some(secret) && !secret.is_empty()
    });
    let Some(client) = known else {
        return Err(Refusal(401, "invalid_client", "Client authentication failed".to_owned()));
    };
    let machine = |grants: &Vec<Value>| grants.contains(&GRANT.into());
    if !client.get("grant_types").and_then(Value::as_array).is_some_and(machine) {
        let description = format!("Grant type '{GRANT}' not allowed for the client.");
        return Err(Refusal(403, "unauthorized_client", description));
    }
    let audience = check_audience(shared, audience)?;
    let mut grants = state.store.all("client-grants").map(|(_, grant)| grant);
    let grant = grants.find(|grant| grant["client_id"] == id && grant["audience"] == audience);
    let Some(grant) = grant else {
        let description = format!(
            "Client is not authorized to access \"{audience}\". You need to create a \
             \"client-grant\" associated to this API."
        );
        return Err(Refusal(403, "access_denied", description));
    };
    let scopes = grant["scope"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(scopes.map(str::to_owned).collect())
}

/// The granted scopes that were asked for; all of them if none was named.
fn narrowed(granted: Vec<String>, asked: Option<&str>) -> Vec<String> {
    match asked.filter(|asked| !asked.is_empty()) {
        None => granted,
        Some(asked) => {
            let asked: Vec<&str> = asked.split(' ').collect();
            granted.into_iter().filter(|scope| asked.contains(&scope.as_str())).collect()
        }
    }
}
