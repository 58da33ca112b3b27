//! The Actions family through the real binary: drafts, builds, deployments, secrets, progress, and many at once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tenant::{Fault, FaultKind, Options, Tenant};

use crate::session::{Builder, Called, Session, tenant};

/// The triggers as the tenant lists them.
const TRIGGERS: &str = include_str!("../tenant/seed/triggers.json");
const SOUND: &str = "exports.onExecutePostLogin = async (event, api) => {};";
/// Brackets that do not close: no such draft is built.
const BROKEN: &str = "exports.onExecutePostLogin = async (event, api) => {";

/// The requests that may change something, without the common part of their paths.
pub fn writes(tenant: &Tenant) -> Vec<String> {
    let requests = tenant.requests().into_iter().filter(|request| request.method != "GET");
    requests
        .map(|request| format!("{} {}", request.method, request.path.replace("/api/v2", "")))
        .collect()
}

/// The body of the last request of this method.
pub fn sent(tenant: &Tenant, method: &str) -> Value {
    let requests = tenant.requests();
    let request = requests.iter().rfind(|request| request.method == method).unwrap();
    serde_json::from_slice(&request.body).unwrap()
}

fn create(session: &mut Session, code: &str) -> String {
    let arguments =
        json!({"name": "Greet", "supported_triggers": [{"id": "post-login"}], "code": code});
    let created = session.call("auth0_create_action", arguments).ok();
    created["id"].as_str().unwrap().to_owned()
}

fn deploy(session: &mut Session, id: &str) -> Called {
    session.call("auth0_deploy_action", json!({"id": id}))
}

/// An action of which no build is under way: it stays in this state.
fn load(tenant: &Tenant, id: &str, more: &Value) {
    let mut action = json!({"id": id, "name": "Loaded", "code": SOUND, "runtime": "node22",
        "supported_triggers": [{"id": "post-login", "version": "v3"}], "dependencies": [], "secrets": [],
        "all_changes_deployed": false});
    for (key, value) in more.as_object().unwrap() {
        action[key] = value.clone();
    }
    tenant.load("actions/actions", action).unwrap();
}

#[test]
fn an_action_lives_from_a_broken_draft_to_its_second_version() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let id = create(&mut session, BROKEN);

    let text = deploy(&mut session, &id).error();
    for words in ["build of 'Greet' failed", "nothing was deployed", "no version runs", "syntax"] {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(writes(&tenant), ["POST /actions/actions"]);

    let updated = session.call("auth0_update_action", json!({"id": id, "code": SOUND})).ok();
    assert_eq!(
        (&updated["changed"], &updated["deployed_version"]),
        (&json!(["code"]), &Value::Null)
    );
    assert_eq!(sent(&tenant, "PATCH"), json!({"code": SOUND}));

    let first = deploy(&mut session, &id).ok();
    let live = json!({"id": id, "name": "Greet", "version": 1, "deployed": true, "changed": true});
    assert_eq!(first, live);
    assert_eq!(tenant.stored("actions/actions", &id).unwrap()["deployed_version"]["number"], 1);

    tenant.clear_requests();
    let again = deploy(&mut session, &id).ok();
    assert_eq!((&again["version"], &again["changed"]), (&json!(1), &json!(false)));
    assert!(again["note"].as_str().unwrap().contains("nothing was done"), "{again}");
    assert!(writes(&tenant).is_empty());

    let newer = SOUND.replace("{}", "{ /* 2 */ }");
    session.call("auth0_update_action", json!({"id": id, "code": newer})).ok();
    let before = session.call("auth0_get_action", json!({"id": id})).ok();
    assert_eq!(before["deployed_version"]["code"], SOUND, "the draft is not what runs");
    assert_eq!(deploy(&mut session, &id).ok()["version"], 2);
    let after = session.call("auth0_get_action", json!({"id": id})).ok();
    assert_eq!(after["deployed_version"]["number"], 2);
    assert_eq!((&after["code"], &after["all_changes_deployed"]), (&json!(newer), &json!(true)));
}

#[test]
fn a_new_action_gets_what_the_tenant_calls_current() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let rows: Vec<Value> = serde_json::from_str(TRIGGERS).unwrap();
    for row in rows.iter().filter(|row| row["status"] == "CURRENT") {
        let arguments =
            json!({"name": row["id"], "supported_triggers": [{"id": row["id"]}], "code": SOUND});
        let created = session.call("auth0_create_action", arguments).ok();
        let applied = json!({"supported_triggers.0.version": row["version"], "runtime": row["default_runtime"]});
        assert_eq!(created["defaults_applied"], applied);
        assert_eq!(created["runtime"], row["default_runtime"]);
        assert_eq!(sent(&tenant, "POST")["runtime"], row["default_runtime"]);
    }
    let given = json!({"name": "Given", "supported_triggers": [{"id": "post-login", "version": "v2"}],
        "code": SOUND, "runtime": "node18"});
    let created = session.call("auth0_create_action", given.clone()).ok();
    assert_eq!((&created["runtime"], &created["defaults_applied"]), (&json!("node18"), &json!({})));
    assert_eq!(sent(&tenant, "POST"), given);
}

/// Auth0 mostly fails a build without a word; where it has words they are passed on.
#[test]
fn a_failed_build_says_why() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let id = create(&mut session, SOUND);
    let crypto = json!([{"name": "crypto", "version": "17.7.1"}]);
    session.call("auth0_update_action", json!({"id": id, "dependencies": crypto})).ok();
    let text = deploy(&mut session, &id).error();
    assert!(
        text.contains("no reason; check that these npm packages exist: crypto@17.7.1"),
        "{text}"
    );

    let words = "SyntaxError: Unexpected token '}' (14:2)";
    let live = json!({"id": "v7", "number": 7, "code": SOUND});
    load(
        &tenant,
        "worded",
        &json!({"status": "failed", "deployed_version": live,
        "errors": [{"id": "e", "msg": words}, {"id": "npm_install_failed"}]}),
    );
    let text = deploy(&mut session, "worded").error();
    assert!(text.contains("version 7 still runs"), "{text}");
    assert!(text.contains(&format!("{words}; npm_install_failed")), "{text}");
    assert!(!writes(&tenant).iter().any(|write| write.ends_with("/deploy")));
}

#[test]
fn secrets_reach_the_tenant_and_nothing_else() {
    const KEPT: &str = "kEpT \"quoted\"\\ \n\tünïcödé 0123456789abcdefghijklmnop";
    const OLD: &str = "oLd-value-0123456789abcdefghijklmnop";
    const NEW: &str = "nEw-value-0123456789abcdefghijklmnop";
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).debug().start();
    let arguments = json!({"name": "Secretive", "supported_triggers": [{"id": "post-login"}], "code": SOUND,
        "secrets": [{"name": "KEPT", "value": KEPT}, {"name": "CHANGED", "value": OLD}]});
    let created = session.call("auth0_create_action", arguments.clone());
    assert_eq!(sent(&tenant, "POST")["secrets"], arguments["secrets"]);
    let mut said = created.raw.clone();
    let created = created.ok();
    let id = created["id"].as_str().unwrap();
    let stored = |name| tenant.stored(&format!("actions/actions/{id}/secrets"), name).unwrap();
    assert_eq!(
        (&stored("KEPT")["value"], &stored("CHANGED")["value"]),
        (&json!(KEPT), &json!(OLD))
    );
    assert_eq!(created["secrets"], json!([{"name": "KEPT"}, {"name": "CHANGED"}]));

    let change = json!([{"name": "KEPT"}, {"name": "CHANGED", "value": NEW}]);
    let calls = [
        ("auth0_update_action", json!({"id": id, "secrets": change})),
        ("auth0_get_action", json!({"id": id})),
        ("auth0_list_actions", json!({"name": "secretive"})),
        ("auth0_deploy_action", json!({"id": id})),
        ("auth0_get_action", json!({"id": id})),
    ];
    for (tool, arguments) in calls {
        let called = session.call(tool, arguments);
        said += &called.raw;
        called.ok();
    }
    assert_eq!(sent(&tenant, "PATCH"), json!({"secrets": change}));
    assert_eq!(
        (&stored("KEPT")["value"], &stored("CHANGED")["value"]),
        (&json!(KEPT), &json!(NEW))
    );

    tenant.clear_requests();
    let refused = [
        (
            "auth0_update_action",
            json!({"id": id, "secrets": [{"name": "KEPT", "value": NEW, "x": 1}]}),
        ),
        ("auth0_update_action", json!({"id": id, "secrets": [{"name": ["KEPT"], "value": [NEW]}]})),
        (
            "auth0_update_action",
            json!({"id": id, "secrets": [{"name": "KEPT", "value": NEW.repeat(200)}]}),
        ),
    ];
    for (tool, arguments) in refused {
        let called = session.call(tool, arguments);
        said += &called.raw;
        called.error();
    }
    assert!(tenant.requests().is_empty());
    let log = session.end().stderr;
    for secret in [&KEPT[30..], OLD, NEW] {
        assert!(!said.contains(secret), "an answer holds {secret}");
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

#[test]
fn a_masked_secret_is_not_stored() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    // An action of the seed, of which the tenant knows this secret.
    let id = "71c2d9ee-5a0b-4d38-8c6f-1a2b3c4d5e05";
    let masked = json!([{"name": "LOYALTY_API_KEY", "value": "[REDACTED]"}]);
    for (tool, arguments) in [
        ("auth0_update_action", json!({"id": id, "secrets": masked})),
        (
            "auth0_create_action",
            json!({"name": "x", "supported_triggers": [{"id": "post-login"}],
            "code": SOUND, "secrets": masked}),
        ),
    ] {
        let text = session.call(tool, arguments).error();
        assert!(text.contains("secrets[0].value holds [REDACTED]"), "{text}");
    }
    assert!(tenant.requests().is_empty());
    let stored = tenant.stored(&format!("actions/actions/{id}/secrets"), "LOYALTY_API_KEY");
    assert_eq!(stored.unwrap()["value"], "hbk-loyalty-4f1d7c");
}

/// The messages up to the answer of a deployment, and the answer.
fn messages(session: &mut Session, id: &str, meta: &Value) -> (Vec<Value>, Value) {
    let params = json!({"name": "auth0_deploy_action", "arguments": {"id": id}, "_meta": meta});
    let call = session.ask("tools/call", params);
    let mut before = Vec::new();
    loop {
        let message = session.next();
        if message["id"] == call {
            return (before, message);
        }
        before.push(message);
    }
}

#[test]
fn progress_is_told_to_who_asks_and_before_the_answer() {
    for builder in [Builder::new(), Builder::new().modern()] {
        let options = Options { build_time: Duration::from_millis(700), ..Options::default() };
        let tenant = Tenant::start(options).unwrap();
        let mut session = builder.tenant(&tenant).start();
        let id = create(&mut session, SOUND);
        let (told, answer) = messages(&mut session, &id, &json!({"progressToken": "p-7"}));
        assert_eq!(Called::of(&answer).ok()["version"], 1);
        assert!(
            told.iter().all(|message| message["method"] == "notifications/progress"),
            "{told:?}"
        );
        assert!(told.iter().all(|message| message["params"]["progressToken"] == "p-7"), "{told:?}");
        let counts: Vec<f64> =
            told.iter().map(|message| message["params"]["progress"].as_f64().unwrap()).collect();
        assert!(counts.len() >= 3 && counts.is_sorted_by(|a, b| a < b), "{told:?}");
        let words: Vec<&str> =
            told.iter().map(|message| message["params"]["message"].as_str().unwrap()).collect();
        assert!(words.contains(&"build: building") && words.contains(&"deploying"), "{words:?}");
        assert_eq!(
            session.next_within(Duration::from_millis(200)),
            None,
            "nothing after the answer"
        );

        session.call("auth0_update_action", json!({"id": id, "code": format!("{SOUND}//")})).ok();
        let (told, answer) = messages(&mut session, &id, &json!({}));
        assert_eq!(Called::of(&answer).ok()["version"], 2);
        assert!(told.is_empty(), "{told:?}");
    }
}

/// The one test that lasts as long as a call may.
#[test]
fn a_build_without_an_end_is_reported_before_the_deadline() {
    let tenant = tenant();
    let live = json!({"id": "v7", "number": 7, "code": SOUND});
    load(&tenant, "stuck", &json!({"status": "building", "deployed_version": live}));
    // The first look takes so long that the last one falls into the moment in which the host sends nothing any more:
    // what is known by then must be said all the same.
    let late = FaultKind::slow(Duration::from_millis(1850));
    tenant.faults().push(Fault::new(late).times(1));
    let mut session = Builder::new().tenant(&tenant).start();
    let began = Instant::now();
    let text = deploy(&mut session, "stuck").error();
    let took = began.elapsed();
    for words in [
        "build of 'Loaded' is still running (status building)",
        "nothing was deployed",
        "version 7 still runs",
        "Call again",
    ] {
        assert!(text.contains(words), "{text}");
    }
    assert!(took > Duration::from_secs(25) && took < Duration::from_secs(31), "{took:?}");
    assert!(writes(&tenant).is_empty());
    let requests = tenant.requests().len();
    assert!(requests < 30, "{requests} looks");

    // As if the build had ended after all: the next call goes on.
    load(&tenant, "stuck", &json!({"status": "built", "deployed_version": live}));
    assert_eq!(deploy(&mut session, "stuck").ok()["version"], 8);
}

/// Looks at what deployments of the same draft at the same time said, and at what they left.
fn check_together(tenant: &Tenant, session: &mut Session, id: &str, answers: &[Value]) {
    let deployments = writes(tenant).iter().filter(|write| write.ends_with("/deploy")).count();
    let shown = session.call("auth0_get_action", json!({"id": id})).ok();
    let last = shown["deployed_version"]["number"].as_u64().unwrap();
    assert_eq!(last, deployments as u64, "each deployment made one version");
    assert_eq!((&shown["status"], &shown["all_changes_deployed"]), (&json!("built"), &json!(true)));
    let mut own = Vec::new();
    for answer in answers {
        let said = Called::of(answer).ok();
        assert_eq!(said["deployed"], true);
        let version = said["version"].as_u64().unwrap();
        assert!((1..=last).contains(&version), "{said}");
        if said["changed"] == true {
            // Where a later one was there already, the note names the own one.
            let note = said["note"].as_str().unwrap_or_default();
            let named =
                note.split("deployed version ").nth(1).and_then(|rest| rest.split(';').next());
            own.push(named.map_or(version, |number| number.parse().unwrap()));
        }
    }
    own.sort_unstable();
    assert_eq!(own, (1..=last).collect::<Vec<_>>(), "each version is claimed once: {answers:?}");
    tenant.clear_requests();
    assert_eq!(deploy(session, id).ok()["changed"], false);
    assert!(writes(tenant).is_empty());
}

#[test]
fn calls_in_flight_in_one_session_end_in_one_state() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let id = create(&mut session, SOUND);
    let params = json!({"name": "auth0_deploy_action", "arguments": {"id": id}});
    let calls: Vec<u64> = (0..5).map(|_| session.ask("tools/call", params.clone())).collect();
    let answers: Vec<Value> = calls.iter().map(|_| session.next()).collect();
    assert!(calls.iter().all(|call| answers.iter().any(|answer| answer["id"] == *call)));
    check_together(&tenant, &mut session, &id, &answers);
}

#[test]
fn two_sessions_that_deploy_at_once_end_in_one_state() {
    let tenant = tenant();
    let mut sessions = [(); 2].map(|()| Builder::new().tenant(&tenant).start());
    let id = create(&mut sessions[0], SOUND);
    let params = json!({"name": "auth0_deploy_action", "arguments": {"id": id}});
    let calls = sessions.each_mut().map(|session| session.ask("tools/call", params.clone()));
    let answers: Vec<Value> =
        sessions.iter_mut().zip(calls).map(|(session, call)| session.answer(call)).collect();
    check_together(&tenant, &mut sessions[0], &id, &answers);
}

/// What was accepted is not forgotten because the look after it went wrong.
#[test]
fn a_deployment_that_cannot_be_confirmed_is_stated() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let id = create(&mut session, SOUND);
    tenant.advance(Duration::from_secs(60));
    let look = format!("/api/v2/actions/actions/{id}");
    tenant.faults().push(Fault::new(FaultKind::status(500)).on("GET", &look).after(1));
    let text = deploy(&mut session, &id).error();
    assert!(text.contains("Auth0 had accepted version 1") && text.contains("Call again"), "{text}");
    tenant.faults().clear();
    let again = deploy(&mut session, &id).ok();
    assert_eq!((&again["version"], &again["changed"]), (&json!(1), &json!(false)));
}

#[test]
fn an_unknown_action_is_named() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let calls = [
        ("auth0_get_action", json!({"id": "gone"})),
        ("auth0_update_action", json!({"id": "gone", "name": "x"})),
        ("auth0_deploy_action", json!({"id": "gone"})),
    ];
    for (tool, arguments) in calls {
        let text = session.call(tool, arguments).error();
        assert!(text.contains("404") && text.contains("'gone' not found"), "{text}");
    }
}

#[test]
fn only_the_family_of_the_chosen_tools_is_opened() {
    let tenant = tenant();
    let mut session =
        Builder::new().tenant(&tenant).debug().args(&["--tools", "auth0_*_log*"]).start();
    assert_eq!(session.tool_names(), ["auth0_list_logs", "auth0_get_log"]);
    session.call("auth0_list_logs", json!({})).ok();
    let log = session.end().stderr;
    assert_eq!(log.matches("` opened:").count(), 1, "{log}");
    assert!(log.contains("plugin `logs` opened:"), "{log}");
    for family in ["applications", "resource-servers", "application-grants", "actions", "forms"] {
        let words = format!("plugin `{family}` is never opened: none of its tools is on");
        assert!(log.contains(&words), "no line with {words}:\n{log}");
    }
}
