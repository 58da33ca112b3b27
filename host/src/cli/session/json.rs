//! What `session --json` prints. The form is stable: fields are added, never changed or removed.

use std::time::SystemTime;

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::view::{Given, Row, View};
use crate::{
    auth::vault::{Kind, Session},
    telemetry,
};

/// The whole answer.
pub(super) fn of(view: &View, telemetry: &telemetry::State, now: SystemTime) -> Value {
    json!({
        "default_profile": view.stored.default.as_ref().map(|name| name.as_str()),
        "profiles": view.stored.rows.iter().map(|row| profile(row, now)).collect::<Vec<_>>(),
        "environment": view.given.as_ref().map(given),
        "storage": view.stored.storage,
        "storage_error": view.keychain,
        "node_server_entries": view.stored.node,
        "telemetry": telemetry.json(),
    })
}

/// Credentials of the environment: which, never their values.
fn given(given: &Given) -> Value {
    json!({ "tenant": given.tenant, "kind": given.kind })
}

fn profile(row: &Row, now: SystemTime) -> Value {
    let mut value = json!({ "name": row.profile.as_str(), "default": row.is_default });
    let fields = match &row.session {
        Ok(session) => signed_in(row, session, now),
        Err(error) => json!({ "error": error.to_string(), "usable": false }),
    };
    if let (Value::Object(value), Value::Object(fields)) = (&mut value, fields) {
        value.extend(fields);
    }
    value
}

fn signed_in(row: &Row, session: &Session, now: SystemTime) -> Value {
    let (kind, server, client_id) = match &session.kind {
        Kind::DeviceFlow { server, client_id, .. } => {
            ("device_flow", Some(server.as_str()), client_id)
        }
        Kind::ClientCredentials { client_id, .. } => ("client_credentials", None, client_id),
    };
    let expires_at = row.expires_at();
    let left = expires_at.map(|at| at.duration_since(now).unwrap_or_default().as_secs());
    let tools = row.tools.iter().map(|tool| {
        json!({
            "name": tool.name,
            "usable": tool.is_usable(),
            "missing_scopes": tool.lacking,
            "denied_by_policy": tool.denied,
        })
    });
    json!({
        "tenant": session.domain.as_str(),
        "account": session.account,
        "kind": kind,
        "sign_in_server": server,
        "client_id": client_id,
        "signed_in_at": instant(session.signed_in_at),
        "expires_at": expires_at.and_then(instant),
        "expires_in_seconds": left,
        "renewable": session.is_renewable(),
        "usable": row.works(now),
        "scopes": row.scopes,
        "tools": tools.collect::<Vec<_>>(),
    })
}

/// RFC 3339, in UTC and whole seconds.
fn instant(at: SystemTime) -> Option<String> {
    OffsetDateTime::from(at).replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}
