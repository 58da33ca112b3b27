//! What recordings of actions imply besides the items of their paths: the actions that a trigger
//! had bound, the modules that an action used, the build that a deployment found.

use serde_json::{Map, Value, json};

use super::{mapping::Mapping, read::Interaction};
use crate::store::Store;

const ACTIONS: &str = "actions/actions";

/// Adds what is not there yet; ids that stand for the tenant's own are its own affair.
pub(crate) fn imply(store: &mut Store, template: &str, recorded: &Interaction, mapping: &Mapping) {
    if !(200..300).contains(&recorded.status) {
        return;
    }
    for binding in recorded.response["bindings"].as_array().into_iter().flatten() {
        existed(store, &binding["action"], mapping);
    }
    for module in recorded.response["modules"].as_array().into_iter().flatten() {
        used(store, module, mapping);
    }
    match (recorded.method.as_str(), template) {
        ("POST", "/actions/actions/{id}/deploy") => built(store, recorded, mapping),
        ("PATCH", "/actions/actions/{id}") => unchanged(store, recorded, mapping),
        ("GET", "/actions/modules/{id}/actions") => users(store, recorded, mapping),
        ("DELETE", "/actions/modules/{id}") => unused(store, recorded, mapping),
        _ => {}
    }
}

fn existed(store: &mut Store, action: &Value, mapping: &Mapping) {
    let id = action["id"].as_str().unwrap_or_default();
    if !mapping.knows(id) && store.get(ACTIONS, id).is_none() {
        store.put(ACTIONS, id, action.as_object().cloned().unwrap_or_default());
    }
}

/// A module by what an action tells of it.
fn used(store: &mut Store, module: &Value, mapping: &Mapping) {
    let text = |key: &str| module[key].as_str().unwrap_or_default();
    let (id, version) = (text("module_id"), text("module_version_id"));
    if id.is_empty() || mapping.knows(id) || store.get("actions/modules", id).is_some() {
        return;
    }
    put(store, "actions/modules", id, json!({ "id": id, "name": module["module_name"] }));
    let number = &module["module_version_number"];
    let family = format!("actions/modules/{id}/versions");
    put(store, &family, version, json!({ "id": version, "version_number": number }));
}

/// What was deployed had been built, with these contents.
fn built(store: &mut Store, recorded: &Interaction, mapping: &Mapping) {
    let version = &recorded.response;
    let id = version["action"]["id"].as_str().unwrap_or_default();
    if mapping.knows(id) {
        return;
    }
    let mut action = store.get(ACTIONS, id).cloned().unwrap_or_default();
    action.extend(version["action"].as_object().cloned().unwrap_or_default());
    for key in ["code", "dependencies", "runtime", "secrets", "modules", "status"] {
        if let Some(value) = version.get(key) {
            action.insert(key.to_owned(), value.clone());
        }
    }
    store.put(ACTIONS, id, action);
}

/// What a change does not name was before it as it is after it.
fn unchanged(store: &mut Store, recorded: &Interaction, mapping: &Mapping) {
    const CHANGED_ALWAYS: [&str; 3] = ["status", "updated_at", "all_changes_deployed"];
    let id = recorded.response["id"].as_str().unwrap_or_default();
    let Some(action) = store.get_mut(ACTIONS, id).filter(|_| !mapping.knows(id)) else { return };
    let answered = recorded.response.as_object().into_iter().flatten();
    for (key, value) in answered.filter(|(key, _)| recorded.request.get(key.as_str()).is_none()) {
        if !CHANGED_ALWAYS.contains(&key.as_str()) {
            action.insert(key.clone(), value.clone());
        }
    }
}

/// The actions that use a module, with the version of it.
fn users(store: &mut Store, recorded: &Interaction, mapping: &Mapping) {
    let module = recorded.path.split('/').rev().nth(1).unwrap_or_default();
    for user in recorded.response["actions"].as_array().into_iter().flatten() {
        let id = user["action_id"].as_str().unwrap_or_default();
        if !mapping.knows(id) && store.get(ACTIONS, id).is_none() {
            let mut reference = user.clone();
            reference["module_id"] = module.into();
            let action = json!({ "id": id, "name": user["action_name"], "modules": [reference] });
            put(store, ACTIONS, id, action);
        }
    }
}

/// A module that could be removed was used by no action.
fn unused(store: &mut Store, recorded: &Interaction, mapping: &Mapping) {
    let id = recorded.path.rsplit('/').next().unwrap_or_default();
    if let Some(module) = store.get_mut("actions/modules", mapping.text(id)) {
        module.shift_remove("actions_using_module_total");
    }
}

fn put(store: &mut Store, family: &str, id: &str, object: Value) {
    let object: Map<String, Value> = object.as_object().cloned().unwrap_or_default();
    store.put(family, id, object);
}
