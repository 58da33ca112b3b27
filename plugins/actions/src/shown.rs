//! What is shown of an Action.
//!
//! The API repeats the code up to three times (draft, `deployed_version`, the legacy `current_version`) and may hold
//! 100 kB each time. Lists and answers to writes leave it out; secrets are shown by name, in the form that
//! auth0_update_action takes to keep them.

use auth0_mcp_plugin::{Object, actions::Action};
use serde_json::{Value, json};

/// Enough to recognise an Action and its state.
const SHORT: [&str; 5] = ["id", "name", "supported_triggers", "runtime", "status"];

/// An item of a list.
pub(crate) fn short(action: Object) -> Object {
    let action = Action(action);
    let mut item: Object =
        SHORT.iter().filter_map(|key| action.0.get_key_value(*key)).map(owned).collect();
    item.insert("all_changes_deployed".into(), action.is_deployed().into());
    if action.number() > 0 {
        item.insert("deployed_version".into(), json!({ "number": action.number() }));
    }
    item.extend(action.0.get_key_value("updated_at").map(owned));
    item
}

/// Everything: the draft, and of the version that runs what differs.
pub(crate) fn full(action: Object) -> Object {
    let mut action = Action(action);
    let live = live(&action);
    let deployed = action.is_deployed();
    let object = &mut action.0;
    object.shift_remove("current_version");
    object.insert("all_changes_deployed".into(), deployed.into());
    if let Some(secrets) = object.get_mut("secrets") {
        *secrets = names(secrets);
    }
    if let Some(live) = live {
        object.insert("deployed_version".into(), live.into());
    }
    action.0
}

/// The answer to a write: the caller knows the code.
pub(crate) fn written(action: Object) -> Object {
    let mut action = full(action);
    action.shift_remove("code");
    if let Some(Value::Object(live)) = action.get_mut("deployed_version") {
        live.shift_remove("code");
    }
    action
}

/// The version that runs, with its code only where the draft has another.
fn live(action: &Action) -> Option<Object> {
    let mut live = action.live()?.clone();
    live.insert("number".into(), action.number().into());
    let same = action.live_code() == action.code();
    let shown: &[&str] = &["id", "number", "runtime", "built_at", "created_at", "errors", "code"];
    live.retain(|key, _| shown.contains(&key.as_str()) && !(same && key == "code"));
    Some(live)
}

/// `[{"name": …}]`: no values, and nothing that an update would refuse.
fn names(secrets: &Value) -> Value {
    let secrets = secrets.as_array().into_iter().flatten();
    secrets.map(|secret| json!({ "name": secret["name"] })).collect()
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

#[cfg(test)]
mod tests {
    use super::{full, short, written};
    use serde_json::{Value, json};

    fn action() -> Value {
        json!({ "id": "a", "name": "n", "supported_triggers": [{ "id": "post-login", "version": "v3" }],
            "code": "new", "runtime": "node22", "status": "built", "updated_at": "t", "dependencies": [],
            "secrets": [{ "name": "K", "value": "[REDACTED]", "updated_at": "t" }],
            "current_version": { "code": "old" }, "modules": [1],
            "deployed_version": { "id": "v", "number": 2, "code": "old", "secrets": [], "deployed": true } })
    }

    fn shown(how: fn(auth0_mcp_plugin::Object) -> auth0_mcp_plugin::Object, of: Value) -> Value {
        let Value::Object(of) = of else { unreachable!() };
        how(of).into()
    }

    #[test]
    fn a_list_shows_the_state_and_no_code() {
        let expected = json!({ "id": "a", "name": "n", "runtime": "node22", "status": "built", "updated_at": "t",
            "supported_triggers": [{ "id": "post-login", "version": "v3" }],
            "all_changes_deployed": false, "deployed_version": { "number": 2 } });
        assert_eq!(shown(short, action()), expected);
        assert_eq!(
            shown(short, json!({ "id": "a" })),
            json!({ "id": "a", "all_changes_deployed": false })
        );
    }

    #[test]
    fn all_is_the_draft_and_what_runs_where_it_differs() {
        let all = shown(full, action());
        assert_eq!(all["code"], "new");
        assert_eq!(all["secrets"], json!([{ "name": "K" }]));
        assert_eq!(all["deployed_version"], json!({ "id": "v", "number": 2, "code": "old" }));
        assert_eq!((all.get("current_version"), &all["modules"]), (None, &json!([1])));
        let mut same = action();
        same["deployed_version"]["code"] = "new".into();
        assert_eq!(shown(full, same)["deployed_version"], json!({ "id": "v", "number": 2 }));
    }

    #[test]
    fn a_write_is_answered_without_the_code() {
        let answer = shown(written, action());
        assert_eq!((answer.get("code"), answer["deployed_version"].get("code")), (None, None));
        assert_eq!(answer["status"], "built");
    }
}
