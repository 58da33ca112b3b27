//! The forms family through the real binary: reading, strict writing, and what publishing does to a tenant that others
//! work on too.

use serde_json::{Value, json};
use tenant::{Fault, FaultKind, Tenant, When};

use crate::{
    actions::{sent, writes},
    session::{Builder, Called, Session, tenant},
};

const BINDINGS: &str = "/api/v2/actions/triggers/post-login/bindings";
// Of the seed: two bound actions, of which the second renders the first form, a third one that runs, and two forms.
const ROLES: &str = "0f5c1a52-7f0e-4a56-9a3c-2d6b7e1c4f01";
const BIRTHDAY: &str = "3d8e7b90-2c41-4f6d-b5a7-8e9f0a1b2c03";
const LOYALTY: &str = "71c2d9ee-5a0b-4d38-8c6f-1a2b3c4d5e05";
const RENDERED: &str = "ap_8dVq3KxYnT5wR2mHsB7cLe";
const CONSENT: &str = "ap_3sJf7MkDw9yQb6TzE4nXvA";

fn step(id: &str, next: &str) -> Value {
    json!({"id": id, "type": "STEP", "config": {"components": [], "next_node": next}})
}

/// A form that users can walk through, named after its id.
fn load(tenant: &Tenant, id: &str) {
    let form = json!({"id": id, "name": id, "start": {"next_node": "a"}, "nodes": [step("a", "$ending")],
        "ending": {"resume_flow": true}});
    tenant.load("forms", form).unwrap();
}

fn publish(session: &mut Session, id: &str) -> Called {
    session.call("auth0_publish_form", json!({"id": id}))
}

fn outcomes(answer: &Value) -> Vec<&str> {
    let steps = answer["steps"].as_array().unwrap();
    steps.iter().map(|step| step["outcome"].as_str().unwrap()).collect()
}

/// The ids of the actions that are bound to post-login, in order.
fn bound(tenant: &Tenant) -> Vec<String> {
    let bindings = tenant.listed("actions/triggers/post-login/bindings");
    bindings.iter().map(|binding| binding["action"]["id"].as_str().unwrap().to_owned()).collect()
}

fn named(tenant: &Tenant, name: &str) -> Vec<Value> {
    tenant.listed("actions/actions").into_iter().filter(|action| action["name"] == name).collect()
}

/// Another administrator writes these bindings when a request of this method for them arrives.
fn rival(method: &str, when: When, actions: &[&str]) -> Fault {
    let reference = |id: &&str| json!({"ref": {"type": "action_id", "value": id}});
    let body = json!({"bindings": actions.iter().map(reference).collect::<Vec<_>>()});
    let (other, path) = ("PATCH".to_owned(), BINDINGS.to_owned());
    let kind = FaultKind::Meanwhile { method: other, path, body: Some(body), when };
    Fault::new(kind).on(method, BINDINGS)
}

#[test]
fn a_fresh_form_is_published_and_then_left_alone() {
    let tenant = tenant();
    load(&tenant, "ap_fresh");
    let before = tenant.listed("actions/triggers/post-login/bindings");
    let others = tenant.listed("actions/actions");
    let mut session = Builder::new().tenant(&tenant).start();
    let answer = publish(&mut session, "ap_fresh").ok();
    assert_eq!(outcomes(&answer), ["checked", "done", "done", "done"], "{answer}");
    assert_eq!(answer["changed"], true);
    assert_eq!((&answer["version"], &answer["trigger"]), (&json!(1), &json!("post-login")));
    let id = answer["action"].as_str().unwrap();
    let deploy = format!("POST /actions/actions/{id}/deploy");
    let expected =
        ["POST /actions/actions", &deploy, "PATCH /actions/triggers/post-login/bindings"];
    assert_eq!(writes(&tenant), expected);
    let action = tenant.stored("actions/actions", id).unwrap();
    let live = action["deployed_version"]["code"].as_str().unwrap();
    assert!(live.contains("api.prompt.render('ap_fresh')"), "{live}");
    assert!(live.contains("onExecutePostLogin") && live.contains("onContinuePostLogin"), "{live}");
    assert_eq!(
        (&action["runtime"], &action["all_changes_deployed"]),
        (&json!("node22"), &json!(true))
    );
    assert_eq!(bound(&tenant), [ROLES, BIRTHDAY, id]);
    let after = tenant.listed("actions/triggers/post-login/bindings");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before["display_name"], after["display_name"]);
    }
    assert_eq!(after[2]["display_name"], answer["action_name"]);
    assert_eq!(tenant.listed("actions/actions")[..others.len()], others);

    tenant.clear_requests();
    let again = publish(&mut session, "ap_fresh").ok();
    assert_eq!(outcomes(&again), ["checked", "already so", "already so", "already so"], "{again}");
    assert_eq!((&again["changed"], &again["action"]), (&json!(false), &json!(id)));
    assert!(writes(&tenant).is_empty());
}

/// Somebody wrote an action that shows the form and does more; publishing has nothing to add.
#[test]
fn a_form_that_somebody_elses_action_shows_is_published_already() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let answer = publish(&mut session, RENDERED).ok();
    assert_eq!((&answer["action"], &answer["changed"]), (&json!(BIRTHDAY), &json!(false)));
    assert!(writes(&tenant).is_empty());
}

#[test]
fn two_forms_share_a_trigger_and_another_has_its_own() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    load(&tenant, "ap_one");
    let one = publish(&mut session, "ap_one").ok();
    let two = publish(&mut session, CONSENT).ok();
    let (one, two) = (one["action"].as_str().unwrap(), two["action"].as_str().unwrap());
    assert_eq!(bound(&tenant), [ROLES, BIRTHDAY, one, two]);
    let reset = json!({"id": "ap_one", "trigger": "password-reset-post-challenge"});
    let reset = session.call("auth0_publish_form", reset).ok();
    assert!(reset["changed"] == true && reset["action"] != one, "{reset}");
    let third = tenant.listed("actions/triggers/password-reset-post-challenge/bindings");
    assert!(third.len() == 1 && third[0]["action"]["id"] == reset["action"], "{third:?}");
    assert_eq!(bound(&tenant), [ROLES, BIRTHDAY, one, two]);
    tenant.clear_requests();
    assert_eq!(publish(&mut session, "ap_one").ok()["changed"], false);
    assert_eq!(publish(&mut session, CONSENT).ok()["changed"], false);
    assert!(writes(&tenant).is_empty());
}

#[test]
fn an_action_of_somebody_else_with_the_name_is_left_alone() {
    let tenant = tenant();
    load(&tenant, "ap_fresh");
    let name = "Form ap_fresh at post-login";
    let foreign = json!({"id": "foreign", "name": name, "code": "exports.onExecutePostLogin = async () => {};",
        "supported_triggers": [{"id": "post-login", "version": "v3"}], "status": "built", "runtime": "node22"});
    tenant.load("actions/actions", foreign.clone()).unwrap();
    let mut session = Builder::new().tenant(&tenant).start();
    let text = publish(&mut session, "ap_fresh").error();
    assert!(text.contains(name) && text.contains("different action_name"), "{text}");
    assert!(writes(&tenant).is_empty());
    let other = json!({"id": "ap_fresh", "action_name": "Show fresh"});
    let answer = session.call("auth0_publish_form", other).ok();
    assert_eq!(answer["action_name"], "Show fresh");
    assert_eq!(tenant.stored("actions/actions", "foreign").unwrap(), foreign);
    assert_eq!(bound(&tenant), [ROLES, BIRTHDAY, answer["action"].as_str().unwrap()]);
}

#[test]
fn a_failed_build_binds_nothing_and_the_next_call_goes_on() {
    let tenant = tenant();
    load(&tenant, "ap_fresh");
    let mut session = Builder::new().tenant(&tenant).start();
    let failed = json!({"id": "x", "name": "Form ap_fresh at post-login", "status": "failed",
        "errors": [{"id": "e", "msg": "the builder is out of order"}]});
    let kind = FaultKind::Body {
        status: 200,
        content_type: "application/json".into(),
        body: failed.to_string(),
    };
    tenant.faults().push(Fault::new(kind).on("GET", "/api/v2/actions/actions/"));
    let text = publish(&mut session, "ap_fresh").error();
    for words in ["the builder is out of order", "nothing was deployed", "was made", "Call again"] {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(writes(&tenant), ["POST /actions/actions"]);
    assert_eq!(bound(&tenant), [ROLES, BIRTHDAY]);

    tenant.faults().clear();
    let answer = publish(&mut session, "ap_fresh").ok();
    assert_eq!(outcomes(&answer), ["checked", "already so", "done", "done"], "{answer}");
    assert_eq!(named(&tenant, "Form ap_fresh at post-login").len(), 1);
    assert_eq!(bound(&tenant), [ROLES, BIRTHDAY, answer["action"].as_str().unwrap()]);
}

/// Changes by another administrator at each moment where the plugin can know of them.
#[test]
fn bindings_of_another_administrator_are_kept() {
    let changed = [BIRTHDAY, ROLES, LOYALTY];
    let older = [ROLES, BIRTHDAY, LOYALTY];
    for (name, fault, expected, patches) in [
        ("after the first look", rival("GET", When::After, &changed).times(1), changed, 1),
        (
            "before the last look",
            rival("GET", When::Before, &changed).after(1).times(1),
            changed,
            1,
        ),
        ("right after the write", rival("PATCH", When::After, &older).times(1), older, 2),
        ("twice after the write", rival("PATCH", When::After, &older).times(2), older, 3),
    ] {
        let tenant = tenant();
        load(&tenant, "ap_fresh");
        let mut session = Builder::new().tenant(&tenant).start();
        tenant.faults().push(fault);
        let answer = publish(&mut session, "ap_fresh").ok();
        assert!(tenant.faults().list().is_empty(), "{name}");
        let id = answer["action"].as_str().unwrap();
        assert_eq!(bound(&tenant), [expected.as_slice(), &[id]].concat(), "{name}");
        let told = answer["steps"][3]["detail"].as_str().unwrap();
        assert!(told.contains("as number 4 of 4"), "{name}: {told}");
        let sent = writes(&tenant).iter().filter(|write| write.starts_with("PATCH")).count();
        assert_eq!(sent, patches, "{name}");
    }
}

#[test]
fn a_binding_taken_off_meanwhile_is_reported_and_not_put_back() {
    let tenant = tenant();
    load(&tenant, "ap_fresh");
    let mut session = Builder::new().tenant(&tenant).start();
    tenant.faults().push(rival("PATCH", When::After, &[BIRTHDAY]).times(1));
    let answer = publish(&mut session, "ap_fresh").ok();
    assert_eq!(bound(&tenant), [BIRTHDAY, answer["action"].as_str().unwrap()]);
    let notes = answer["notes"].to_string();
    assert!(
        notes.contains("Add roles to tokens") && notes.contains("was not put back"),
        "{answer}"
    );
}

#[test]
fn a_writer_who_never_stops_leaves_a_stated_state() {
    let tenant = tenant();
    load(&tenant, "ap_fresh");
    let mut session = Builder::new().tenant(&tenant).start();
    tenant.faults().push(rival("PATCH", When::After, &[LOYALTY, ROLES]));
    let text = publish(&mut session, "ap_fresh").error();
    for words in
        ["keep replacing the bindings", "deployed but not bound", "version 1 runs", "Call again"]
    {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(bound(&tenant), [LOYALTY, ROLES]);
    tenant.faults().clear();
    let answer = publish(&mut session, "ap_fresh").ok();
    assert_eq!(outcomes(&answer), ["checked", "already so", "already so", "done"], "{answer}");
    assert_eq!(bound(&tenant), [LOYALTY, ROLES, answer["action"].as_str().unwrap()]);
}

/// The API has no condition on what a PATCH replaces, so a change in the moment between look and write is lost: no
/// client can see it. What is bound in the end is as the answer says.
#[test]
fn a_change_in_the_moment_of_the_write_is_the_limit_of_the_api() {
    let tenant = tenant();
    load(&tenant, "ap_fresh");
    let mut session = Builder::new().tenant(&tenant).start();
    tenant.faults().push(rival("PATCH", When::Before, &[ROLES, BIRTHDAY, LOYALTY]).times(1));
    let answer = publish(&mut session, "ap_fresh").ok();
    assert_eq!(bound(&tenant), [ROLES, BIRTHDAY, answer["action"].as_str().unwrap()]);
    assert!(answer["steps"][3]["detail"].as_str().unwrap().contains("number 3 of 3"), "{answer}");
}

#[test]
fn a_binding_that_cannot_be_confirmed_is_stated() {
    let tenant = tenant();
    load(&tenant, "ap_fresh");
    let mut session = Builder::new().tenant(&tenant).start();
    // Two looks come before the write.
    tenant.faults().push(Fault::new(FaultKind::status(500)).on("GET", BINDINGS).after(2));
    let text = publish(&mut session, "ap_fresh").error();
    assert_eq!(bound(&tenant).len(), 3);
    for words in ["version 1 runs", "bound to post-login", "not confirmed", "Call again"] {
        assert!(text.contains(words), "{text}");
    }
    tenant.faults().clear();
    tenant.clear_requests();
    assert_eq!(publish(&mut session, "ap_fresh").ok()["changed"], false);
    assert!(writes(&tenant).is_empty());
}

/// Sends one publication in each session at once, and gives the answers.
fn at_once(sessions: &mut [Session; 2], forms: [&str; 2]) -> [Value; 2] {
    let mut calls = [0; 2];
    for ((session, form), call) in sessions.iter_mut().zip(forms).zip(&mut calls) {
        let params = json!({"name": "auth0_publish_form", "arguments": {"id": form}});
        *call = session.ask("tools/call", params);
    }
    let mut calls = calls.into_iter();
    sessions
        .each_mut()
        .map(|session| Called::of(&session.answer(calls.next().unwrap_or_default())).ok())
}

#[test]
fn two_sessions_that_publish_at_once_end_in_one_state() {
    for forms in [["ap_one", "ap_one"], ["ap_one", "ap_two"]] {
        let tenant = tenant();
        forms.iter().for_each(|form| load(&tenant, form));
        let mut sessions = [(); 2].map(|()| Builder::new().tenant(&tenant).start());
        let answers = at_once(&mut sessions, forms);
        let bound = bound(&tenant);
        assert_eq!(bound[..2], [ROLES, BIRTHDAY], "{answers:?}");
        let mut expected =
            answers.each_ref().map(|answer| answer["action"].as_str().unwrap()).to_vec();
        expected.sort_unstable();
        expected.dedup();
        let mut ours = bound[2..].to_vec();
        ours.sort_unstable();
        assert_eq!(ours, expected, "{answers:?}");
        assert_eq!(expected.len(), if forms[0] == forms[1] { 1 } else { 2 }, "{answers:?}");
        for answer in &answers {
            let id = answer["action"].as_str().unwrap();
            let live = &tenant.stored("actions/actions", id).unwrap()["deployed_version"]["number"];
            assert!(answer["version"].as_u64() <= live.as_u64(), "{answers:?}");
        }
        tenant.clear_requests();
        for (session, form) in sessions.iter_mut().zip(forms) {
            assert_eq!(publish(session, form).ok()["changed"], false);
        }
        assert!(writes(&tenant).is_empty());
    }
}

/// Another publication makes its action after this one looked for it: before the look for the name, and after it.
#[test]
fn two_publications_that_each_make_an_action_use_the_same() {
    let code = "// Made by auth0_publish_form for form ap_fresh.\nexports.onExecutePostLogin = async (event, api) => \
        api.prompt.render('ap_fresh');";
    let name = "Form ap_fresh at post-login";
    let body = json!({"name": name, "code": code, "supported_triggers": [{"id": "post-login", "version": "v3"}]});
    for (looks, outcome, made) in [(0, "already so", 1), (1, "done", 2)] {
        let tenant = tenant();
        load(&tenant, "ap_fresh");
        let list = "/api/v2/actions/actions";
        let kind = FaultKind::meanwhile("POST", list, Some(body.clone()));
        tenant.faults().push(Fault::new(kind).on("GET", list).after(looks).times(1));
        let mut session = Builder::new().tenant(&tenant).start();
        let answer = publish(&mut session, "ap_fresh").ok();
        assert_eq!(outcomes(&answer), ["checked", outcome, "done", "done"], "{answer}");
        let named = named(&tenant, name);
        assert_eq!(named.len(), made);
        assert_eq!(named[0]["id"], answer["action"], "the older one is used");
        assert_eq!(bound(&tenant), [ROLES, BIRTHDAY, answer["action"].as_str().unwrap()]);
        let notes = answer["notes"].to_string();
        assert_eq!(notes.contains("is left unused"), made == 2, "{answer}");
    }
}

#[test]
fn a_form_that_users_cannot_walk_through_is_not_published() {
    let resume = json!({"resume_flow": true});
    let start = json!({"next_node": "a"});
    for (form, words) in [
        (
            json!({"start": start, "nodes": [step("a", "gone")], "ending": resume}),
            "nodes[0].config.next_node points at 'gone', and there is no such node",
        ),
        (
            json!({"start": start, "nodes": [step("a", "$ending"), step("b", "$ending")], "ending": resume}),
            "node 'b' is never reached from start",
        ),
        (
            json!({"start": start, "nodes": [step("a", "b"), step("b", "a")], "ending": resume}),
            "node 'a' has no way to $ending",
        ),
        (
            json!({"start": start, "nodes": [step("a", "$ending")]}),
            "ending has neither resume_flow nor redirection",
        ),
        (json!({"nodes": [step("a", "$ending")], "ending": resume}), "the form has no way in"),
        (json!({}), "the form has no way in"),
    ] {
        let tenant = tenant();
        let mut form = form;
        form["id"] = "ap_broken".into();
        form["name"] = "Broken".into();
        tenant.load("forms", form).unwrap();
        let mut session = Builder::new().tenant(&tenant).start();
        let text = publish(&mut session, "ap_broken").error();
        assert!(text.contains("'Broken' is not fit for users") && text.contains(words), "{text}");
        let paths: Vec<String> =
            tenant.requests().into_iter().map(|request| request.path).collect();
        assert_eq!(paths, ["/api/v2/forms/ap_broken"]);
    }
}

#[test]
fn an_unknown_form_is_named() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    for (tool, arguments) in [
        ("auth0_publish_form", json!({"id": "ap_gone"})),
        ("auth0_get_form", json!({"id": "ap_gone"})),
        ("auth0_update_form", json!({"id": "ap_gone", "name": "x"})),
    ] {
        let text = session.call(tool, arguments).error();
        assert!(text.contains("404") && text.contains("'ap_gone' not found"), "{text}");
    }
    assert_eq!(writes(&tenant), ["PATCH /forms/ap_gone"]);
}

#[test]
fn a_read_only_session_has_no_tool_to_publish() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).args(&["--read-only"]).start();
    let names = session.tool_names();
    assert!(names.contains(&"auth0_get_form".to_owned()), "{names:?}");
    for tool in
        ["auth0_publish_form", "auth0_create_form", "auth0_update_form", "auth0_deploy_action"]
    {
        assert!(!names.contains(&tool.to_owned()), "{names:?}");
        let params = json!({"name": tool, "arguments": {"id": RENDERED}});
        let answer = session.request("tools/call", params);
        let text = answer["error"]["message"].as_str().unwrap();
        assert!(text.contains("Unknown or restricted tool"), "{text}");
    }
    assert!(tenant.requests().is_empty());
}

#[test]
fn forms_are_found_by_a_part_of_their_name() {
    let tenant = tenant();
    load(&tenant, "ap_third");
    let mut session = Builder::new().tenant(&tenant).start();
    let page = session.call("auth0_list_forms", json!({"per_page": 2})).ok();
    assert_eq!(page["forms"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&page["pagination"]["total"], &page["pagination"]["has_next"]),
        (&json!(3), &json!(true))
    );
    let found = session.call("auth0_list_forms", json!({"name": "ONBOARD"})).ok();
    assert_eq!(found["forms"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(
        (&found["forms"][0]["id"], &found["forms"][0]["flow_count"]),
        (&json!(RENDERED), &json!(1))
    );
    assert_eq!(found["scan"]["complete"], true);
    assert_eq!(session.call("auth0_list_forms", json!({"name": "none"})).ok()["forms"], json!([]));
    let form = session.call("auth0_get_form", json!({"id": RENDERED})).ok();
    assert_eq!(form["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(form["start"]["next_node"], "step_welcome");
}

#[test]
fn a_form_is_checked_whole_before_it_is_sent() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let field = json!({"id": "name", "category": "FIELD", "type": "TEXT", "label": "Your name",
        "config": {"max_length": 50}});
    let mut node = step("a", "$ending");
    node["config"]["components"] =
        json!([{"id": "line", "category": "BLOCK", "type": "DIVIDER"}, field]);
    let good = json!({"name": "Strict", "start": {"next_node": "a"}, "nodes": [node], "ending": {"resume_flow": true}});

    let mut unknown = good.clone();
    unknown["nodes"][0]["config"]["components"][1]["config"]["maxLength"] = 5.into();
    let mut dangling = good.clone();
    dangling["nodes"][0]["config"]["next_node"] = "gone".into();
    for (arguments, words) in [
        (unknown, "nodes[0].config.components[1].config.maxLength is unknown"),
        (dangling, "nodes[0].config.next_node points at 'gone'"),
    ] {
        let text = session.call("auth0_create_form", arguments.clone()).error();
        assert!(text.contains(words), "{text}");
        let change = json!({"id": RENDERED, "nodes": arguments["nodes"]});
        let text = session.call("auth0_update_form", change).error();
        assert!(text.contains(words), "{text}");
    }
    assert!(tenant.requests().is_empty());

    let created = session.call("auth0_create_form", good.clone()).ok();
    assert_eq!(sent(&tenant, "POST"), good);
    let id = created["id"].as_str().unwrap();
    assert_eq!(tenant.stored("forms", id).unwrap()["nodes"], good["nodes"]);
}

#[test]
fn null_clears_a_setting_and_the_others_stay() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let before = tenant.stored("forms", RENDERED).unwrap();
    let change = json!({"id": RENDERED, "messages": null, "style": null, "name": "Welcome"});
    let updated = session.call("auth0_update_form", change).ok();
    assert_eq!(sent(&tenant, "PATCH"), json!({"messages": null, "style": null, "name": "Welcome"}));
    assert_eq!(updated["changed"], json!(["messages", "style", "name"]));
    let after = tenant.stored("forms", RENDERED).unwrap();
    assert_eq!((after.get("messages"), after.get("style")), (None, None));
    assert_eq!(after["name"], "Welcome");
    for key in ["nodes", "start", "ending", "languages"] {
        assert_eq!(after[key], before[key], "{key}");
    }
}

#[test]
fn secrets_of_components_are_not_shown_and_not_overwritten() {
    const PLANTED: &str = "pLaNtEd0123456789abcdefghijklmnop";
    let components = json!([
        {"id": "robot", "category": "WIDGET", "type": "RECAPTCHA",
            "config": {"site_key": "public-site", "secret_key": PLANTED}},
        {"id": "place", "category": "WIDGET", "type": "GMAPS_ADDRESS", "config": {"api_key": PLANTED}},
        {"id": "proof", "category": "WIDGET", "type": "AUTH0_VERIFIABLE_CREDENTIALS", "config": {"url": "https://a.example",
            "alternate_text": "a", "access_token": PLANTED, "verification_id": "v"}},
        {"id": "pay", "category": "FIELD", "type": "PAYMENT", "config": {"charge": {"type": "SUBSCRIPTION",
            "subscription": {}}, "credentials": {"public_key": "pk", "private_key": PLANTED}}}]);
    let mut node = step("a", "$ending");
    node["config"]["components"] = components.clone();
    let form = json!({"name": "Guarded", "start": {"next_node": "a"}, "nodes": [node],
        "ending": {"resume_flow": true}});
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).debug().start();
    let created = session.call("auth0_create_form", form);
    assert_eq!(sent(&tenant, "POST")["nodes"][0]["config"]["components"], components);
    let mut said = created.raw.clone();
    let id = created.ok()["id"].as_str().unwrap().to_owned();
    let read = session.call("auth0_get_form", json!({"id": id}));
    said += &read.raw;
    let read = read.ok();
    let config = &read["nodes"][0]["config"]["components"][0]["config"];
    assert_eq!(
        (&config["site_key"], &config["secret_key"]),
        (&json!("public-site"), &json!("[REDACTED]"))
    );

    tenant.clear_requests();
    let back = session.call("auth0_update_form", json!({"id": id, "nodes": read["nodes"]}));
    said += &back.raw;
    let text = back.error();
    assert!(
        text.contains("nodes[0].config.components[0].config.secret_key holds [REDACTED]"),
        "{text}"
    );
    assert!(tenant.requests().is_empty());
    let renamed = session.call("auth0_update_form", json!({"id": id, "name": "Renamed"}));
    said += &renamed.raw;
    renamed.ok();
    let stored = tenant.stored("forms", &id).unwrap();
    assert_eq!(stored["nodes"][0]["config"]["components"], components);
    said += &publish(&mut session, &id).raw;
    assert!(!said.contains(&PLANTED[8..]), "an answer holds a secret: {said}");
    assert!(!session.end().stderr.contains(&PLANTED[8..]), "the log holds a secret");
}
