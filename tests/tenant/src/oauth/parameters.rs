//! The parameters of an OAuth request: form or JSON, with the client's identity from a header.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::Refusal;
use crate::api::Request;

/// Parameters by name; one without a value counts as absent (RFC 6749, section 3.2).
pub(super) struct Parameters(HashMap<String, String>);

impl Parameters {
    /// Reads the body; a Basic header replaces the client's identity in it.
    pub(super) fn read(
        request: &Request<'_>,
        authorization: Option<&str>,
    ) -> Result<Self, Refusal> {
        let is_json = request.content_type.is_some_and(|kind| kind.starts_with("application/json"));
        let mut given = if is_json { json(request.body)? } else { form(request.body)? };
        if let Some((id, secret)) = authorization.and_then(basic) {
            given.insert("client_id".to_owned(), id);
            given.insert("client_secret".to_owned(), secret);
        }
        given.retain(|_, value| !value.is_empty());
        Ok(Self(given))
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        let missing = || Refusal::invalid_request(format!("Missing required parameter: {name}"));
        self.optional(name).ok_or_else(missing)
    }

    pub(super) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn json(body: &[u8]) -> Result<HashMap<String, String>, Refusal> {
    let body: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| Refusal::invalid_request("The request body is not valid JSON"))?;
    let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
    Ok(body.into_iter().filter_map(text).collect())
}

/// RFC 6749, section 3.2: parameters must not be included more than once.
fn form(body: &[u8]) -> Result<HashMap<String, String>, Refusal> {
    let mut given = HashMap::new();
    for (name, value) in form_urlencoded::parse(body).into_owned() {
        if given.contains_key(&name) {
            return Err(Refusal::invalid_request(format!("Parameter is repeated: {name}")));
        }
        given.insert(name, value);
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
