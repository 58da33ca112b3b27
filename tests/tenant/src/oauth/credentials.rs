//! The grant of machines: client credentials.

use std::sync::PoisonError;

use serde_json::{Value, json};

use super::{Parameters, Refusal};
use crate::{
    Shared, State,
    api::{Claims, Scopes},
};

/// The grant's name.
pub(super) const GRANT: &str = "client_credentials";

/// Gives a token to an application that names its secret.
pub(super) fn grant(shared: &Shared, given: &Parameters) -> Result<Value, Refusal> {
    let id = given.required("client_id")?;
    let secret = given.optional("client_secret").unwrap_or_default();
    let audience = given.optional("audience");
    let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    let granted = if shared.administrator.is(id, secret) {
        check_audience(shared, audience)?;
        shared.all_scopes.clone()
    } else {
        of_client(shared, &state, id, secret, audience)?
    };
    let scopes = narrowed(granted, given.optional("scope"));
    let scope = scopes.join(" ");
    let lifetime = shared.options.token_lifetime;
    let State { tokens, .. } = &mut *state;
    let claims = Claims::of_machine(&shared.domain, id, scope.clone());
    let token = tokens.issue(&claims, Scopes::from_iter(scopes), lifetime);
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
        return Err(Refusal::invalid_client());
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
