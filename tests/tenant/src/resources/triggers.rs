//! Triggers and what is bound to them. The triggers are those of a tenant of August 2026.

use std::sync::OnceLock;

use serde::Deserialize;
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

const BINDINGS: &str = "/actions/triggers/{id}/bindings";

pub(super) const ROUTES: [Route; 3] = [
    Route { method: "GET", path: "/actions/triggers", handler: list },
    Route { method: "GET", path: BINDINGS, handler: bindings },
    Route { method: "PATCH", path: BINDINGS, handler: bind },
];

/// The most actions that a trigger may have.
const BOUND: usize = 20;
/// Runtimes that no trigger lists any more, though actions that have them can still be written.
const RETIRED: [&str; 3] = ["node12", "node16", "node18"];

/// One version of a trigger.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Trigger {
    pub(super) id: String,
    version: String,
    status: String,
    runtimes: Vec<String>,
    pub(super) default_runtime: String,
    binding_policy: String,
}

impl Trigger {
    /// As an action names it.
    pub(super) fn shown(&self) -> Value {
        json!({ "id": self.id, "version": self.version })
    }
}

/// The triggers as they are listed.
const LISTED: &str = include_str!("../../seed/triggers.json");

/// The file is part of the program: a flaw in it would leave no trigger, which every test notices.
fn known() -> &'static [Trigger] {
    static KNOWN: OnceLock<Vec<Trigger>> = OnceLock::new();
    KNOWN.get_or_init(|| serde_json::from_str(LISTED).unwrap_or_default())
}

/// The trigger that a creation or change names; its version is the current one if it names none.
pub(super) fn chosen(given: &Object) -> Result<Option<Trigger>, ApiError> {
    let Some(Value::Array(all)) = given.get("supported_triggers") else { return Ok(None) };
    let [named] = all.as_slice() else {
        return Err(ApiError::invalid_body(
            "An action can only target a single trigger at a time.",
        ));
    };
    let fits = |trigger: &&Trigger| {
        named["id"] == trigger.id.as_str()
            && named
                .get("version")
                .map_or(trigger.status == "CURRENT", |version| *version == trigger.version.as_str())
    };
    let missing = || ApiError::invalid_body("The trigger version does not exist.");
    known().iter().find(fits).cloned().map(Some).ok_or_else(missing)
}

/// Whether an action may be bound to a trigger.
pub(super) fn supports(action: &Object, trigger: &str) -> bool {
    let supported = action.get("supported_triggers").and_then(Value::as_array);
    supported.into_iter().flatten().any(|supported| supported["id"] == trigger)
}

/// Refuses a runtime that the action's trigger never had.
pub(super) fn check_runtime(action: &Object, runtime: &Value) -> Result<(), ApiError> {
    let named = action.get("supported_triggers").and_then(|all| all.get(0));
    let Some(trigger) =
        named.and_then(|named| known().iter().find(|trigger| trigger.shown() == *named))
    else {
        return Ok(());
    };
    let runtime = runtime.as_str().unwrap_or_default();
    if trigger.runtimes.iter().any(|known| known == runtime) || RETIRED.contains(&runtime) {
        return Ok(());
    }
    let message = format!(
        "runtime not supported for version {} of this trigger, supported runtimes: {}",
        trigger.version,
        trigger.runtimes.join(", ")
    );
    Err(ApiError::new(400, message, None))
}

fn list(_: &mut Call<'_>) -> Result<Answer, ApiError> {
    let listed: Value = serde_json::from_str(LISTED).unwrap_or_default();
    Ok(Answer::ok(json!({ "triggers": listed })))
}

/// The name of the collection that holds a trigger's bindings.
fn bindings_at(trigger: &str) -> String {
    format!("actions/triggers/{trigger}/bindings")
}

/// Everything that binds an action: the collection and the id.
pub(super) fn bindings_of(store: &Store, action_id: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut families: Vec<String> =
        known().iter().map(|trigger| bindings_at(&trigger.id)).collect();
    families.dedup();
    for family in families {
        let bound = store.all(&family).filter(|(_, binding)| binding["action"]["id"] == action_id);
        let bound: Vec<String> = bound.map(|(id, _)| id.clone()).collect();
        found.extend(bound.into_iter().map(|id| (family.clone(), id)));
    }
    found.sort();
    found.dedup();
    found
}

/// The trigger of a path.
fn trigger_of(call: &Call<'_>) -> Result<Trigger, ApiError> {
    let id = call.parameter(0);
    let found = known().iter().find(|trigger| trigger.id == id && trigger.status == "CURRENT");
    found.cloned().ok_or_else(|| {
        let message = format!(
            "Path validation error: 'No enum match for: {id}' on property triggerId (An actions \
             extensibility point.)."
        );
        ApiError::new(400, message, "invalid_uri")
    })
}

fn bindings(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let trigger = trigger_of(call)?;
    builds::settle(call.store);
    let family = bindings_at(&trigger.id);
    let all = call.store.all(&family).filter_map(|(_, binding)| binding.as_object());
    let all = all.map(|binding| shown(call.store, binding)).collect();
    Ok(actions::page(&call.query, "bindings", all))
}

/// Replaces everything that is bound to a trigger.
fn bind(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let trigger = trigger_of(call)?;
    builds::settle(call.store);
    if trigger.binding_policy == "entity-bound" {
        let message = "cannot update action bindings for an entity-bound trigger";
        return Err(ApiError::new(400, message, None));
    }
    let wanted = call.body["bindings"].as_array().cloned().unwrap_or_default();
    if wanted.len() > BOUND {
        let message = format!("A trigger can have at most {BOUND} actions bound to it.");
        return Err(ApiError::new(400, message, None));
    }
    let new: Vec<Object> = wanted
        .iter()
        .map(|wanted| binding(call.store, &trigger.id, wanted))
        .collect::<Result<_, _>>()?;
    let family = bindings_at(&trigger.id);
    call.store.clear(&family);
    for binding in &new {
        let id = binding.get("id").and_then(Value::as_str).unwrap_or_default();
        call.store.put(&family, id, binding.clone());
    }
    let all: Vec<Value> = new.iter().map(|binding| shown(call.store, binding)).collect();
    Ok(Answer::ok(json!({ "bindings": all })))
}

/// A binding as a request describes it, if it may be.
fn binding(store: &Store, trigger: &str, wanted: &Value) -> Result<Object, ApiError> {
    let action = referred(store, trigger, &wanted["ref"]).ok_or_else(actions::missing)?;
    let name = action.get("name").cloned().unwrap_or_default();
    if !supports(action, trigger) {
        let message = format!("The action {name} does not support the {trigger} trigger.");
        return Err(ApiError::new(400, message, None));
    }
    if !action.contains_key("deployed_version") {
        let message = "Trying to create a binding for an action that has not been deployed.";
        return Err(ApiError::new(400, message, None));
    }
    let now = store.clock.stamp();
    let binding = json!({
        "id": ids::uuid(),
        "trigger_id": trigger,
        "action": { "id": action.get("id") },
        "created_at": now,
        "updated_at": now,
    });
    let mut binding = binding.as_object().cloned().unwrap_or_default();
    if let Some(display) = wanted.get("display_name").filter(|display| **display != "") {
        binding.insert("display_name".to_owned(), display.clone());
    }
    if let Some(secrets) = wanted.get("secrets") {
        binding.insert("secrets".to_owned(), secrets.clone());
    }
    Ok(binding)
}

/// The action that a reference means, by its id, its name or a present binding.
fn referred<'a>(store: &'a Store, trigger: &str, reference: &Value) -> Option<&'a Object> {
    let value = reference["value"].as_str()?;
    match reference["type"].as_str() {
        Some("action_id") => store.get(actions::FAMILY, value),
        Some("binding_id") => {
            let binding = store.get(&bindings_at(trigger), value)?;
            store.get(actions::FAMILY, binding.get("action")?["id"].as_str()?)
        }
        _ => {
            let mut all = store.all(actions::FAMILY).filter_map(|(_, action)| action.as_object());
            all.find(|action| action.get("name") == Some(&value.into()))
        }
    }
}

/// A binding as it is answered: with its action but without the draft of it, and without secrets.
fn shown(store: &Store, binding: &Object) -> Value {
    let mut binding = binding.clone();
    binding.shift_remove("secrets");
    let id = binding.get("action").and_then(|action| action["id"].as_str()).unwrap_or_default();
    if let Some(action) = store.get(actions::FAMILY, id) {
        let mut bound = actions::summary(action);
        let flag = bound.shift_remove("all_changes_deployed");
        for key in
            ["current_version", "deployed_version", "installed_integration_id", "integration"]
        {
            if let Some(version) = action.get(key) {
                bound.insert(key.to_owned(), version.clone());
            }
        }
        bound.insert("all_changes_deployed".to_owned(), flag.unwrap_or_default());
        binding.insert("action".to_owned(), bound.into());
    }
    binding.into()
}
