//! Actions: reading, deleting, testing. Writing is in `actions_write.rs`, what time does to an
//! action in `builds.rs`, its versions in `versions.rs`.
//!
//! An action is kept as it is answered: the draft with the deployed version inside.

use serde_json::{Map, Value, json};

use super::{actions_write, builds, javascript, modules, triggers, versions};
use crate::{
    api::{Answer, ApiError, Call, Query, Route},
    store::Store,
};

pub(super) type Object = Map<String, Value>;

pub(super) const FAMILY: &str = "actions/actions";

const ONE: &str = "/actions/actions/{id}";

pub(super) const ROUTES: [Route; 8] = [
    Route { method: "GET", path: "/actions/actions", handler: list },
    Route { method: "POST", path: "/actions/actions", handler: actions_write::create },
    Route { method: "GET", path: ONE, handler: read },
    Route { method: "PATCH", path: ONE, handler: actions_write::update },
    Route { method: "DELETE", path: ONE, handler: delete },
    Route { method: "POST", path: "/actions/actions/{id}/deploy", handler: versions::deploy_draft },
    Route { method: "POST", path: "/actions/actions/{id}/test", handler: test },
    Route { method: "GET", path: "/actions/executions/{id}", handler: execution },
];

/// The keys of an action in the order in which Auth0 answers them.
const ORDER: [&str; 14] = [
    "id",
    "name",
    "supported_triggers",
    "created_at",
    "updated_at",
    "code",
    "dependencies",
    "runtime",
    "status",
    "secrets",
    "modules",
    "current_version",
    "deployed_version",
    "all_changes_deployed",
];

pub(super) fn missing() -> ApiError {
    ApiError::new(404, "That action does not exist.", None)
}

/// The name of the collection that holds the values of an action's secrets, by name.
pub(super) fn secrets_of(action_id: &str) -> String {
    format!("{FAMILY}/{action_id}/secrets")
}

/// An action by its id, as it is at this moment.
pub(super) fn find<'a>(store: &'a mut Store, id: &str) -> Result<&'a mut Object, ApiError> {
    builds::settle(store);
    store.get_mut(FAMILY, id).ok_or_else(missing)
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    builds::settle(call.store);
    let query = &call.query;
    let wanted = |action: &&Object| {
        let has = |key| action.contains_key(key);
        let supports = |id: &str| triggers::supports(action, id);
        query.get("triggerId").is_none_or(supports)
            && query.get("actionName").is_none_or(|name| action.get("name") == Some(&name.into()))
            && query.flag("deployed").is_none_or(|wanted| has("deployed_version") == wanted)
            && query
                .flag("installed")
                .is_none_or(|wanted| has("installed_integration_id") == wanted)
    };
    let all = call.store.all(FAMILY).filter_map(|(_, action)| action.as_object());
    Ok(page(query, "actions", all.filter(wanted).map(shown).collect()))
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    Ok(Answer::ok(shown(find(call.store, &id)?)))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    find(call.store, &id)?;
    let bound = triggers::bindings_of(call.store, &id);
    if !bound.is_empty() && call.query.flag("force") != Some(true) {
        return Err(ApiError::new(409, "Unable to delete an action bound to a trigger.", None));
    }
    for (family, binding) in bound {
        call.store.remove(&family, &binding);
    }
    builds::forget(call.store, &id);
    call.store.remove(FAMILY, &id);
    call.store.clear(&versions::of(&id));
    call.store.clear(&secrets_of(&id));
    modules::count_uses(call.store);
    Ok(Answer::no_content())
}

/// Runs nothing: code that does not parse or plainly throws has an error in its payload.
fn test(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let action = find(call.store, &id)?;
    let code = action.get("code").and_then(Value::as_str).unwrap_or_default();
    let error = javascript::flaw(code).or_else(|| javascript::thrown(code).map(str::to_owned));
    let payload = match error {
        Some(message) => json!({ "error": { "id": "execution_error", "msg": message } }),
        None => json!({ "logs": "", "commands": [] }),
    };
    Ok(Answer::ok(json!({ "payload": payload })))
}

/// Nothing is ever executed here, so only loaded executions are found.
fn execution(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let found = call.store.get("actions/executions", call.parameter(0));
    let missing = || ApiError::new(404, "That execution does not exist.", None);
    Ok(Answer::ok(found.ok_or_else(missing)?.clone().into()))
}

/// An action as it is answered.
pub(super) fn shown(action: &Object) -> Value {
    let mut ordered = Object::new();
    for key in ORDER {
        if let Some(value) = action.get(key) {
            ordered.insert(key.to_owned(), value.clone());
        }
    }
    for (key, value) in action.iter().filter(|(key, _)| !ORDER.contains(&key.as_str())) {
        ordered.insert(key.clone(), value.clone());
    }
    ordered.into()
}

/// What a version and a binding tell of their action; they never look whether all is deployed.
pub(super) fn summary(action: &Object) -> Object {
    let mut summary: Object = ["id", "name", "supported_triggers", "created_at", "updated_at"]
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), action.get(key)?.clone())))
        .collect();
    summary.insert("all_changes_deployed".to_owned(), false.into());
    summary
}

/// A page in the dialect of Actions: an envelope in which zeros are left out. A page beyond the
/// last item has no total.
pub(super) fn page(query: &Query, key: &str, items: Vec<Value>) -> Answer {
    const DEFAULT_PER_PAGE: usize = 20;
    let page = query.number("page").unwrap_or(0);
    let per_page = query.number("per_page").unwrap_or(DEFAULT_PER_PAGE);
    let all = items.len();
    let start = page.saturating_mul(per_page);
    let items: Vec<Value> = items.into_iter().skip(start).take(per_page).collect();
    let total = if items.is_empty() { 0 } else { all };
    let mut envelope = Object::from_iter([(key.to_owned(), items.into())]);
    for (name, number) in [("total", total), ("page", page), ("per_page", per_page)] {
        if number > 0 {
            envelope.insert(name.to_owned(), number.into());
        }
    }
    Answer::ok(envelope.into())
}
