//! What time does to an action: a written draft is built, a deployed version takes over.
//!
//! Nothing runs in the background. What is under way is kept as a time, and every request of the
//! family first settles what has happened since.

use std::time::Duration;

use serde_json::{Value, json};

use super::{actions, actions::Object, javascript, versions};
use crate::{clock, ids, store::Store};

/// Builds under way, by action: when they began and the version that goes live with them.
const BUILDS: &str = "actions/builds";
/// Deployments under way, by version: when they began and the action.
const SWITCHES: &str = "actions/switches";

/// How long it takes a deployed version to take over, unless builds are faster still.
const SWITCH_TIME: Duration = Duration::from_millis(150);

/// What keeps a draft from being built.
enum Flaw {
    Code(String),
    /// The service tries more than once to get a dependency.
    Dependency(String),
}

impl Flaw {
    fn message(&self) -> &str {
        let (Self::Code(message) | Self::Dependency(message)) = self;
        message
    }
}

/// Starts the build of a draft that was just written; `version` is deployed together with it.
pub(super) fn begin(store: &mut Store, action_id: &str, version: Option<&str>) {
    let begun = store.clock.stamp();
    let build = Object::from_iter([
        ("begun".to_owned(), begun.into()),
        ("version".to_owned(), version.map_or(Value::Null, Value::from)),
    ]);
    store.put(BUILDS, action_id, build);
}

/// Starts the deployment of a version.
pub(super) fn begin_switch(store: &mut Store, action_id: &str, version_id: &str) {
    let begun = store.clock.stamp();
    let switch = Object::from_iter([
        ("begun".to_owned(), begun.into()),
        ("action".to_owned(), action_id.into()),
    ]);
    store.put(SWITCHES, version_id, switch);
}

/// Drops what is under way for an action that is gone.
pub(super) fn forget(store: &mut Store, action_id: &str) {
    store.remove(BUILDS, action_id);
    for (version, switch) in under_way(store, SWITCHES) {
        if switch["action"] == action_id {
            store.remove(SWITCHES, &version);
        }
    }
}

/// Brings all actions up to the present.
pub(super) fn settle(store: &mut Store) {
    for (id, build) in under_way(store, BUILDS) {
        settle_build(store, &id, &build);
    }
    let switch_time = SWITCH_TIME.min(store.build_time);
    for (id, switch) in under_way(store, SWITCHES) {
        let begun = switch["begun"].as_str().unwrap_or_default();
        if store.clock.since(begun) >= switch_time {
            store.remove(SWITCHES, &id);
            let action = switch["action"].as_str().unwrap_or_default();
            take_over(store, action, &id, &clock::later(begun, switch_time));
        }
    }
}

fn under_way(store: &Store, family: &str) -> Vec<(String, Value)> {
    store.all(family).map(|(id, value)| (id.clone(), value.clone())).collect()
}

fn settle_build(store: &mut Store, id: &str, build: &Value) {
    let Some(action) = store.get(actions::FAMILY, id) else {
        store.remove(BUILDS, id);
        return;
    };
    let begun = build["begun"].as_str().unwrap_or_default();
    let flaw = flaw_of(action);
    let progress = store.clock.since(begun).as_secs_f64() / store.build_time.as_secs_f64();
    // Zero divided by zero is a build that takes no time.
    let progress = if progress.is_nan() { f64::INFINITY } else { progress };
    let status = status(progress, flaw.as_ref());
    let done = ["built", "failed"].contains(&status);
    let built_at = clock::later(begun, store.build_time);
    if let Some(action) = store.get_mut(actions::FAMILY, id) {
        action.insert("status".to_owned(), status.into());
        if status == "built" {
            forget_registries(action);
        }
    }
    if done {
        store.remove(BUILDS, id);
        if let Some(version) = build["version"].as_str() {
            finish_version(store, id, version, flaw.as_ref(), &built_at);
        }
    }
}

/// The status of a build by the share of its time that has passed.
fn status(progress: f64, flaw: Option<&Flaw>) -> &'static str {
    const PENDING: f64 = 0.1;
    const ATTEMPT: f64 = 0.6;
    /// What is seen while a dependency is asked for again and again.
    const ATTEMPTS: [&str; 5] = ["building", "retrying", "building", "retrying", "building"];
    if progress < PENDING {
        return "pending";
    }
    match flaw {
        Some(Flaw::Dependency(_)) => {
            let within = |(number, _): &(f64, &&str)| progress < ATTEMPT * number;
            let numbered = [1.0, 2.0, 3.0, 4.0, 5.0].into_iter().zip(&ATTEMPTS);
            numbered.into_iter().find(within).map_or("failed", |(_, status)| status)
        }
        _ if progress < 1.0 => "building",
        Some(Flaw::Code(_)) => "failed",
        None => "built",
    }
}

fn flaw_of(action: &Object) -> Option<Flaw> {
    let dependencies = action.get("dependencies").and_then(Value::as_array);
    let missing = dependencies.into_iter().flatten().find_map(|dependency| {
        let text = |key: &str| dependency[key].as_str().unwrap_or_default();
        let (name, version) = (text("name"), text("version"));
        is_missing(name, version)
            .then(|| format!("No matching version found for {name}@{version}."))
    });
    let code = action.get("code").and_then(Value::as_str).unwrap_or_default();
    missing.map(Flaw::Dependency).or_else(|| javascript::flaw(code).map(Flaw::Code))
}

/// Packages that no registry has, and one of which it has no such version: the recorded failure.
fn is_missing(name: &str, version: &str) -> bool {
    name.starts_with("nonexistent")
        || version == "0.0.0-missing"
        || (name == "crypto"
            && !["latest", "1.0.1", "1.0.0"].contains(&version)
            && !version.starts_with("0."))
}

/// A built draft no longer says where its dependencies came from.
fn forget_registries(action: &mut Object) {
    let dependencies = action.get_mut("dependencies").and_then(Value::as_array_mut);
    for dependency in dependencies.into_iter().flatten().filter_map(Value::as_object_mut) {
        dependency.shift_remove("registry_url");
    }
}

/// The build of a version that was live from the beginning has ended.
fn finish_version(store: &mut Store, action: &str, id: &str, flaw: Option<&Flaw>, built_at: &str) {
    let Some(version) = store.get_mut(&versions::of(action), id) else { return };
    version.insert("updated_at".to_owned(), built_at.into());
    match flaw {
        None => {
            version.insert("status".to_owned(), "built".into());
            version.insert("built_at".to_owned(), built_at.into());
        }
        Some(flaw) => {
            let error = json!({ "id": ids::uuid(), "msg": flaw.message(), "url": "" });
            version.insert("status".to_owned(), "failed".into());
            version.insert("errors".to_owned(), json!([error]));
        }
    }
    let version = version.clone();
    show_deployed(store, action, &version);
}

/// A deployed version takes the place of the one before it.
fn take_over(store: &mut Store, action: &str, id: &str, at: &str) {
    let family = versions::of(action);
    let all: Vec<String> = store.all(&family).map(|(id, _)| id.clone()).collect();
    for other in all.iter().filter(|other| *other != id) {
        if let Some(version) = store.get_mut(&family, other) {
            version.insert("deployed".to_owned(), false.into());
        }
    }
    let Some(version) = store.get_mut(&family, id) else { return };
    version.insert("deployed".to_owned(), true.into());
    version.insert("built_at".to_owned(), at.into());
    version.insert("updated_at".to_owned(), at.into());
    let version = version.clone();
    show_deployed(store, action, &version);
}

/// Lets an action show the version that is live.
pub(super) fn show_deployed(store: &mut Store, action: &str, version: &Object) {
    let Some(action) = store.get_mut(actions::FAMILY, action) else { return };
    let text = |key: &str| version.get(key).cloned();
    let status = version.get("status").and_then(Value::as_str).unwrap_or_default().to_uppercase();
    let current = [
        ("id", text("id")),
        ("code", text("code")),
        ("runtime", text("runtime")),
        ("status", Some(status.into())),
        ("number", text("number")),
        ("build_time", text("built_at")),
        ("created_at", text("created_at")),
        ("updated_at", text("updated_at")),
    ];
    let current: Object =
        current.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    action.insert("current_version".to_owned(), current.into());
    action.insert("deployed_version".to_owned(), versions::ordered(version).into());
    let all_deployed = versions::is_deployed_as_is(action);
    action.insert("all_changes_deployed".to_owned(), all_deployed.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(flaw: Option<&Flaw>) -> Vec<&'static str> {
        let mut seen: Vec<&str> =
            (0..35).map(|tenth| status(f64::from(tenth) / 10.0, flaw)).collect();
        seen.dedup();
        seen
    }

    #[test]
    fn builds_pass_through_the_recorded_stages() {
        assert_eq!(seen(None), ["pending", "building", "built"]);
        let code = Flaw::Code(String::new());
        assert_eq!(seen(Some(&code)), ["pending", "building", "failed"]);
        let dependency = Flaw::Dependency(String::new());
        let retried = ["building", "retrying", "building", "retrying", "building", "failed"];
        assert_eq!(seen(Some(&dependency))[1..], retried);
        assert_eq!(status(f64::INFINITY, None), "built");
    }
}
