//! Applications described by a Client ID Metadata Document.
//!
//! The tenant fetches nothing: documents are loaded into it beforehand, and an address without a
//! document cannot be retrieved.

use serde_json::{Map, Value, json};

use super::{clients, clients_write};
use crate::{
    api::{Answer, ApiError, Call, Route},
    ids,
    store::Store,
};

/// The collection of documents, by their address.
pub(super) const DOCUMENTS: &str = "cimd-documents";

pub(super) const ROUTES: [Route; 2] = [
    Route { method: "POST", path: "/clients/cimd/preview", handler: preview },
    Route { method: "POST", path: "/clients/cimd/register", handler: register },
];

/// A property of a document and the field of a client it becomes.
const MAPPED: [(&str, &str); 5] = [
    ("client_id", "external_client_id"),
    ("client_name", "name"),
    ("redirect_uris", "callbacks"),
    ("logo_uri", "logo_uri"),
    ("grant_types", "grant_types"),
];
/// Properties that are read but become nothing of their own.
const READ: [&str; 2] = ["token_endpoint_auth_method", "response_types"];

fn preview(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let address = address(call);
    let Some(document) = call.store.get(DOCUMENTS, &address) else {
        let error = format!("The Client Metadata at {address} could not be retrieved.");
        return Ok(Answer::ok(json!({ "errors": [error] })));
    };
    let mut body = described(document);
    if let Some(id) = registered(call.store, &address) {
        body["client_id"] = id.into();
    }
    Ok(Answer::ok(body))
}

fn register(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let address = address(call);
    let Some(document) = call.store.get(DOCUMENTS, &address) else {
        let message = format!("The Client Metadata at {address} could not be retrieved.");
        return Err(ApiError::invalid_body(message));
    };
    let described = described(document);
    let fields = described["mapped_fields"].as_object().cloned().unwrap_or_default();
    let known = registered(call.store, &address);
    let id = known.clone().unwrap_or_else(|| ids::prefixed("tpc"));
    let client = match call.store.get(clients::FAMILY, &id).cloned() {
        Some(mut client) => {
            client.extend(fields);
            client
        }
        None => new_client(call.store, &id, fields),
    };
    call.store.put(clients::FAMILY, &id, client);
    let mut body = json!({ "client_id": id });
    if let (Some(body), Value::Object(described)) = (body.as_object_mut(), described) {
        body.extend(described);
    }
    Ok(if known.is_some() { Answer::ok(body) } else { Answer::created(body) })
}

/// A client as a first registration makes it.
fn new_client(store: &Store, id: &str, mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.insert("is_first_party".to_owned(), false.into());
    fields.insert("third_party_security_mode".to_owned(), "strict".into());
    let mut client = clients_write::with_defaults(store, id, &fields);
    client.insert("external_metadata_type".to_owned(), "cimd".into());
    client.insert("external_metadata_created_by".to_owned(), "admin".into());
    client
}

fn address(call: &Call<'_>) -> String {
    call.body["external_client_id"].as_str().unwrap_or_default().to_owned()
}

fn registered(store: &Store, address: &str) -> Option<String> {
    let found =
        store.all(clients::FAMILY).find(|(_, client)| client["external_client_id"] == address);
    found.map(|(id, _)| id.clone())
}

/// `mapped_fields` and `validation` of a document.
fn described(document: &Map<String, Value>) -> Value {
    let mut fields = Map::new();
    for (property, field) in MAPPED {
        if let Some(value) = document.get(property) {
            fields.insert(field.to_owned(), value.clone());
        }
    }
    fields.insert("app_type".to_owned(), "native".into());
    let method = document.get("token_endpoint_auth_method").cloned();
    fields.insert("token_endpoint_auth_method".to_owned(), method.unwrap_or_else(|| "none".into()));
    let known =
        |name: &str| MAPPED.iter().any(|(mapped, _)| *mapped == name) || READ.contains(&name);
    let ignored: Vec<&str> =
        document.keys().map(String::as_str).filter(|name| !known(name)).collect();
    let mut warnings = Vec::new();
    if !ignored.is_empty() {
        warnings.push(format!(
            "Ignoring unsupported properties: {}. These properties are not validated or mapped to \
             the Auth0 client configuration.",
            ignored.join(", ")
        ));
    }
    json!({
        "mapped_fields": fields,
        "validation": { "valid": true, "violations": [], "warnings": warnings },
    })
}
