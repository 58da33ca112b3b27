//! Applications: reading, deleting, rotating secrets. Writing is in `clients_write.rs`.

use serde_json::{Map, Value};

use super::{client_grants, clients_write, credentials};
use crate::{
    api::{Answer, ApiError, Call, Fields, Paging, Route, Scopes},
    ids,
};

pub(super) const FAMILY: &str = "clients";

pub(super) const ROUTES: [Route; 7] = [
    Route { method: "GET", path: "/clients", handler: list },
    Route { method: "POST", path: "/clients", handler: clients_write::create },
    Route { method: "GET", path: "/clients/{id}", handler: read },
    Route { method: "PATCH", path: "/clients/{id}", handler: clients_write::update },
    Route { method: "DELETE", path: "/clients/{id}", handler: delete },
    Route { method: "POST", path: "/clients/{id}/rotate-secret", handler: rotate_secret },
    Route { method: "GET", path: "/clients/{id}/connections", handler: connections },
];

/// Keys that a summary scope shows.
const SUMMARY: [&str; 4] = ["client_id", "app_type", "name", "description"];
/// Keys that only `read:client_keys` and `read:client_credentials` show.
const SECRET: [&str; 5] = [
    "client_secret",
    "encryption_key",
    "client_authentication_methods",
    "signing_key",
    "signing_keys",
];
/// Keys that every answer has, whatever `fields` says.
const ALWAYS: &[&str] = &["tenant"];

pub(super) fn missing() -> ApiError {
    ApiError::new(404, "The client does not exist", "inexistent_client")
}

/// The name of the collection that holds a client's connections.
fn connections_of(client_id: &str) -> String {
    format!("clients/{client_id}/connections")
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let fields = Fields::of(&call.query, ALWAYS);
    let items = call
        .store
        .all(FAMILY)
        .filter_map(|(id, client)| Some((id.as_str(), client.as_object()?)))
        .filter(|(_, client)| is_listed(call, client))
        .map(|(id, client)| (id, shown(client, &call.scopes, fields.as_ref())))
        .collect();
    Paging::of(&call.query).answer(call, "/clients", "clients", items)
}

/// Whether a client passes the filters of a list.
fn is_listed(call: &Call<'_>, client: &Map<String, Value>) -> bool {
    let is =
        |name: &str, default: bool| client.get(name).and_then(Value::as_bool).unwrap_or(default);
    let text = |name: &str| client.get(name).and_then(Value::as_str);
    let query = &call.query;
    query.flag("is_global").is_none_or(|wanted| is("global", false) == wanted)
        && query.flag("is_first_party").is_none_or(|wanted| is("is_first_party", true) == wanted)
        && query
            .list("app_type")
            .is_none_or(|types| text("app_type").is_some_and(|kind| types.contains(&kind)))
        && query.get("external_client_id").is_none_or(|id| text("external_client_id") == Some(id))
        && query.get("q").is_none_or(|q| has_grant(call, client, q))
}

/// The two forms of `q` that Auth0 knows, looked up in the client grants.
fn has_grant(call: &Call<'_>, client: &Map<String, Value>, q: &str) -> bool {
    let organization = q.strip_prefix("client_grant.organization_id:");
    call.store.all(client_grants::FAMILY).any(|(grant_id, grant)| {
        let listed = |id: Value| {
            let known = id
                .as_str()
                .and_then(|id| call.store.get(&client_grants::organizations_of(grant_id), id));
            known.is_some()
                || grant["organizations"].as_array().is_some_and(|all| all.contains(&id))
        };
        Some(&grant["client_id"]) == client.get("client_id")
            && match organization {
                Some(id) => listed(Value::from(id)),
                None => grant["allow_any_organization"] == Value::Bool(true),
            }
    })
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let client = call.store.get(FAMILY, call.parameter(0)).ok_or_else(missing)?;
    let fields = Fields::of(&call.query, ALWAYS);
    Ok(Answer::ok(shown(client, &call.scopes, fields.as_ref())))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let client = call.store.get(FAMILY, &id);
    if client.is_some_and(|client| client.get("global") == Some(&Value::Bool(true))) {
        return Err(ApiError::invalid_body("The global client can not be deleted."));
    }
    call.store.remove(FAMILY, &id);
    call.store.clear(&credentials::of(&id));
    call.store.clear(&connections_of(&id));
    client_grants::forget(call.store, "client_id", &id);
    Ok(Answer::no_content())
}

fn rotate_secret(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let client = call.store.get_mut(FAMILY, &id).ok_or_else(missing)?;
    if client.contains_key(clients_write::METHODS) {
        return Err(ApiError::invalid_body(
            "The secret of a client that authenticates with keys can not be rotated.",
        ));
    }
    client.insert("client_secret".to_owned(), ids::client_secret().into());
    // The one who may change keys is shown the new one.
    Ok(Answer::ok(client.clone().into()))
}

fn connections(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    call.scopes.require_any(&["read:connections"])?;
    call.scopes.require_any(&["read:clients", "read:client_summary"])?;
    let id = call.parameter(0);
    call.store.get(FAMILY, id).ok_or_else(missing)?;
    let fields = Fields::of(&call.query, &[]);
    let family = connections_of(id);
    let items = call.store.all(&family).map(|(id, connection)| {
        let mut connection = connection.clone();
        if let (Some(fields), Some(object)) = (&fields, connection.as_object_mut()) {
            fields.apply(object);
        }
        (id.as_str(), connection)
    });
    let items = items.collect();
    Paging::checkpoint(&call.query).answer(call, "/clients/{id}/connections", "connections", items)
}

/// A client as a token with these scopes sees it.
pub(super) fn shown(
    client: &Map<String, Value>,
    scopes: &Scopes,
    fields: Option<&Fields<'_>>,
) -> Value {
    let keys = scopes.has("read:client_keys");
    let secrets = keys || scopes.has("read:client_credentials");
    let configuration = keys || scopes.has("read:clients");
    let mut client = client.clone();
    client.retain(|key, _| match key.as_str() {
        key if SECRET.contains(&key) => secrets,
        key => configuration || SUMMARY.contains(&key),
    });
    if let Some(fields) = fields {
        fields.apply(&mut client);
    }
    client.into()
}
