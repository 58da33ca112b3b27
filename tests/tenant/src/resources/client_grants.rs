//! Client grants: which application may ask for which scopes of which API.

use serde_json::{Map, Value, json};

use super::{clients, resource_servers};
use crate::{
    api::{Answer, ApiError, Call, Paging, Route},
    ids,
    store::Store,
};

type Object = Map<String, Value>;

pub(super) const FAMILY: &str = "client-grants";

const LIST: &str = "/client-grants";
const ONE: &str = "/client-grants/{id}";
const ORGANIZATIONS: &str = "/client-grants/{id}/organizations";

pub(super) const ROUTES: [Route; 6] = [
    Route { method: "GET", path: LIST, handler: list },
    Route { method: "POST", path: LIST, handler: create },
    Route { method: "GET", path: ONE, handler: read },
    Route { method: "PATCH", path: ONE, handler: update },
    Route { method: "DELETE", path: ONE, handler: delete },
    Route { method: "GET", path: ORGANIZATIONS, handler: organizations },
];

/// The order in which answers name the fields of a request.
const FIELDS: [&str; 9] = [
    "client_id",
    "audience",
    "default_for",
    "scope",
    "organization_usage",
    "allow_any_organization",
    "subject_type",
    "authorization_details_types",
    "allow_all_scopes",
];
const CLIENT: &str = "client";

fn missing() -> ApiError {
    ApiError::new(404, "The grant does not exist.", "inexistent_client_grant")
}

/// The name of the collection that holds a grant's organizations.
pub(super) fn organizations_of(id: &str) -> String {
    format!("client-grants/{id}/organizations")
}

/// Removes every grant of a client or an API that is gone.
pub(super) fn forget(store: &mut Store, field: &str, value: &str) {
    let gone = store.all(FAMILY).filter(|(_, grant)| grant[field] == value);
    for id in gone.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
        store.remove(FAMILY, &id);
        store.clear(&organizations_of(&id));
    }
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let text =
        |name: &str, grant: &Value| call.query.get(name).is_none_or(|wanted| grant[name] == wanted);
    let any_organization = call.query.flag("allow_any_organization");
    let subject = call.query.get("subject_type");
    let items = call
        .store
        .all(FAMILY)
        .filter(|(_, grant)| {
            ["audience", "client_id", "default_for"].iter().all(|name| text(name, grant))
                && any_organization.is_none_or(|wanted| grant["allow_any_organization"] == wanted)
                && subject.is_none_or(|wanted| subject_of(grant) == wanted)
        })
        .map(|(id, grant)| (id.as_str(), shown(grant)))
        .collect();
    Paging::of(&call.query).answer(call, LIST, "client_grants", items)
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let grant = call.store.get(FAMILY, call.parameter(0)).ok_or_else(missing)?;
    Ok(Answer::ok(shown(&grant.clone().into())))
}

fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let given = call.body.as_object().cloned().unwrap_or_default();
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    let audience = text("audience").unwrap_or_default();
    match (text("client_id"), text("default_for")) {
        (None, None) => {
            let message = "Payload validation error: 'Missing required property: client_id'.";
            return Err(ApiError::invalid_body(message));
        }
        (Some(_), Some(_)) => {
            let message = "client_id and default_for are mutually exclusive";
            return Err(ApiError::invalid_body(message));
        }
        (Some(id), None) => check_client(call.store, id)?,
        (None, Some(_)) => {}
    }
    if resource_servers::find(call.store, audience).is_none() {
        return Err(ApiError::new(404, "Resource server not found", None));
    }
    let subject = text("subject_type").unwrap_or(CLIENT);
    let taken = call.store.all(FAMILY).any(|(_, grant)| {
        ["client_id", "audience", "default_for"]
            .iter()
            .all(|name| grant[name] == given.get(*name).cloned().unwrap_or_default())
            && subject_of(grant) == subject
    });
    if taken {
        return Err(ApiError::new(409, "client_grant already exists", None));
    }
    let id = ids::grant_id();
    let grant = with_defaults(&id, &given);
    call.store.put(FAMILY, &id, grant.clone());
    Ok(Answer::created(grant.into()))
}

fn check_client(store: &Store, id: &str) -> Result<(), ApiError> {
    const UNUSABLE: &str = "express_configuration";
    let client = store.get(clients::FAMILY, id);
    let client = client.ok_or_else(|| ApiError::new(404, "Client not found", None))?;
    if client.get("app_type") == Some(&UNUSABLE.into()) {
        let message = format!("Client of type {UNUSABLE} cannot be used");
        return Err(ApiError::new(400, message, "validation_error"));
    }
    Ok(())
}

fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let given = call.body.as_object().cloned().unwrap_or_default();
    let grant = call.store.get_mut(FAMILY, &id).ok_or_else(missing)?;
    for (field, value) in given {
        if value.is_null() {
            grant.shift_remove(&field);
        } else {
            grant.insert(field, value);
        }
    }
    drop_scope(grant);
    let grant = Value::Object(grant.clone());
    Ok(Answer::ok(shown(&grant)))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    // The document knows no 404 here: removing what is gone already succeeds.
    call.store.remove(FAMILY, &id);
    call.store.clear(&organizations_of(&id));
    Ok(Answer::no_content())
}

fn organizations(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0);
    call.store.get(FAMILY, id).ok_or_else(missing)?;
    let path = format!("/client-grants/{id}/organizations");
    let family = organizations_of(id);
    let items = call.store.all(&family).map(|(id, one)| (id.as_str(), one.clone())).collect();
    Paging::of(&call.query).answer(call, &path, "organizations", items)
}

/// A whole grant from the fields of a creation.
pub(super) fn with_defaults(id: &str, given: &Object) -> Object {
    let mut grant = Object::new();
    grant.insert("id".to_owned(), id.into());
    for field in FIELDS {
        let default = match field {
            "scope" => Some(json!([])),
            "subject_type" => Some(CLIENT.into()),
            _ => None,
        };
        let value = given.get(field).filter(|value| !value.is_null()).cloned();
        if let Some(value) = value.or(default) {
            grant.insert(field.to_owned(), value);
        }
    }
    drop_scope(&mut grant);
    grant
}

/// A grant of all scopes names none.
fn drop_scope(grant: &mut Object) {
    if grant.get("allow_all_scopes") == Some(&true.into()) {
        grant.shift_remove("scope");
    }
}

fn subject_of(grant: &Value) -> &str {
    grant["subject_type"].as_str().unwrap_or(CLIENT)
}

/// A grant as answers show it; its organizations are a list of their own.
fn shown(grant: &Value) -> Value {
    let mut grant = grant.clone();
    if let Some(grant) = grant.as_object_mut() {
        grant.shift_remove("organizations");
    }
    grant
}
