//! Creating and changing actions: what is checked beyond the schemas, what a patch replaces, where
//! secrets go.

use serde_json::{Value, json};

use super::{
    actions::{self, Object},
    builds, modules, triggers, versions,
};
use crate::{
    api::{Answer, ApiError, Call, Schemas},
    ids,
    store::Store,
};

/// Limits that Auth0's documentation names and its OpenAPI document does not.
const CODE: usize = 100_000;
const SECRET_NAME: usize = 128;
const SECRET_VALUE: usize = 4_096;
const ACTIONS: usize = 100;

pub(super) fn extend(schemas: &mut Schemas) {
    let text = |description: &str, most: usize| json!({ "type": "string", "description": description, "maxLength": most });
    for body in ["CreateActionRequestContent", "UpdateActionRequestContent"] {
        schemas.accept(body, &[("code", text("The source code of the action.", CODE))]);
    }
    schemas.accept(
        "ActionSecretRequest",
        &[
            ("name", text("The name of the particular secret, e.g. API_KEY.", SECRET_NAME)),
            ("value", text("The value of the particular secret, e.g. secret123.", SECRET_VALUE)),
        ],
    );
    // The list of triggers has one that the document lacks.
    schemas.allow_value("ActionTriggerTypeEnum", "mcp-tool");
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    builds::settle(call.store);
    let given = call.body.as_object().cloned().unwrap_or_default();
    if call.store.all(actions::FAMILY).count() >= ACTIONS {
        let message = "You reached the limit of entities of this type for this tenant.";
        return Err(ApiError::new(403, message, None));
    }
    let trigger = triggers::chosen(&given)?.unwrap_or_default();
    let id = ids::uuid();
    let now = call.store.clock.stamp();
    let mut action = Object::new();
    action.insert("id".to_owned(), id.as_str().into());
    action.insert("name".to_owned(), given.get("name").cloned().unwrap_or_default());
    action.insert("supported_triggers".to_owned(), json!([trigger.shown()]));
    action.insert("created_at".to_owned(), now.as_str().into());
    action.insert("code".to_owned(), given.get("code").cloned().unwrap_or("".into()));
    action.insert("dependencies".to_owned(), json!([]));
    action.insert("runtime".to_owned(), trigger.default_runtime.into());
    action.insert("secrets".to_owned(), json!([]));
    action.insert("all_changes_deployed".to_owned(), false.into());
    write(call.store, &id, action, &given)?;
    if given.get("deploy") == Some(&true.into()) {
        deploy_at_once(call.store, &id);
    }
    answer(call.store, &id).map(Answer::created)
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let given = call.body.as_object().cloned().unwrap_or_default();
    let mut action = actions::find(call.store, &id)?.clone();
    if let Some(trigger) = triggers::chosen(&given)? {
        if !triggers::supports(&action, &trigger.id) && action.contains_key("supported_triggers") {
            return Err(ApiError::new(400, "can't upgrade to this trigger.", None));
        }
        action.insert("supported_triggers".to_owned(), json!([trigger.shown()]));
    }
    if let Some(name) = given.get("name") {
        action.insert("name".to_owned(), name.clone());
    }
    if let Some(code) = given.get("code") {
        action.insert("code".to_owned(), code.clone());
    }
    write(call.store, &id, action, &given)?;
    answer(call.store, &id).map(Answer::ok)
}

fn answer(store: &Store, id: &str) -> Result<Value, ApiError> {
    store.get(actions::FAMILY, id).map(actions::shown).ok_or_else(actions::missing)
}

/// Stores a draft with what a request says of its lists and runtime, and starts its build.
fn write(store: &mut Store, id: &str, mut action: Object, given: &Object) -> Result<(), ApiError> {
    if let Some(runtime) = given.get("runtime") {
        triggers::check_runtime(&action, runtime)?;
        action.insert("runtime".to_owned(), runtime.clone());
    }
    if let Some(dependencies) = given.get("dependencies") {
        action.insert("dependencies".to_owned(), dependencies.clone());
    }
    if let Some(references) = given.get("modules") {
        let references = modules::resolved(store, references)?;
        if references.as_array().is_some_and(Vec::is_empty) {
            action.shift_remove("modules");
        } else {
            action.insert("modules".to_owned(), references);
        }
    }
    let now = store.clock.stamp();
    if let Some(secrets) = given.get("secrets").and_then(Value::as_array) {
        let kept = action.get("secrets").and_then(Value::as_array).cloned().unwrap_or_default();
        action.insert("secrets".to_owned(), keep_secrets(store, id, &kept, secrets, &now));
    }
    action.insert("updated_at".to_owned(), now.into());
    action.insert("status".to_owned(), "pending".into());
    let all_deployed = versions::is_deployed_as_is(&action);
    action.insert("all_changes_deployed".to_owned(), all_deployed.into());
    store.put(actions::FAMILY, id, action);
    modules::count_uses(store);
    builds::begin(store, id, None);
    Ok(())
}

/// Replaces the secrets of an action and answers them without their values. One that comes without
/// a value keeps what it has; those that were there stay in front.
fn keep_secrets(store: &mut Store, id: &str, kept: &[Value], given: &[Value], now: &str) -> Value {
    let name = |secret: &Value| secret["name"].as_str().unwrap_or_default().to_owned();
    let family = actions::secrets_of(id);
    let gone = kept.iter().filter(|old| given.iter().all(|new| name(new) != name(old)));
    gone.for_each(|old| drop(store.remove(&family, &name(old))));
    let mut shown = Vec::new();
    let order = |secret: &&Value| kept.iter().position(|old| name(old) == name(secret));
    let mut given: Vec<&Value> = given.iter().collect();
    given.sort_by_key(|secret| order(secret).unwrap_or(usize::MAX));
    for secret in given {
        let old = kept.iter().find(|old| name(old) == name(secret));
        let changed = secret.get("value").is_some_and(|value| !value.is_null());
        if changed {
            let value = Object::from_iter([("value".to_owned(), secret["value"].clone())]);
            store.put(&family, &name(secret), value);
        }
        let since = old.filter(|_| !changed).map_or(now.into(), |old| old["updated_at"].clone());
        shown.push(json!({ "name": name(secret), "updated_at": since }));
    }
    shown.into()
}

/// `deploy` in a creation: the first version is there from the beginning and built with the draft.
fn deploy_at_once(store: &mut Store, id: &str) {
    let Some(action) = store.get(actions::FAMILY, id).cloned() else { return };
    let mut version = versions::add(store, id, &action, "pending");
    version.insert("deployed".to_owned(), true.into());
    store.put(&versions::of(id), &versions::id_of(&version), version.clone());
    builds::show_deployed(store, id, &version);
    builds::begin(store, id, Some(&versions::id_of(&version)));
}
