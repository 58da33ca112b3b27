//! The vault of flows: connections to other services, whose credentials are never answered.

use serde_json::{Value, json};

use super::forms::{self, Object};
use crate::{
    api::{Answer, ApiError, Call, Route},
    ids,
    store::Store,
};

const FAMILY: &str = "flows/vault/connections";
/// What a connection was set up with, by its id.
const SETUPS: &str = "flows/vault/setups";
const ALL: &str = "/flows/vault/connections";
const ONE: &str = "/flows/vault/connections/{id}";

pub(super) const ROUTES: [Route; 5] = [
    Route { method: "GET", path: ALL, handler: list },
    Route { method: "POST", path: ALL, handler: create },
    Route { method: "GET", path: ONE, handler: read },
    Route { method: "PATCH", path: ONE, handler: update },
    Route { method: "DELETE", path: ONE, handler: delete },
];

const ORDER: [&str; 10] = [
    "id",
    "app_id",
    "environment",
    "name",
    "account_name",
    "ready",
    "created_at",
    "updated_at",
    "refreshed_at",
    "fingerprint",
];

fn missing() -> ApiError {
    ApiError::new(404, "Connection not found", None)
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let summaries = call.store.all(FAMILY).filter_map(|(id, connection)| {
        let mut connection = connection.as_object()?.clone();
        connection.shift_remove("environment");
        Some((id.as_str(), forms::pick(&connection, &ORDER).into()))
    });
    let items = forms::by_name(summaries.collect());
    forms::offset(call).answer(call, ALL, "connections", items)
}

fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = ids::prefixed("ac");
    let given = call.body.as_object().cloned().unwrap_or_default();
    let connection = Object::from_iter([("id".to_owned(), id.as_str().into())]);
    let mut connection = write(call.store, &id, connection, &given);
    connection.insert("created_at".to_owned(), connection["updated_at"].clone());
    call.store.put(FAMILY, &id, connection.clone());
    Ok(Answer::created(answered_to_write(&connection)))
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let connection = call.store.get(FAMILY, call.parameter(0)).ok_or_else(missing)?;
    let mut body = forms::pick(connection, &ORDER);
    body.retain(|_, value| !value.is_null());
    Ok(Answer::ok(body.into()))
}

fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let given = call.body.as_object().cloned().unwrap_or_default();
    let connection = call.store.get(FAMILY, &id).ok_or_else(missing)?.clone();
    let connection = write(call.store, &id, connection, &given);
    call.store.put(FAMILY, &id, connection.clone());
    Ok(Answer::ok(answered_to_write(&connection)))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    call.store.remove(FAMILY, &id).ok_or_else(missing)?;
    call.store.remove(SETUPS, &id);
    Ok(Answer::no_content())
}

/// A connection with what a request says; the setup goes elsewhere.
fn write(store: &mut Store, id: &str, mut connection: Object, given: &Object) -> Object {
    for (key, value) in given.iter().filter(|(key, _)| *key != "setup") {
        connection.insert(key.clone(), value.clone());
    }
    if let Some(setup) = given.get("setup") {
        let stored = Object::from_iter([("setup".to_owned(), setup.clone())]);
        store.put(SETUPS, id, stored);
        connection.insert("account_name".to_owned(), account_name(setup).into());
    }
    let ready = connection.get("ready") == Some(&true.into()) || given.contains_key("setup");
    connection.insert("ready".to_owned(), ready.into());
    connection.insert("updated_at".to_owned(), ids::now().into());
    let seen = json!([id, connection.get("name"), given.get("setup")]).to_string();
    connection.insert("fingerprint".to_owned(), ids::fingerprint(seen.as_bytes()).into());
    connection
}

/// The answer to a write names a refresh that never happened, as long as nothing is set up.
fn answered_to_write(connection: &Object) -> Value {
    let mut connection = connection.clone();
    if connection.get("ready") == Some(&false.into()) {
        connection.entry("refreshed_at").or_insert(Value::Null);
    }
    forms::pick(&connection, &ORDER).into()
}

/// Whose account it is, as far as that may be told: a domain, or a masked credential.
fn account_name(setup: &Value) -> String {
    const SECRETS: [&str; 6] =
        ["token", "api_key", "secret_key", "client_id", "username", "private_key"];
    if let Some(domain) = setup["domain"].as_str() {
        return domain.to_owned();
    }
    let kind = match setup["type"].as_str().unwrap_or_default() {
        "BEARER" => "Bearer ",
        "BASIC_AUTH" => "Basic ",
        _ => "",
    };
    let secret = SECRETS.iter().find_map(|key| setup[*key].as_str()).unwrap_or_default();
    format!("{kind}{}", masked(secret))
}

/// `my-***ken`: both ends of a secret that is long enough to have them.
fn masked(secret: &str) -> String {
    const END: usize = 3;
    const SHORT: usize = 8;
    let letters: Vec<char> = secret.chars().collect();
    if letters.len() < SHORT {
        return "***".to_owned();
    }
    let part = |letters: &[char]| letters.iter().collect::<String>();
    format!("{}***{}", part(&letters[..END]), part(&letters[letters.len() - END..]))
}
