//! Creating and changing applications: the defaults that Auth0 adds and how a patch merges.
//!
//! The rules are read off recorded traffic; where that disagrees with the OpenAPI document, the
//! traffic is right.

use serde_json::{Map, Value, json};

use super::{clients, clients_check, credentials};
use crate::{
    api::{Answer, ApiError, Call, Schemas},
    ids,
    store::Store,
};

type Object = Map<String, Value>;

/// Twins: a field and its older name, always answered with the same value.
const TWINS: [(&str, &str); 2] = [
    ("cross_origin_authentication", "cross_origin_auth"),
    ("oidc_logout", "oidc_backchannel_logout"),
];
/// Fields that hold credentials: whole keys in a creation, ids afterwards.
pub(super) const METHODS: &str = "client_authentication_methods";
const HOLDERS: [&str; 2] = ["signed_request_object", "token_vault_privileged_access"];

/// Fields that real requests carry although the document does not declare them.
pub(super) fn extend(schemas: &mut Schemas) {
    let boolean = || json!({ "type": "boolean" });
    for body in ["CreateClientRequestContent", "UpdateClientRequestContent"] {
        schemas.accept(
            body,
            &[
                ("cross_origin_auth", boolean()),
                ("identity_assertion_authorization_grant", json!({ "type": ["object", "null"] })),
            ],
        );
    }
    let cleared = [
        "addons",
        "oidc_backchannel_logout",
        "signed_request_object",
        "token_vault_privileged_access",
    ];
    schemas.allow_null("UpdateClientRequestContent", &cleared);
    for body in [
        "ClientTokenVaultPrivilegedAccessWithPublicKey",
        "ClientTokenVaultPrivilegedAccessWithCredentialId",
    ] {
        schemas.accept(body, &[("grants", json!({ "type": "array" }))]);
    }
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let given = call.body.as_object().cloned().unwrap_or_default();
    clients_check::creation(call, &given)?;
    let strict = given.get("third_party_security_mode") == Some(&"strict".into());
    let id = if strict { ids::prefixed("tpc") } else { ids::client_id() };
    let mut client = with_defaults(call.store, &id, &given);
    let mut answered = client.clone();
    let stored = store_credentials(call.store, &id, &given)?;
    for (field, short, long) in stored {
        client.insert(field.clone(), short);
        answered.insert(field, long);
    }
    hide_secret(&mut client);
    hide_secret(&mut answered);
    call.store.put(clients::FAMILY, &id, client);
    answered.insert("encrypted".to_owned(), true.into());
    answered.insert("signing_keys".to_owned(), call.store.signing_keys_with_private());
    Ok(Answer::created(answered.into()))
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let given = call.body.as_object().cloned().unwrap_or_default();
    clients_check::change_scopes(&call.scopes, &given)?;
    let old = call.store.get(clients::FAMILY, &id).ok_or_else(clients::missing)?;
    let mut client = old.clone();
    for (field, value) in &given {
        merge(&mut client, field, value.clone());
    }
    clients_check::change(call.store, &id, &given, &client)?;
    hide_secret(&mut client);
    let answered = Value::Object(client.clone());
    call.store.put(clients::FAMILY, &id, client);
    Ok(Answer::ok(answered))
}

/// A whole client from the fields of a creation.
pub(super) fn with_defaults(store: &Store, id: &str, given: &Object) -> Object {
    let kind = Kind::of(given);
    let mut client = Object::new();
    let mut set = |name: &str, value: Value| client.insert(name.to_owned(), value);
    set("tenant", store.tenant.as_str().into());
    set("global", false.into());
    set("is_token_endpoint_ip_header_trusted", false.into());
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        set(name, value.clone());
    }
    let mut add = |name: &str, value: Value| {
        client.entry(name).or_insert(value);
    };
    add("is_first_party", true.into());
    add("oidc_conformant", kind.oidc_conformant.into());
    add("sso_disabled", false.into());
    add(
        "cross_origin_auth",
        given.get("cross_origin_authentication").cloned().unwrap_or(false.into()),
    );
    add("cross_origin_authentication", client_flag(given, "cross_origin_auth"));
    add("custom_login_page_on", true.into());
    add("grant_types", kind.grant_types());
    add("signing_keys", store.signing_keys());
    add("client_id", id.into());
    add("callback_url_template", false.into());
    add("client_secret", ids::client_secret().into());
    if !kind.first_party {
        add("third_party_security_mode", "permissive".into());
    }
    if kind.app_type == "express_configuration" {
        add(
            "callbacks",
            json!(["https://system-admin.okta.com/admin/app/generic/oauth20redirect"]),
        );
        add("organization_usage", "require".into());
        add("organization_require_behavior", "pre_login_prompt".into());
        add(METHODS, json!({ "private_key_jwt": { "credentials": [] } }));
    }
    complete(&mut client, &kind);
    client
}

fn client_flag(given: &Object, name: &str) -> Value {
    given.get(name).cloned().unwrap_or(false.into())
}

/// Adds the defaults inside objects.
fn complete(client: &mut Object, kind: &Kind) {
    let jwt = client.entry("jwt_configuration").or_insert_with(|| kind.jwt_configuration());
    add_default(jwt, "secret_encoded", false.into());
    let refresh = client.entry("refresh_token").or_insert_with(|| kind.refresh_token());
    complete_refresh_token(refresh, kind);
    if let Some(transfer) = client.get_mut("session_transfer") {
        complete_session_transfer(transfer);
    }
    if let Some(logout) = client.get_mut("oidc_logout") {
        let initiators =
            json!({ "mode": "custom", "selected_initiators": ["rp-logout", "idp-logout"] });
        add_default(logout, "backchannel_logout_initiators", initiators);
        let twin = logout.clone();
        client.insert("oidc_backchannel_logout".to_owned(), twin);
    }
}

fn add_default(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.entry(name).or_insert(value);
    }
}

fn complete_refresh_token(refresh: &mut Value, kind: &Kind) {
    let unlimited = refresh["expiration_type"] != "expiring";
    let (lifetime, idle) = kind.refresh_lifetimes();
    add_default(refresh, "leeway", 0.into());
    add_default(refresh, "token_lifetime", lifetime.into());
    add_default(refresh, "infinite_token_lifetime", unlimited.into());
    add_default(refresh, "infinite_idle_token_lifetime", unlimited.into());
    add_default(refresh, "idle_token_lifetime", idle.into());
}

fn complete_session_transfer(transfer: &mut Value) {
    add_default(transfer, "can_create_session_transfer_token", false.into());
    add_default(transfer, "allowed_authentication_methods", json!([]));
    add_default(transfer, "enforce_device_binding", "ip".into());
    add_default(transfer, "allow_refresh_token", false.into());
    add_default(transfer, "enforce_online_refresh_tokens", true.into());
    add_default(transfer, "enforce_cascade_revocation", true.into());
}

/// What decides the defaults of a new client.
struct Kind {
    app_type: String,
    /// `token_endpoint_auth_method`, if given.
    method: Option<String>,
    first_party: bool,
    /// A third-party client under the strict rules of 2026.
    strict: bool,
    oidc_conformant: bool,
}

impl Kind {
    fn of(given: &Object) -> Self {
        let text = |name: &str| given.get(name).and_then(Value::as_str);
        let flag = |name: &str| given.get(name).and_then(Value::as_bool);
        let app_type = text("app_type").unwrap_or_default();
        let first_party = flag("is_first_party").unwrap_or(true);
        let implied =
            !first_party || ["resource_server", "express_configuration"].contains(&app_type);
        Self {
            app_type: app_type.to_owned(),
            method: text("token_endpoint_auth_method").map(str::to_owned),
            first_party,
            strict: text("third_party_security_mode") == Some("strict"),
            oidc_conformant: flag("oidc_conformant").unwrap_or(implied),
        }
    }

    fn is_public(&self) -> bool {
        self.method.as_deref() == Some("none")
    }

    fn grant_types(&self) -> Value {
        match self.app_type.as_str() {
            _ if self.strict => json!(["authorization_code"]),
            "resource_server" => json!([]),
            "express_configuration" => json!(["authorization_code", "client_credentials"]),
            _ if self.is_public() => json!(["authorization_code", "implicit", "refresh_token"]),
            _ => json!(["authorization_code", "implicit", "refresh_token", "client_credentials"]),
        }
    }

    fn jwt_configuration(&self) -> Value {
        match self.app_type.as_str() {
            _ if self.strict => json!({ "alg": "RS256", "lifetime_in_seconds": 3_600 }),
            "resource_server" | "express_configuration" => json!({ "alg": "RS256" }),
            _ => json!({ "lifetime_in_seconds": 36_000 }),
        }
    }

    fn refresh_token(&self) -> Value {
        let rotating = self.is_public() && self.oidc_conformant;
        let expiring = rotating || self.strict;
        let mut refresh = json!({
            "rotation_type": if rotating { "rotating" } else { "non-rotating" },
            "expiration_type": if expiring { "expiring" } else { "non-expiring" },
        });
        if self.strict {
            refresh["infinite_token_lifetime"] = (!rotating).into();
        }
        refresh
    }

    /// Lifetime and idle lifetime of refresh tokens, in seconds.
    fn refresh_lifetimes(&self) -> (u64, u64) {
        const DAY: u64 = 86_400;
        let confidential = self.method.is_some() && !self.is_public();
        if confidential { (31_557_600, 30 * DAY) } else { (30 * DAY, 15 * DAY) }
    }
}

/// Merges one field of a patch into a client.
fn merge(client: &mut Object, field: &str, value: Value) {
    let cleared = value.is_null() || (field == "initiate_login_uri" && value == "");
    let twin = TWINS.iter().find(|(one, other)| *one == field || *other == field);
    if cleared {
        client.shift_remove(field);
    } else {
        merge_value(client, field, value);
    }
    if let Some((one, other)) = twin {
        let other = if *one == field { *other } else { *one };
        match client.get(field).cloned() {
            Some(value) => client.insert(other.to_owned(), value),
            None => client.shift_remove(other),
        };
    }
}

/// Objects are merged one level deep, and a null inside removes its key; all else is replaced.
fn merge_value(client: &mut Object, field: &str, value: Value) {
    match (client.get_mut(field), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            for (key, value) in new {
                if value.is_null() {
                    old.shift_remove(&key);
                } else {
                    old.insert(key, value);
                }
            }
        }
        (_, Value::Object(mut new)) => {
            new.retain(|_, value| !value.is_null());
            if field == "session_transfer" {
                let mut whole = Value::Object(new);
                complete_session_transfer(&mut whole);
                client.insert(field.to_owned(), whole);
            } else {
                client.insert(field.to_owned(), new.into());
            }
        }
        (_, value) => {
            client.insert(field.to_owned(), value);
        }
    }
}

/// A client that authenticates with keys has no secret to show.
fn hide_secret(client: &mut Object) {
    if client.contains_key(METHODS) {
        client.shift_remove("client_secret");
    }
}

/// Stores the keys that a creation carries. For each field: its name, the value that reads show
/// (ids only) and the value that the creation answers (details).
fn store_credentials(
    store: &mut Store,
    id: &str,
    given: &Object,
) -> Result<Vec<(String, Value, Value)>, ApiError> {
    let mut stored = Vec::new();
    if let Some(Value::Object(methods)) = given.get(METHODS) {
        let (mut short, mut long) = (Object::new(), Object::new());
        for (method, value) in methods {
            let (ids, details) = store_list(store, id, value)?;
            short.insert(method.clone(), ids);
            long.insert(method.clone(), details);
        }
        stored.push((METHODS.to_owned(), short.into(), long.into()));
    }
    for field in HOLDERS {
        if let Some(value) = given.get(field).filter(|value| value.get("credentials").is_some()) {
            let (ids, details) = store_list(store, id, value)?;
            stored.push((field.to_owned(), ids, details));
        }
    }
    Ok(stored)
}

/// Stores the `credentials` of one holder.
fn store_list(store: &mut Store, id: &str, holder: &Value) -> Result<(Value, Value), ApiError> {
    let (mut short, mut long) = (holder.clone(), holder.clone());
    let (mut ids, mut details) = (Vec::new(), Vec::new());
    for given in holder["credentials"].as_array().into_iter().flatten().filter_map(Value::as_object)
    {
        let credential = credentials::add(store, id, given)?;
        ids.push(json!({ "id": credential["id"] }));
        details.push(Value::Object(credential));
    }
    short["credentials"] = ids.into();
    long["credentials"] = details.into();
    Ok((short, long))
}
