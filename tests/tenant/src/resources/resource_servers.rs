//! APIs, which Auth0 calls resource servers: an id or the identifier names one.
//!
//! The defaults are read off recorded traffic of 2026. The APIs of the service itself come into
//! being by their identifiers too, with settings of their own, and refuse changes.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{client_grants, clients, credentials};
use crate::{
    api::{Answer, ApiError, Call, Fields, Paging, Route, Schemas},
    ids,
    store::Store,
};

type Object = Map<String, Value>;

pub(super) const FAMILY: &str = "resource-servers";

const LIST: &str = "/resource-servers";
const ONE: &str = "/resource-servers/{id}";

pub(super) const ROUTES: [Route; 5] = [
    Route { method: "GET", path: LIST, handler: list },
    Route { method: "POST", path: LIST, handler: create },
    Route { method: "GET", path: ONE, handler: read },
    Route { method: "PATCH", path: ONE, handler: update },
    Route { method: "DELETE", path: ONE, handler: delete },
];

/// How many `identifiers` a list may be filtered by.
const MOST_IDENTIFIERS: usize = 10;

/// What real requests carry although the document declares it for answers only.
pub(super) fn extend(schemas: &mut Schemas) {
    for body in ["CreateResourceServerRequestContent", "UpdateResourceServerRequestContent"] {
        let lifetime = json!({ "type": "integer", "minimum": 0, "maximum": 2_592_000 });
        schemas.accept(body, &[("token_lifetime_for_web", lifetime)]);
    }
}

fn missing() -> ApiError {
    ApiError::new(404, "The resource server does not exist", "inexistent_resource_server")
}

/// The API of an id or an identifier. The service decodes an identifier once more than the path
/// needs, so that one encoded twice is understood as well.
pub(super) fn find<'a>(store: &'a Store, name: &str) -> Option<&'a Object> {
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    store.get(FAMILY, name).or_else(|| {
        store.all(FAMILY).filter_map(|(_, api)| api.as_object()).find(|api| {
            let identifier = api.get("identifier").and_then(Value::as_str);
            identifier == Some(name) || identifier == Some(&decoded)
        })
    })
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let wanted: Vec<&str> = call
        .query
        .pairs()
        .filter(|(name, _)| *name == "identifiers")
        .map(|(_, value)| value)
        .collect();
    if wanted.len() > MOST_IDENTIFIERS {
        return Err(ApiError::invalid_query(format!(
            "Query validation error: 'Array is too long ({}), maximum {MOST_IDENTIFIERS}' on \
             property identifiers.",
            wanted.len()
        )));
    }
    let fields = Fields::of(&call.query, &[]);
    let items = call
        .store
        .all(FAMILY)
        .filter_map(|(id, api)| Some((id.as_str(), api.as_object()?)))
        .filter(|(_, api)| {
            let identifier = api.get("identifier").and_then(Value::as_str).unwrap_or_default();
            wanted.is_empty() || wanted.contains(&identifier)
        })
        .map(|(id, api)| (id, shown(call.store, api, fields.as_ref())))
        .collect();
    Paging::offset(&call.query).answer(call, LIST, "resource_servers", items)
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let api = find(call.store, call.parameter(0)).ok_or_else(missing)?;
    let fields = Fields::of(&call.query, &[]);
    Ok(Answer::ok(shown(call.store, api, fields.as_ref())))
}

fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let given = call.body.as_object().cloned().unwrap_or_default();
    let identifier = given.get("identifier").and_then(Value::as_str).unwrap_or_default();
    if is_management(call.store, identifier) {
        return Err(ApiError::invalid_body("The selected identifier is reserved."));
    }
    if call.store.all(FAMILY).any(|(_, api)| api["identifier"] == identifier) {
        let message = "A resource server with the same identifier already exists.";
        return Err(ApiError::new(409, message, None));
    }
    let id = ids::hex(24);
    let api = with_defaults(call.store, &id, &given);
    let answered = shown(call.store, &api, None);
    call.store.put(FAMILY, &id, api);
    Ok(Answer::created(answered))
}

fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let mut api = find(call.store, call.parameter(0)).ok_or_else(missing)?.clone();
    if is_system(&api) {
        return Err(ApiError::invalid_body("System resource servers cannot be patched."));
    }
    let given = call.body.as_object().cloned().unwrap_or_default();
    for (field, value) in &given {
        set(&mut api, field, value);
    }
    if given.contains_key("signing_alg") {
        complete_secret(&mut api);
    }
    let answered = shown(call.store, &api, None);
    if let Some(id) = api.get("id").and_then(Value::as_str).map(str::to_owned) {
        call.store.put(FAMILY, &id, api);
    }
    Ok(Answer::ok(answered))
}

/// The other system APIs can be deleted, as recorded; without its Management API there is no
/// tenant. Deleting what is gone already succeeds.
fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let Some(api) = find(call.store, call.parameter(0)) else { return Ok(Answer::no_content()) };
    let text = |name: &str| api.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (id, identifier) = (text("id"), text("identifier"));
    if is_management(call.store, &identifier) {
        return Err(ApiError::invalid_body("System resource servers cannot be deleted."));
    }
    call.store.remove(FAMILY, &id);
    client_grants::forget(call.store, "audience", &identifier);
    Ok(Answer::no_content())
}

fn is_system(api: &Object) -> bool {
    api.get("is_system") == Some(&true.into())
}

fn is_management(store: &Store, identifier: &str) -> bool {
    identifier == format!("https://{}/api/v2/", store.domain)
}

/// A whole API from the fields of a creation.
pub(super) fn with_defaults(store: &Store, id: &str, given: &Object) -> Object {
    let mut api = Object::new();
    api.insert("id".to_owned(), id.into());
    for name in ["name", "identifier"] {
        if let Some(value) = given.get(name) {
            api.insert(name.to_owned(), value.clone());
        }
    }
    let lifetime = given.get("token_lifetime").and_then(Value::as_u64).unwrap_or(DAY);
    let defaults = json!({
        "allow_offline_access": false,
        "skip_consent_for_verifiable_first_party_clients": false,
        "subject_type_authorization": {
            "client": { "policy": "require_client_grant" },
            "user": { "policy": "allow_all" },
        },
        "token_lifetime": DAY,
        "token_lifetime_for_web": lifetime.min(WEB_LIFETIME),
        "signing_alg": "RS256",
    });
    api.extend(defaults.as_object().cloned().unwrap_or_default());
    for (field, value) in given {
        set(&mut api, field, value);
    }
    let identifier = given.get("identifier").and_then(Value::as_str).unwrap_or_default();
    api.extend(of_system(store, identifier));
    complete_secret(&mut api);
    api
}

const DAY: u64 = 86_400;
const WEB_LIFETIME: u64 = 7_200;

/// What the service decides about an API of its own, whatever the request says.
fn of_system(store: &Store, identifier: &str) -> Object {
    let my_account = format!("https://{}/me/", store.domain);
    let scope =
        |value: &str, description: &str| json!({ "value": value, "description": description });
    let settings = match identifier {
        "urn:auth0:express-configure" => json!({
            "name": "Okta OIN Express Configuration API",
            "subject_type_authorization": {
                "client": { "policy": "deny_all" },
                "user": { "policy": "allow_all" },
            },
            "token_lifetime": 300,
            "scopes": [
                scope("express_configure:sso", "Ability to create SSO configurations"),
                scope("express_configure:scim", "Ability to create scim configurations"),
            ],
            "is_system": true,
            "enforce_policies": true,
        }),
        own if own == my_account => json!({
            "name": "Auth0 My Account API",
            "allow_offline_access": true,
            "skip_consent_for_verifiable_first_party_clients": true,
            "subject_type_authorization": {
                "client": { "policy": "deny_all" },
                "user": { "policy": "require_client_grant" },
            },
            "token_lifetime": 600,
            "token_lifetime_for_web": 600,
            "scopes": [
                scope("create:me:connected_accounts", "Create Connected Accounts"),
                scope("read:me:connected_accounts", "Read Connected Accounts"),
                scope("delete:me:connected_accounts", "Delete Connected Accounts"),
            ],
            "is_system": true,
            "proof_of_possession": { "mechanism": "dpop", "required": false },
        }),
        _ => return Object::new(),
    };
    settings.as_object().cloned().unwrap_or_default()
}

/// Sets one field of a request: null clears, lists replace (an empty one stays), policies merge.
fn set(api: &mut Object, field: &str, value: &Value) {
    match (field, value) {
        (_, Value::Null) => drop(api.shift_remove(field)),
        ("subject_type_authorization", Value::Object(given)) => {
            let policies = api.entry(field).or_insert_with(|| json!({}));
            if let Some(policies) = policies.as_object_mut() {
                policies.extend(given.clone());
            }
        }
        ("token_encryption", value) => {
            api.insert(field.to_owned(), without_key(value));
        }
        (_, value) => drop(api.insert(field.to_owned(), value.clone())),
    }
}

/// An encryption as answers show it: the key's thumbprint instead of the key.
fn without_key(encryption: &Value) -> Value {
    let mut encryption = encryption.clone();
    if let Some(key) = encryption["encryption_key"].as_object_mut()
        && let Some(Value::String(pem)) = key.shift_remove("pem")
    {
        let thumbprint = ids::digest(&credentials::der(&pem));
        key.insert("thumbprint_sha256".to_owned(), thumbprint.into());
    }
    encryption
}

/// Tokens signed with HS256 need a secret; the other algorithms have none.
fn complete_secret(api: &mut Object) {
    if api.get("signing_alg") == Some(&"HS256".into()) {
        api.entry("signing_secret").or_insert_with(|| ids::signing_secret().into());
    } else {
        api.shift_remove("signing_secret");
    }
}

/// An API as answers show it: with the client that was registered for it.
fn shown(store: &Store, api: &Object, fields: Option<&Fields<'_>>) -> Value {
    let mut api = api.clone();
    let identifier = api.get("identifier").cloned().unwrap_or_default();
    let linked = store
        .all(clients::FAMILY)
        .find(|(_, client)| client["resource_server_identifier"] == identifier);
    if let Some((id, _)) = linked.filter(|_| identifier.is_string()) {
        api.insert("client_id".to_owned(), id.as_str().into());
    }
    if let Some(fields) = fields {
        fields.apply(&mut api);
    }
    api.into()
}
