//! Versions of actions: what a deployment makes of a draft, and the way back.

use serde_json::{Value, json};

use super::{
    actions::{self, Object},
    builds,
};
use crate::{
    api::{Answer, ApiError, Call, Route},
    ids,
    store::Store,
};

const LIST: &str = "/actions/actions/{id}/versions";

pub(super) const ROUTES: [Route; 3] = [
    Route { method: "GET", path: LIST, handler: list },
    Route { method: "GET", path: "/actions/actions/{id}/versions/{version_id}", handler: read },
    Route {
        method: "POST",
        path: "/actions/actions/{id}/versions/{version_id}/deploy",
        handler: deploy_again,
    },
];

/// What a draft and its versions have in common.
pub(super) const CONTENT: [&str; 6] =
    ["code", "dependencies", "runtime", "secrets", "modules", "supported_triggers"];

/// The keys of a version in the order in which Auth0 answers them.
const ORDER: [&str; 15] = [
    "code",
    "dependencies",
    "id",
    "deployed",
    "number",
    "built_at",
    "secrets",
    "modules",
    "status",
    "errors",
    "created_at",
    "updated_at",
    "runtime",
    "supported_triggers",
    "action",
];

/// The name of the collection that holds an action's versions.
pub(super) fn of(action_id: &str) -> String {
    format!("{}/{action_id}/versions", actions::FAMILY)
}

fn missing() -> ApiError {
    ApiError::new(404, "That action version does not exist.", None)
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let summary = actions::summary(actions::find(call.store, &id)?);
    let mut all: Vec<Value> = call
        .store
        .all(&of(&id))
        .filter_map(|(_, version)| Some(shown(version.as_object()?, &summary)))
        .collect();
    all.reverse();
    Ok(actions::page(&call.query, "versions", all))
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let summary = actions::summary(actions::find(call.store, &id)?);
    let version = call.store.get(&of(&id), call.parameter(1)).ok_or_else(missing)?;
    Ok(Answer::ok(shown(version, &summary)))
}

/// Makes a version of a draft that was built; it goes live a moment later.
pub(super) fn deploy_draft(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let action = actions::find(call.store, &id)?.clone();
    if action.get("status") != Some(&"built".into()) {
        let message = "A draft must be in the 'built' state before it can be deployed.";
        return Err(ApiError::new(400, message, None));
    }
    let version = add(call.store, &id, &action, "built");
    builds::begin_switch(call.store, &id, &id_of(&version));
    Ok(Answer::ok(shown(&version, &actions::summary(&action))))
}

/// Deploys an old version again, which makes a new one of it.
fn deploy_again(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let action = actions::find(call.store, &id)?.clone();
    let old = call.store.get(&of(&id), call.parameter(1)).ok_or_else(missing)?.clone();
    if old.get("status") == Some(&"failed".into()) {
        return Err(ApiError::new(400, "A version that failed to build cannot be deployed.", None));
    }
    let version = add(call.store, &id, &old, "built");
    if call.body["update_draft"] == true {
        restore_draft(call.store, &id, &old);
    }
    builds::begin_switch(call.store, &id, &id_of(&version));
    Ok(Answer::ok(shown(&version, &actions::summary(&action))))
}

/// Gives a draft the contents of a version, which is built already.
fn restore_draft(store: &mut Store, id: &str, version: &Object) {
    let now = store.clock.stamp();
    let Some(action) = store.get_mut(actions::FAMILY, id) else { return };
    for key in CONTENT {
        match version.get(key) {
            Some(value) => action.insert(key.to_owned(), value.clone()),
            None => action.shift_remove(key),
        };
    }
    action.insert("status".to_owned(), "built".into());
    action.insert("updated_at".to_owned(), now.into());
}

/// Adds a version with the contents of a draft or of another version.
pub(super) fn add(store: &mut Store, action_id: &str, source: &Object, status: &str) -> Object {
    let now = store.clock.stamp();
    let mut version = Object::new();
    for key in CONTENT {
        if let Some(value) = source.get(key) {
            version.insert(key.to_owned(), value.clone());
        }
    }
    let number = next_number(store, action_id);
    let own = json!({
        "id": ids::uuid(),
        "deployed": false,
        "number": number,
        "status": status,
        "created_at": now,
        "updated_at": now,
    });
    version.extend(own.as_object().cloned().unwrap_or_default());
    store.put(&of(action_id), &id_of(&version), version.clone());
    version
}

pub(super) fn id_of(version: &Object) -> String {
    version.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn next_number(store: &Store, action_id: &str) -> u64 {
    let family = of(action_id);
    let known = store.all(&family).filter_map(|(_, version)| version["number"].as_u64());
    let action = store.get(actions::FAMILY, action_id);
    let deployed = action.and_then(|action| action.get("deployed_version")?["number"].as_u64());
    known.chain(deployed).max().unwrap_or(0) + 1
}

/// Whether the version that is live says what the draft says.
pub(super) fn is_deployed_as_is(action: &Object) -> bool {
    let Some(deployed) = action.get("deployed_version") else { return false };
    let said = |value: Option<&Value>| value.filter(|value| **value != json!([])).cloned();
    CONTENT.iter().all(|key| said(action.get(*key)) == said(deployed.get(*key)))
}

/// A version with its keys in order.
pub(super) fn ordered(version: &Object) -> Object {
    ORDER.into_iter().filter_map(|key| Some((key.to_owned(), version.get(key)?.clone()))).collect()
}

/// A version as it is answered by itself.
fn shown(version: &Object, action: &Object) -> Value {
    let mut version = version.clone();
    version.insert("action".to_owned(), action.clone().into());
    ordered(&version).into()
}
