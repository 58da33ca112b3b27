//! Every state that a call can find, and the one it must leave.

mod tenant;

use std::cell::Cell;

use auth0_mcp_plugin::Failure;
use serde_json::{Value, json};

use super::{Trigger, code::Renders};
use tenant::{State, Tenant};

const BIND: &str = "PATCH actions/triggers/post-login/bindings";
const NAME: &str = "Form ap_1 at post-login";

fn form() -> Value {
    json!({ "id": "ap_1", "name": "Sign up", "start": { "next_node": "a" }, "ending": { "resume_flow": true },
        "nodes": [{ "id": "a", "type": "STEP", "config": { "components": [], "next_node": "$ending" } }] })
}

fn tenant() -> Tenant {
    Tenant::new(form())
}

/// A binding of somebody else.
fn other(name: &str) -> Value {
    json!({ "id": "b", "action": { "id": format!("other-{name}") }, "display_name": name })
}

/// An Action of somebody else.
fn foreign(name: &str, code: &str, live: Option<&str>) -> Value {
    let mut action = json!({ "id": format!("other-{name}"), "name": name, "code": code, "status": "built",
        "supported_triggers": [{ "id": "post-login", "version": "v3" }] });
    if let Some(live) = live {
        action["deployed_version"] = json!({ "id": "v", "number": 7, "code": live });
        action["all_changes_deployed"] = (live == code).into();
    }
    action
}

fn publish(arguments: Value, tenant: &Tenant) -> Result<Value, Failure> {
    let answer = crate::call("auth0_publish_form", &arguments.to_string(), tenant)?;
    Ok(serde_json::from_str(&answer).expect("JSON"))
}

#[track_caller]
fn published(tenant: &Tenant) -> Value {
    publish(json!({ "id": "ap_1" }), tenant).expect("published")
}

/// The text of a failure that is not the tenant's.
#[track_caller]
fn stopped(tenant: &Tenant) -> String {
    match publish(json!({ "id": "ap_1" }), tenant) {
        Err(Failure::Other(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn outcomes(answer: &Value) -> Vec<&str> {
    answer["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(|step| step["outcome"].as_str())
        .collect()
}

#[test]
fn a_fresh_form_is_made_deployed_and_bound_last() {
    let tenant = tenant();
    tenant.state.borrow_mut().bindings = vec![other("one"), other("two")];
    let answer = published(&tenant);
    assert_eq!(outcomes(&answer), ["checked", "done", "done", "done"]);
    assert_eq!(answer["steps"][3]["detail"], "bound to post-login as number 3 of 3");
    assert_eq!(
        (&answer["action_name"], &answer["version"], &answer["changed"]),
        (&json!(NAME), &json!(1), &json!(true))
    );
    assert_eq!(tenant.bound(), ["one", "two", NAME]);
    assert_eq!(tenant.writes(), ["POST actions/actions", "POST actions/actions/act1/deploy", BIND]);
    let made = tenant.state.borrow().actions[0].clone();
    let code = Renders::new("ap_1", Trigger::PostLogin).expect("an id").code();
    assert_eq!((&made["code"], &made["runtime"]), (&json!(code), &json!("node22")));
    assert_eq!(made["supported_triggers"], json!([{ "id": "post-login", "version": "v3" }]));
}

#[test]
fn the_same_again_writes_nothing() {
    let tenant = tenant();
    published(&tenant);
    let before = tenant.writes().len();
    let answer = published(&tenant);
    assert_eq!(tenant.writes().len(), before);
    assert_eq!(outcomes(&answer), ["checked", "already so", "already so", "already so"]);
    assert_eq!((&answer["changed"], &answer["version"]), (&json!(false), &json!(1)));
}

#[test]
fn two_forms_share_a_trigger() {
    let tenant = tenant();
    published(&tenant);
    publish(json!({ "id": "ap_2", "action_name": "Second" }), &tenant).expect("published");
    assert_eq!(tenant.bound(), [NAME, "Second"]);
    assert_eq!(tenant.state.borrow().actions.len(), 2);
}

#[test]
fn another_trigger_gets_its_own_action() {
    let tenant = tenant();
    let arguments = json!({ "id": "ap_1", "trigger": "password-reset-post-challenge" });
    let answer = publish(arguments, &tenant).expect("published");
    assert_eq!(answer["action_name"], "Form ap_1 at password-reset-post-challenge");
    let made = tenant.state.borrow().actions[0].clone();
    assert!(made["code"].as_str().is_some_and(|code| code.contains("onContinuePostChallenge")));
    // The tenant told nothing of this trigger, so it decides on version and runtime.
    assert_eq!(made["supported_triggers"], json!([{ "id": "password-reset-post-challenge" }]));
}

#[test]
fn a_form_that_users_cannot_walk_through_is_not_published() {
    let mut broken = form();
    broken["nodes"][0]["config"]["next_node"] = "gone".into();
    let tenant = Tenant::new(broken);
    let text = stopped(&tenant);
    assert!(
        text.starts_with(
            "the form 'Sign up' is not fit for users: nodes[0].config.next_node points at 'gone'"
        ),
        "{text}"
    );
    assert!(text.contains("Nothing was changed"), "{text}");
    assert_eq!(*tenant.sent.borrow(), ["GET forms/ap_1"]);
}

#[test]
fn a_name_that_somebody_else_has_is_left_alone() {
    let tenant = tenant();
    tenant.state.borrow_mut().actions = vec![foreign(NAME, "exports.x = 1;", None)];
    let text = stopped(&tenant);
    assert!(
        text.contains("another action named") && text.contains("different action_name"),
        "{text}"
    );
    assert!(tenant.writes().is_empty());
    publish(json!({ "id": "ap_1", "action_name": "Mine" }), &tenant).expect("published");
    assert_eq!(tenant.bound(), ["Mine"]);
}

#[test]
fn somebody_elses_action_that_renders_the_form_is_bound_as_it_runs() {
    let tenant = tenant();
    let code = "const FORM = 'ap_1';\napi.prompt.render(FORM);";
    tenant.state.borrow_mut().actions = vec![foreign("theirs", "draft", Some(code))];
    let answer = published(&tenant);
    assert_eq!(outcomes(&answer), ["checked", "already so", "already so", "done"]);
    assert_eq!((tenant.writes(), answer["version"].clone()), (vec![BIND.to_owned()], json!(7)));
    assert_eq!(tenant.bound(), ["theirs"]);
}

#[test]
fn a_draft_of_somebody_else_is_not_deployed() {
    let tenant = tenant();
    tenant.state.borrow_mut().actions =
        vec![foreign("theirs", "api.prompt.render('ap_1')", Some("old"))];
    let text = stopped(&tenant);
    assert!(
        text.contains("'theirs' (other-theirs)") && text.contains("Nothing was changed"),
        "{text}"
    );
    assert!(tenant.writes().is_empty());
}

#[test]
fn our_action_is_restored_only_where_it_no_longer_renders() {
    let tenant = tenant();
    published(&tenant);
    let marker = "// Made by auth0_publish_form for form ap_1.";
    let edit = |code: String| tenant.state.borrow_mut().actions[0]["code"] = code.into();
    edit(format!(
        "{marker}\nif (event.stats.logins_count > 1) return;\napi.prompt.render('ap_1');"
    ));
    assert_eq!(published(&tenant)["changed"], false);
    edit(format!("{marker}\n"));
    let answer = published(&tenant);
    assert_eq!(outcomes(&answer), ["checked", "done", "done", "already so"]);
    assert_eq!(answer["version"], 2);
}

#[test]
fn a_failed_build_binds_nothing() {
    let tenant = tenant();
    tenant.state.borrow_mut().build = (2, "failed");
    tenant.state.borrow_mut().bindings = vec![other("one")];
    let text = stopped(&tenant);
    assert!(text.contains("failed; nothing was deployed, and no version runs"), "{text}");
    assert!(
        text.contains("left so: the action 'Form ap_1 at post-login' (act1) was made. Call again"),
        "{text}"
    );
    assert_eq!((tenant.bound(), tenant.writes().len()), (vec!["one".to_owned()], 1));
}

#[test]
fn time_can_run_out_and_the_next_call_goes_on() {
    let tenant = tenant().pauses(1);
    tenant.state.borrow_mut().build = (3, "built");
    let text = stopped(&tenant);
    assert!(
        text.contains("still running") && text.contains("was made. Call again to go on"),
        "{text}"
    );
    assert!(tenant.bound().is_empty());
    let tenant = tenant.unhurried();
    assert_eq!(outcomes(&published(&tenant)), ["checked", "already so", "done", "done"]);
    assert_eq!(tenant.state.borrow().actions.len(), 1);
}

/// Lets somebody write the bindings when the request `line` arrives, `times` times.
fn rival(line: &'static str, times: u32, write: impl Fn(&mut State) + 'static) -> Tenant {
    let left = Cell::new(times);
    let wrote = Cell::new(false);
    tenant().meddled(move |arrived, state| {
        if arrived == BIND {
            wrote.set(true);
        } else if arrived == line && wrote.get() && left.get() > 0 {
            left.set(left.get() - 1);
            wrote.set(false);
            write(state);
        }
    })
}

const LOOK: &str = "GET actions/triggers/post-login/bindings";

#[test]
fn a_writer_with_an_older_list_is_merged_with() {
    let tenant = rival(LOOK, 1, |state| state.bindings = vec![other("theirs")]);
    let answer = published(&tenant);
    assert_eq!(tenant.bound(), ["theirs", NAME]);
    assert_eq!(outcomes(&answer)[3], "done");
    assert_eq!(answer.get("notes"), None);
    assert_eq!(tenant.writes().iter().filter(|line| *line == BIND).count(), 2);
}

#[test]
fn a_binding_that_somebody_takes_off_meanwhile_is_reported() {
    let tenant =
        rival(LOOK, 1, |state| state.bindings.retain(|binding| binding["display_name"] != "one"));
    tenant.state.borrow_mut().bindings = vec![other("one"), other("two")];
    let answer = published(&tenant);
    assert_eq!(tenant.bound(), ["two", NAME]);
    let note = answer["notes"][0].as_str().expect("a note");
    assert!(note.contains("took the action 'one' (other-one) off post-login"), "{note}");
}

#[test]
fn writers_who_never_stop_leave_a_stated_state() {
    let tenant = rival(LOOK, 9, |state| state.bindings = vec![other("theirs")]);
    let text = stopped(&tenant);
    assert!(text.contains("is deployed but not bound"), "{text}");
    assert!(text.contains("version 1 runs. Call again to go on"), "{text}");
    assert_eq!(tenant.bound(), ["theirs"]);
}

#[test]
fn two_calls_that_make_an_action_each_use_the_same() {
    let code = Renders::new("ap_1", Trigger::PostLogin).expect("an id").code();
    for unique in [false, true] {
        let (code, done) = (code.clone(), Cell::new(false));
        let tenant = tenant().meddled(move |line, state| {
            if line == "POST actions/actions" && !done.replace(true) {
                state.unique_names = unique;
                state.add(json!({ "name": NAME, "code": code, "supported_triggers": [{ "id": "post-login" }] }));
            }
        });
        let answer = published(&tenant);
        assert_eq!(answer["action"], "act1", "unique names: {unique}");
        assert_eq!(tenant.bound(), [NAME]);
        assert_eq!(answer.get("notes").is_some(), !unique, "{answer}");
    }
}

#[test]
fn all_of_a_long_list_stays_with_its_names_and_secrets() {
    let tenant = tenant();
    let mut first = other("one");
    first["secrets"] = json!([{ "name": "K", "value": "[REDACTED]" }]);
    let mut second = other("two");
    second.as_object_mut().expect("an object").remove("display_name");
    tenant.state.borrow_mut().bindings = vec![first, second];
    published(&tenant);
    let sent = tenant.sent.borrow();
    let at = sent.iter().position(|line| line == BIND).expect("a write");
    let expected = json!({ "bindings": [
        { "ref": { "type": "action_id", "value": "other-one" }, "display_name": "one", "secrets": [{ "name": "K" }] },
        { "ref": { "type": "action_id", "value": "other-two" } },
        { "ref": { "type": "action_id", "value": "act1" }, "display_name": NAME }] });
    assert_eq!(tenant.bodies.borrow()[at], expected);
}

#[test]
fn an_id_that_is_none_goes_nowhere() {
    let tenant = tenant();
    let failure = publish(json!({ "id": "a');evil('" }), &tenant);
    assert!(matches!(failure, Err(Failure::InvalidArguments(_))), "{failure:?}");
    assert!(tenant.sent.borrow().is_empty());
}
