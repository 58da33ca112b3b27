//! The credentials of an application: public keys and certificates it may authenticate with.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::clients;
use crate::{
    api::{Answer, ApiError, Call, Route},
    ids,
    store::Store,
};

const LIST: &str = "/clients/{id}/credentials";
const ONE: &str = "/clients/{id}/credentials/{credential_id}";

pub(super) const ROUTES: [Route; 5] = [
    Route { method: "GET", path: LIST, handler: list },
    Route { method: "POST", path: LIST, handler: create },
    Route { method: "GET", path: ONE, handler: read },
    Route { method: "PATCH", path: ONE, handler: update },
    Route { method: "DELETE", path: ONE, handler: delete },
];

/// The name of the collection that holds a client's credentials.
pub(super) fn of(client_id: &str) -> String {
    format!("clients/{client_id}/credentials")
}

fn missing() -> ApiError {
    ApiError::new(404, "The credential does not exist", "inexistent_credential")
}

/// The client of a call, or a refusal if there is none.
fn client_of(call: &Call<'_>) -> Result<String, ApiError> {
    let id = call.parameter(0);
    call.store.get(clients::FAMILY, id).map(|_| id.to_owned()).ok_or_else(clients::missing)
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let family = of(&client_of(call)?);
    let mut all: Vec<Value> = call.store.all(&family).map(|(_, value)| value.clone()).collect();
    all.reverse();
    Ok(Answer::ok(all.into()))
}

fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let client = client_of(call)?;
    let body = call.body.as_object().cloned().unwrap_or_default();
    Ok(Answer::created(add(call.store, &client, &body)?.into()))
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let family = of(&client_of(call)?);
    let found = call.store.get(&family, call.parameter(1)).ok_or_else(missing)?;
    Ok(Answer::ok(found.clone().into()))
}

fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let family = of(&client_of(call)?);
    let id = call.parameter(1).to_owned();
    let expiry = call.body["expires_at"].as_str().and_then(ids::normal_time);
    let found = call.store.get_mut(&family, &id).ok_or_else(missing)?;
    match expiry {
        Some(expiry) => found.insert("expires_at".to_owned(), expiry.into()),
        None => found.shift_remove("expires_at"),
    };
    found.insert("updated_at".to_owned(), ids::now().into());
    Ok(Answer::ok(found.clone().into()))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let family = of(&client_of(call)?);
    let id = call.parameter(1).to_owned();
    // Removing what is gone already succeeds.
    call.store.remove(&family, &id);
    Ok(Answer::no_content())
}

/// Stores a credential as given in a request and returns it as answered.
pub(super) fn add(
    store: &mut Store,
    client_id: &str,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, ApiError> {
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    let kind = text("credential_type").unwrap_or("public_key");
    let id = ids::prefixed("cred");
    let mut credential = Map::new();
    let mut set = |name: &str, value: String| credential.insert(name.to_owned(), value.into());
    set("id", id.clone());
    set("credential_type", kind.to_owned());
    let der = text("pem").map(der);
    match kind {
        "cert_subject_dn" => {
            let subject = text("subject_dn").or(text("pem")).unwrap_or_default();
            set("subject_dn", subject.to_owned());
        }
        "x509_cert" => {
            let der = der.ok_or_else(|| missing_property("pem"))?;
            set("thumbprint_sha256", ids::digest(&der));
            expiry(&der).map(|expiry| set("expires_at", expiry));
        }
        _ => {
            let der = der.ok_or_else(|| missing_property("pem"))?;
            set("kid", text("kid").map_or_else(|| ids::digest(&der), str::to_owned));
            set("alg", text("alg").unwrap_or("RS256").to_owned());
            if given.get("parse_expiry_from_cert") == Some(&Value::Bool(true)) {
                expiry(&der).map(|expiry| set("expires_at", expiry));
            }
        }
    }
    text("name").map(|name| set("name", name.to_owned()));
    set("created_at", ids::now());
    set("updated_at", ids::now());
    text("expires_at").and_then(ids::normal_time).map(|expiry| set("expires_at", expiry));
    store.put(&of(client_id), &id, credential.clone());
    Ok(credential)
}

fn missing_property(name: &str) -> ApiError {
    ApiError::invalid_body(format!(
        "Payload validation error: 'Missing required property: {name}'."
    ))
}

/// The contents of a PEM block; text that is none counts as its own contents.
pub(super) fn der(pem: &str) -> Vec<u8> {
    let inner: String =
        pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    STANDARD.decode(&inner).unwrap_or_else(|_| inner.into_bytes())
}

/// The end of a certificate's validity: the second of the first two times that stand together.
fn expiry(der: &[u8]) -> Option<String> {
    (0..der.len()).find_map(|at| {
        let (_, rest) = asn1_time(&der[at..])?;
        let (end, _) = asn1_time(rest)?;
        ids::normal_time(&end)
    })
}

/// An ASN.1 time at the start of `der` in RFC 3339, and what follows it.
fn asn1_time(der: &[u8]) -> Option<(String, &[u8])> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let (&[tag, length], rest) = der.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(length.into())?;
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let text = match tag {
        UTC_TIME if text.len() == 12 => {
            format!("{}{text}", if text < "50" { "20" } else { "19" })
        }
        GENERALIZED_TIME if text.len() == 14 => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| text.get(from..to);
    let date = format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?);
    Some((format!("{date}T{}:{}:{}Z", part(8, 10)?, part(10, 12)?, part(12, 14)?), rest))
}
