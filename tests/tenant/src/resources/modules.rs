//! Modules that actions share: an early-access feature that most tenants lack, and this one unless
//! told otherwise.

use serde_json::{Value, json};

use super::actions::{self, Object};
use crate::{
    api::{Answer, ApiError, Call, Query, Route},
    ids,
    store::Store,
};

const FAMILY: &str = "actions/modules";
const ONE: &str = "/actions/modules/{id}";
const VERSIONS: &str = "/actions/modules/{id}/versions";

pub(super) const ROUTES: [Route; 10] = [
    Route { method: "GET", path: "/actions/modules", handler: list },
    Route { method: "POST", path: "/actions/modules", handler: create },
    Route { method: "GET", path: ONE, handler: read },
    Route { method: "PATCH", path: ONE, handler: update },
    Route { method: "DELETE", path: ONE, handler: delete },
    Route { method: "GET", path: "/actions/modules/{id}/actions", handler: users },
    Route { method: "POST", path: "/actions/modules/{id}/rollback", handler: roll_back },
    Route { method: "GET", path: VERSIONS, handler: versions },
    Route { method: "POST", path: VERSIONS, handler: publish },
    Route { method: "GET", path: "/actions/modules/{id}/versions/{version_id}", handler: version },
];

/// What a module and its versions have in common.
const CONTENT: [&str; 3] = ["code", "dependencies", "secrets"];
/// The most modules that an action may use.
const USED: usize = 3;

fn missing() -> ApiError {
    ApiError::new(404, "That module does not exist.", None)
}

fn versions_of(id: &str) -> String {
    format!("{FAMILY}/{id}/versions")
}

/// Refuses unless the tenant has the feature.
fn enabled(call: &Call<'_>) -> Result<(), ApiError> {
    let message = "This feature is not enabled for this tenant.";
    let refusal = || ApiError::new(403, message, "feature_not_enabled");
    call.store.modules.then_some(()).ok_or_else(refusal)
}

/// The module of a call.
fn of_call<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Object, ApiError> {
    enabled(call)?;
    let id = call.parameter(0).to_owned();
    call.store.get_mut(FAMILY, &id).ok_or_else(missing)
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    enabled(call)?;
    let all = call.store.all(FAMILY).map(|(_, module)| {
        let mut module = module.clone();
        if let Some(module) = module.as_object_mut() {
            module.shift_remove("latest_version");
        }
        module
    });
    Ok(page(&call.query, "modules", all.collect()))
}

fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    enabled(call)?;
    let now = call.store.clock.short_stamp();
    let id = ids::uuid();
    let module = json!({
        "id": id,
        "name": call.body["name"],
        "code": call.body["code"],
        "dependencies": call.body.get("dependencies").cloned().unwrap_or_else(|| json!([])),
        "secrets": without_values(call.body.get("secrets"), &now),
        "all_changes_published": false,
        "actions_using_module_total": 0,
        "created_at": now,
        "updated_at": now,
    });
    call.store.put(FAMILY, &id, module.as_object().cloned().unwrap_or_default());
    if call.body["publish"] == true {
        add_version(call.store, &id);
    }
    let module = call.store.get(FAMILY, &id).ok_or_else(missing)?;
    Ok(Answer::created(module.clone().into()))
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    Ok(Answer::ok(of_call(call)?.clone().into()))
}

fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let now = call.store.clock.short_stamp();
    let given = call.body.clone();
    let module = of_call(call)?;
    for key in ["code", "dependencies"] {
        if let Some(value) = given.get(key) {
            module.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(secrets) = given.get("secrets") {
        module.insert("secrets".to_owned(), without_values(Some(secrets), &now));
    }
    module.insert("updated_at".to_owned(), now.into());
    module.insert("all_changes_published".to_owned(), false.into());
    Ok(Answer::ok(module.clone().into()))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let module = of_call(call)?;
    if module.get("actions_using_module_total").is_some_and(|total| *total != 0) {
        return Err(ApiError::new(412, "The module is used by an action.", None));
    }
    let id = call.parameter(0).to_owned();
    call.store.remove(FAMILY, &id);
    call.store.clear(&versions_of(&id));
    Ok(Answer::no_content())
}

/// The actions that use a module, paged like actions.
fn users(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    of_call(call)?;
    let id = call.parameter(0).to_owned();
    let mut users = Vec::new();
    for (_, action) in call.store.all(actions::FAMILY) {
        let used = action["modules"].as_array().into_iter().flatten();
        users.extend(used.filter(|reference| reference["module_id"] == id.as_str()).map(
            |reference| {
                json!({
                    "action_id": action["id"],
                    "action_name": action["name"],
                    "module_version_id": reference["module_version_id"],
                    "module_version_number": reference["module_version_number"],
                })
            },
        ));
    }
    Ok(actions::page(&call.query, "actions", users))
}

fn versions(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    of_call(call)?;
    let family = versions_of(call.parameter(0));
    let mut all: Vec<Value> = call.store.all(&family).map(|(_, version)| version.clone()).collect();
    all.reverse();
    Ok(page(&call.query, "versions", all))
}

fn version(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    of_call(call)?;
    let found = call.store.get(&versions_of(call.parameter(0)), call.parameter(1));
    Ok(Answer::ok(found.ok_or_else(missing)?.clone().into()))
}

fn publish(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    if of_call(call)?.get("all_changes_published") == Some(&true.into()) {
        return Err(ApiError::new(409, "No draft version is available to publish.", None));
    }
    let id = call.parameter(0).to_owned();
    Ok(Answer::ok(add_version(call.store, &id).into()))
}

fn roll_back(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    of_call(call)?;
    let wanted = call.body["module_version_id"].as_str().unwrap_or_default();
    let version = call.store.get(&versions_of(call.parameter(0)), wanted);
    let version = version.ok_or_else(missing)?.clone();
    let module = of_call(call)?;
    for key in CONTENT {
        module.insert(key.to_owned(), version.get(key).cloned().unwrap_or_default());
    }
    Ok(Answer::ok(module.clone().into()))
}

/// Makes a version of what a module says now.
fn add_version(store: &mut Store, id: &str) -> Object {
    let now = store.clock.short_stamp();
    let number = store.all(&versions_of(id)).count() + 1;
    let Some(module) = store.get_mut(FAMILY, id) else { return Object::new() };
    let content = CONTENT.map(|key| module.get(key).cloned().unwrap_or_default());
    let [code, dependencies, secrets] = content;
    let version_id = ids::uuid();
    let version = json!({
        "id": version_id,
        "module_id": id,
        "version_number": number,
        "code": code,
        "secrets": secrets,
        "dependencies": dependencies,
        "created_at": now,
    });
    let version = version.as_object().cloned().unwrap_or_default();
    let mut latest = version.clone();
    latest.shift_remove("module_id");
    latest.shift_remove("created_at");
    module.insert("all_changes_published".to_owned(), true.into());
    module.insert("latest_version".to_owned(), latest.into());
    store.put(&versions_of(id), &version_id, version.clone());
    version
}

/// The references of an action with the names and numbers that belong to them.
pub(super) fn resolved(store: &Store, references: &Value) -> Result<Value, ApiError> {
    let references = references.as_array().cloned().unwrap_or_default();
    if references.len() > USED {
        let message = format!("An action can use at most {USED} modules.");
        return Err(ApiError::new(400, message, None));
    }
    let resolve = |reference: &Value| {
        let id = reference["module_id"].as_str().unwrap_or_default();
        let version = reference["module_version_id"].as_str().unwrap_or_default();
        let module = store.get(FAMILY, id).ok_or_else(missing)?;
        let version = store.get(&versions_of(id), version).ok_or_else(missing)?;
        Ok(json!({
            "module_id": id,
            "module_name": module.get("name"),
            "module_version_id": version.get("id"),
            "module_version_number": version.get("version_number"),
        }))
    };
    references.iter().map(resolve).collect()
}

/// Brings up to date how many actions use each module.
pub(super) fn count_uses(store: &mut Store) {
    let ids: Vec<String> = store.all(FAMILY).map(|(id, _)| id.clone()).collect();
    for id in ids {
        let uses = |action: &Value| {
            let used = action["modules"].as_array();
            used.is_some_and(|used| used.iter().any(|one| one["module_id"] == id.as_str()))
        };
        let count = store.all(actions::FAMILY).filter(|(_, action)| uses(action)).count();
        if let Some(module) = store.get_mut(FAMILY, &id) {
            module.insert("actions_using_module_total".to_owned(), count.into());
        }
    }
}

fn without_values(secrets: Option<&Value>, now: &str) -> Value {
    let secrets = secrets.and_then(Value::as_array).into_iter().flatten();
    secrets.map(|secret| json!({ "name": secret["name"], "updated_at": now })).collect()
}

/// A page with all its numbers, unlike those of actions; a page beyond the last has a total of 0.
fn page(query: &Query, key: &str, items: Vec<Value>) -> Answer {
    const DEFAULT_PER_PAGE: usize = 20;
    let page = query.number("page").unwrap_or(0);
    let per_page = query.number("per_page").unwrap_or(DEFAULT_PER_PAGE);
    let all = items.len();
    let start = page.saturating_mul(per_page);
    let items: Vec<Value> = items.into_iter().skip(start).take(per_page).collect();
    let total = if items.is_empty() { 0 } else { all };
    Answer::ok(json!({ key: items, "total": total, "page": page, "per_page": per_page }))
}
