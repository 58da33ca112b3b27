//! Actions: what is answered, refused, built, deployed, bound and hidden.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tenant::{Fault, FaultKind, Options, When};

use crate::session::Session;

const BINDINGS: &str = "/actions/triggers/post-login/bindings";
const CODE: &str = "exports.onExecutePostLogin = async (event, api) => {};";

fn message(body: &Value) -> &str {
    body["message"].as_str().unwrap_or_default()
}

fn post_login(name: &str) -> Value {
    json!({ "name": name, "supported_triggers": [{ "id": "post-login" }], "code": CODE })
}

/// An empty tenant where builds take long enough to be watched by advancing its clock.
fn slow() -> Session {
    let build_time = Duration::from_secs(600);
    Session::with(Options { seed: false, build_time, ..Options::default() })
}

/// An empty tenant where everything happens at once.
fn quick() -> Session {
    Session::with(Options { seed: false, build_time: Duration::ZERO, ..Options::default() })
}

async fn created(session: &Session, body: &Value) -> String {
    let (status, action) = session.post("/actions/actions", body).await;
    assert_eq!(status, StatusCode::CREATED, "{action}");
    format!("/actions/actions/{}", action["id"].as_str().unwrap())
}

/// A deployed action of a quick tenant: its path and its id.
async fn deployed(session: &Session, name: &str) -> (String, String) {
    let path = created(session, &post_login(name)).await;
    let (status, version) = session.post(&format!("{path}/deploy"), &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{version}");
    let id = path.rsplit('/').next().unwrap().to_owned();
    (path, id)
}

fn by_id(id: &str) -> Value {
    json!({ "ref": { "type": "action_id", "value": id } })
}

/// The names of the actions that a list of bindings has, in order.
fn bound(list: &Value) -> Vec<String> {
    let name = |binding: &Value| binding["action"]["name"].as_str().unwrap_or_default().to_owned();
    list["bindings"].as_array().unwrap().iter().map(name).collect()
}

fn names(list: &Value, key: &str) -> Vec<String> {
    let name = |item: &Value| item[key].as_str().unwrap_or_default().to_owned();
    list.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_creation_is_answered_as_recorded() {
    let session = slow();
    let mut body = post_login("X");
    body["secrets"] = json!([{ "name": "KEY", "value": "hush" }]);
    let (status, action) = session.post("/actions/actions", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let keys: Vec<&String> = action.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
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
            "all_changes_deployed",
        ]
    );
    assert_eq!(action["supported_triggers"], json!([{ "id": "post-login", "version": "v3" }]));
    assert_eq!((&action["runtime"], &action["status"]), (&json!("node22"), &json!("pending")));
    assert_eq!(action["created_at"].as_str().map(str::len), Some(30));
    assert!(!action.to_string().contains("hush"));
    let family = format!("actions/actions/{}/secrets", action["id"].as_str().unwrap());
    assert_eq!(session.tenant.stored(&family, "KEY").unwrap()["value"], "hush");
}

#[tokio::test]
async fn requests_are_checked_by_the_schemas_and_the_documented_limits() {
    let session = quick();
    let check = async |body: Value, expected: &str| {
        let (status, error) = session.post("/actions/actions", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(message(&error).starts_with(expected), "{}", message(&error));
    };
    check(
        json!({ "name": "X" }),
        "Payload validation error: 'Missing required property: supported_triggers'.",
    )
    .await;
    let with = |key: &str, value: Value| {
        let mut body = post_login("X");
        body[key] = value;
        body
    };
    check(
        with("status", json!("built")),
        "Payload validation error: 'Additional properties not allowed: status'.",
    )
    .await;
    check(
        with("supported_triggers", json!([{ "id": "pre-coffee" }])),
        "Payload validation error: 'No enum match for: pre-coffee' on property supported_triggers.0.id (An actions extensibility point.).",
    )
    .await;
    check(
        with("supported_triggers", json!([{ "id": "post-login", "version": "v9" }])),
        "The trigger version",
    )
    .await;
    check(
        with("runtime", json!("node20")),
        "runtime not supported for version v3 of this trigger, supported runtimes: node18-actions, node22",
    )
    .await;
    check(with("code", json!("x".repeat(100_001))), "Payload validation error: 'String is too long (100001 chars), maximum 100000' on property code").await;
    check(
        with("secrets", json!([{ "name": "n".repeat(129), "value": "v" }])),
        "Payload validation error: 'String is too long (129 chars), maximum 128' on property secrets.0.name",
    )
    .await;
    for number in 0..100 {
        created(&session, &post_login(&format!("{number}"))).await;
    }
    let (status, error) = session.post("/actions/actions", &post_login("one too many")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(message(&error), "You reached the limit of entities of this type for this tenant.");
}

#[tokio::test]
async fn a_build_takes_its_time_and_only_a_built_draft_is_deployed() {
    let session = slow();
    let path = created(&session, &post_login("X")).await;
    let deploy = format!("{path}/deploy");
    let (status, error) = session.post(&deploy, &Value::Null).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        error,
        json!({
            "statusCode": 400,
            "error": "Bad Request",
            "message": "A draft must be in the 'built' state before it can be deployed.",
        })
    );
    let mut seen = Vec::new();
    for _ in 0..12 {
        seen.push(session.get(&path).await.1["status"].as_str().unwrap().to_owned());
        session.tenant.advance(Duration::from_secs(60));
    }
    seen.dedup();
    assert_eq!(seen, ["pending", "building", "built"]);

    let (status, version) = session.post(&deploy, &Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&version["deployed"], &version["number"]), (&json!(false), &json!(1)));
    assert_eq!(version["action"]["all_changes_deployed"], false);
    session.tenant.advance(Duration::from_secs(1));
    let (_, action) = session.get(&path).await;
    assert_eq!(action["all_changes_deployed"], true);
    assert_eq!(action["deployed_version"]["deployed"], true);
    assert_eq!(action["current_version"]["status"], "BUILT");

    let (_, changed) = session.patch(&path, &json!({ "code": "// nothing" })).await;
    assert_eq!(
        (&changed["status"], &changed["all_changes_deployed"]),
        (&json!("pending"), &json!(false))
    );
    assert_eq!(changed["deployed_version"], action["deployed_version"]);
    let (_, same) = session.patch(&path, &json!({ "code": CODE })).await;
    assert_eq!((&same["status"], &same["all_changes_deployed"]), (&json!("pending"), &json!(true)));
}

#[tokio::test]
async fn broken_code_and_missing_packages_fail_to_build() {
    let session = quick();
    let mut body = post_login("code");
    body["code"] = json!("exports.onExecutePostLogin = async (event, api) => {");
    let path = created(&session, &body).await;
    assert_eq!(session.get(&path).await.1["status"], "failed");
    let mut body = post_login("package");
    body["dependencies"] = json!([{ "name": "nonexistent-thing", "version": "1.0.0" }]);
    let path = created(&session, &body).await;
    assert_eq!(session.get(&path).await.1["status"], "failed");
    assert_eq!(
        session.post(&format!("{path}/deploy"), &Value::Null).await.0,
        StatusCode::BAD_REQUEST
    );

    // A version that goes live with the creation tells what was wrong with it.
    body["deploy"] = json!(true);
    let (_, action) = session.post("/actions/actions", &body).await;
    assert_eq!(action["deployed_version"]["status"], "pending");
    assert_eq!(action["current_version"]["status"], "PENDING");
    let path = format!("/actions/actions/{}", action["id"].as_str().unwrap());
    let (_, action) = session.get(&path).await;
    let error = &action["deployed_version"]["errors"][0];
    assert_eq!(error["msg"], "No matching version found for nonexistent-thing@1.0.0.");

    let session = slow();
    let path = created(&session, &body).await;
    let mut seen = Vec::new();
    for _ in 0..35 {
        session.tenant.advance(Duration::from_secs(60));
        seen.push(session.get(&path).await.1["status"].as_str().unwrap().to_owned());
    }
    seen.dedup();
    assert_eq!(seen, ["building", "retrying", "building", "retrying", "building", "failed"]);
}

#[tokio::test]
async fn a_patch_replaces_lists_and_keeps_secrets_that_come_without_a_value() {
    let session = quick();
    let mut body = post_login("X");
    body["secrets"] = json!([{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }]);
    body["dependencies"] =
        json!([{ "name": "axios", "version": "1.11.0", "registry_url": "https://r.example/" }]);
    let path = created(&session, &body).await;
    let (_, before) = session.get(&path).await;
    assert_eq!(before["dependencies"], json!([{ "name": "axios", "version": "1.11.0" }]));
    let patch = json!({ "secrets": [{ "name": "C", "value": "3" }, { "name": "A" }] });
    let (status, after) = session.patch(&path, &patch).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(names(&after["secrets"], "name"), ["A", "C"]);
    assert_eq!(after["secrets"][0], before["secrets"][0]);
    assert_ne!(after["secrets"][1]["updated_at"], before["secrets"][0]["updated_at"]);
    let family = format!("{}/secrets", &path[1..]);
    let value = |name| session.tenant.stored(&family, name).map(|secret| secret["value"].clone());
    assert_eq!([value("A"), value("B"), value("C")], [Some(json!("1")), None, Some(json!("3"))]);
    let (_, after) = session.patch(&path, &json!({ "secrets": [], "dependencies": [] })).await;
    assert_eq!((&after["secrets"], &after["dependencies"]), (&json!([]), &json!([])));

    let (status, error) = session.patch(&path, &json!({ "id": "x" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        message(&error),
        "Payload validation error: 'Additional properties not allowed: id'."
    );
    let other = json!({ "supported_triggers": [{ "id": "credentials-exchange" }] });
    let (status, error) = session.patch(&path, &other).await;
    assert_eq!(
        (status, message(&error)),
        (StatusCode::BAD_REQUEST, "can't upgrade to this trigger.")
    );
}

#[tokio::test]
async fn lists_leave_zeros_out_and_filter() {
    let session = Session::empty();
    let (_, list) = session.get("/actions/actions?per_page=100").await;
    assert_eq!(list, json!({ "actions": [], "per_page": 100 }));

    let session = Session::seeded();
    let (_, list) = session.get("/actions/actions").await;
    let total = list["actions"].as_array().unwrap().len();
    assert_eq!((&list["total"], &list["per_page"]), (&json!(total), &json!(20)));
    assert!(list.get("page").is_none());
    let (_, page) = session.get("/actions/actions?page=1&per_page=4").await;
    assert_eq!((&page["total"], &page["page"]), (&json!(total), &json!(1)));
    let (_, beyond) = session.get("/actions/actions?page=9&per_page=4").await;
    assert_eq!(beyond, json!({ "actions": [], "page": 9, "per_page": 4 }));
    let found = async |query: &str| {
        let (status, list) = session.get(&format!("/actions/actions?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        names(&list["actions"], "name")
    };
    assert_eq!(found("triggerId=credentials-exchange").await, ["Name the warehouse"]);
    assert_eq!(found("actionName=Loyalty%20tier").await, ["Loyalty tier"]);
    assert_eq!(
        found("deployed=false").await,
        ["Refuse disposable addresses", "Newsletter sign-up"]
    );
    assert_eq!(found("installed=true").await, Vec::<String>::new());
    let (status, error) = session.get("/actions/actions?triggerId=pre-coffee").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["errorCode"], "invalid_query_string");
}

#[tokio::test]
async fn versions_are_listed_read_and_deployed_again() {
    let session = quick();
    let (path, _) = deployed(&session, "X").await;
    session.patch(&path, &json!({ "code": "// two" })).await;
    session.post(&format!("{path}/deploy"), &Value::Null).await;
    let (_, list) = session.get(&format!("{path}/versions")).await;
    let numbers: Vec<u64> = list["versions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["number"].as_u64())
        .collect();
    assert_eq!((numbers, &list["total"]), (vec![2, 1], &json!(2)));
    let first = format!("{path}/versions/{}", list["versions"][1]["id"].as_str().unwrap());
    let (_, version) = session.get(&first).await;
    assert_eq!((&version["deployed"], &version["code"]), (&json!(false), &json!(CODE)));

    let (status, again) = session.post(&format!("{first}/deploy"), &Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&again["number"], &again["code"]), (&json!(3), &json!(CODE)));
    let (_, action) = session.get(&path).await;
    assert_eq!(
        (&action["deployed_version"]["number"], &action["code"]),
        (&json!(3), &json!("// two"))
    );
    assert_eq!(action["all_changes_deployed"], false);
    let update = json!({ "update_draft": true });
    session.post(&format!("{first}/deploy"), &update).await;
    assert_eq!(session.get(&path).await.1["all_changes_deployed"], true);
    let (status, _) = session.get(&format!("{path}/versions/nothing")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_triggers_of_august_2026_are_listed() {
    let session = Session::empty();
    let (_, list) = session.get("/actions/triggers").await;
    let triggers = list["triggers"].as_array().unwrap();
    assert_eq!(triggers.len(), 20);
    let current = triggers.iter().filter(|trigger| trigger["status"] == "CURRENT").count();
    assert_eq!(current, 13);
    assert!(triggers.iter().any(|trigger| trigger["id"] == "mcp-tool"));
    assert_eq!(session.get("/actions/triggers/mcp-tool/bindings").await.1["bindings"], json!([]));
    let (status, error) = session.get("/actions/triggers/pre-coffee/bindings").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["errorCode"], "invalid_uri");
}

#[tokio::test]
async fn bindings_are_replaced_in_order_with_new_ids() {
    let session = quick();
    let (_, one) = deployed(&session, "One").await;
    let (_, two) = deployed(&session, "Two").await;
    let (status, first) = session
        .patch(BINDINGS, &json!({ "bindings": [by_id(&one), { "ref": { "type": "action_name", "value": "Two" }, "display_name": "Second" }] }))
        .await;
    assert_eq!(status, StatusCode::OK, "{first}");
    assert_eq!(bound(&first), ["One", "Two"]);
    let labels = names(&first["bindings"], "display_name");
    assert_eq!(labels, ["", "Second"]);
    assert!(first["bindings"][0]["action"].get("code").is_none());
    assert_eq!(first["bindings"][0]["action"]["deployed_version"]["number"], 1);
    let (_, second) =
        session.patch(BINDINGS, &json!({ "bindings": [by_id(&two), by_id(&one)] })).await;
    assert_eq!(bound(&second), ["Two", "One"]);
    assert_ne!(first["bindings"][0]["id"], second["bindings"][1]["id"]);
    let (_, list) = session.get(BINDINGS).await;
    assert_eq!(list["bindings"], second["bindings"]);
    assert_eq!((&list["total"], &list["per_page"]), (&json!(2), &json!(20)));
    let (_, page) = session.get(&format!("{BINDINGS}?page=1&per_page=1")).await;
    assert_eq!(bound(&page), ["One"]);
    let kept = json!({ "ref": { "type": "binding_id", "value": second["bindings"][1]["id"] } });
    let (_, third) = session.patch(BINDINGS, &json!({ "bindings": [kept] })).await;
    assert_eq!(bound(&third), ["One"]);
}

#[tokio::test]
async fn what_cannot_be_bound_is_refused_and_changes_nothing() {
    let session = quick();
    let (_, one) = deployed(&session, "One").await;
    session.patch(BINDINGS, &json!({ "bindings": [by_id(&one)] })).await;
    let draft =
        created(&session, &post_login("Draft")).await.rsplit('/').next().unwrap().to_owned();
    let check = async |path: &str, binding: Value, expected: StatusCode, start: &str| {
        let (status, error) = session.patch(path, &json!({ "bindings": [binding] })).await;
        assert_eq!(status, expected, "{error}");
        assert!(message(&error).starts_with(start), "{}", message(&error));
    };
    let refused = StatusCode::BAD_REQUEST;
    check(BINDINGS, by_id(&draft), refused, "Trying to create a binding for an action that has")
        .await;
    check(BINDINGS, by_id("nobody"), StatusCode::NOT_FOUND, "That action does not exist.").await;
    check(BINDINGS, json!({ "action_id": one }), refused, "Payload validation error").await;
    let other = "/actions/triggers/credentials-exchange/bindings";
    check(other, by_id(&one), refused, "The action \"One\" does not support").await;
    let entity = "/actions/triggers/event-stream/bindings";
    check(entity, by_id(&one), refused, "cannot update action bindings for an entity-bound").await;
    let (status, _) = session.patch(BINDINGS, &json!({ "bindings": vec![by_id(&one); 21] })).await;
    assert_eq!(status, refused);
    assert_eq!(bound(&session.get(BINDINGS).await.1), ["One"]);
}

#[tokio::test]
async fn a_bound_action_is_deleted_by_force_only() {
    let session = quick();
    let (path, id) = deployed(&session, "One").await;
    session.patch(BINDINGS, &json!({ "bindings": [by_id(&id)] })).await;
    let (status, error) = session.delete(&path).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(message(&error), "Unable to delete an action bound to a trigger.");
    assert_eq!(session.delete(&format!("{path}?force=true")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(session.get(BINDINGS).await.1["bindings"], json!([]));
    let missing = json!({ "statusCode": 404, "error": "Not Found", "message": "That action does not exist." });
    assert_eq!(session.get(&path).await, (StatusCode::NOT_FOUND, missing.clone()));
    assert_eq!(session.delete(&path).await, (StatusCode::NOT_FOUND, missing));
}

#[tokio::test]
async fn a_test_answers_a_payload_and_executions_are_not_kept() {
    let session = quick();
    let path = created(&session, &post_login("X")).await;
    let test = format!("{path}/test");
    let (status, body) = session.post(&test, &json!({ "payload": { "event": {} } })).await;
    assert_eq!((status, body["payload"].is_object()), (StatusCode::OK, true));
    session.patch(&path, &json!({ "code": "exports.f = () => { throw new Error('no'); };" })).await;
    let (_, body) = session.post(&test, &json!({ "payload": {} })).await;
    assert_eq!(body["payload"]["error"]["msg"], "no");
    assert_eq!(session.post(&test, &json!({})).await.0, StatusCode::BAD_REQUEST);
    let (status, error) = session.get("/actions/executions/M9IqRp9wQLaYNrSwz6YPTTIwMjEwNDA0").await;
    assert_eq!(
        (status, message(&error)),
        (StatusCode::NOT_FOUND, "That execution does not exist.")
    );
}

#[tokio::test]
async fn modules_are_a_feature_that_a_tenant_has_or_lacks() {
    let session = Session::empty();
    let (status, error) = session.get("/actions/modules").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(error["errorCode"], "feature_not_enabled");

    let options = Options { modules: true, build_time: Duration::ZERO, ..Options::default() };
    let session = Session::with(options);
    let module = json!({ "name": "greetings", "code": "module.exports = {};" });
    let (status, module) = session.post("/actions/modules", &module).await;
    assert_eq!(status, StatusCode::CREATED);
    let path = format!("/actions/modules/{}", module["id"].as_str().unwrap());
    let (_, version) = session.post(&format!("{path}/versions"), &Value::Null).await;
    assert_eq!(version["version_number"], 1);
    let mut body = post_login("X");
    body["modules"] = json!([{ "module_id": module["id"], "module_version_id": version["id"] }]);
    let action = created(&session, &body).await;
    assert_eq!(session.get(&action).await.1["modules"][0]["module_name"], "greetings");
    assert_eq!(session.get(&format!("{path}/actions")).await.1["total"], 1);
    assert_eq!(session.delete(&path).await.0, StatusCode::PRECONDITION_FAILED);
    session.delete(&action).await;
    let (_, read) = session.get(&path).await;
    assert_eq!(
        (&read["all_changes_published"], &read["actions_using_module_total"]),
        (&json!(true), &json!(0))
    );
    session.patch(&path, &json!({ "code": "module.exports = { a: 1 };" })).await;
    let back = json!({ "module_version_id": version["id"] });
    let (_, back) = session.post(&format!("{path}/rollback"), &back).await;
    assert_eq!(back["code"], "module.exports = {};");
    assert_eq!(session.get(&format!("{path}/versions")).await.1["total"], 1);
    assert_eq!(session.delete(&path).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn deploying_asks_for_the_scope_of_creation() {
    let session = Session::seeded().scoped(&["read:actions", "update:actions"]);
    let (_, list) = session.get("/actions/actions?actionName=Loyalty%20tier").await;
    let path = format!("/actions/actions/{}", list["actions"][0]["id"].as_str().unwrap());
    let (status, error) = session.post(&format!("{path}/deploy"), &Value::Null).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(message(&error), "Insufficient scope, expected any of: create:actions");
}

#[tokio::test]
async fn the_seed_has_actions_in_every_state() {
    let session = Session::seeded();
    let (_, list) = session.get("/actions/actions").await;
    let states: Vec<(&str, bool, bool)> = list["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| {
            let deployed = action.get("deployed_version").is_some();
            let all = action["all_changes_deployed"] == true;
            (action["status"].as_str().unwrap(), deployed, all)
        })
        .collect();
    for state in [
        ("built", true, true),
        ("built", true, false),
        ("built", false, false),
        ("failed", false, false),
    ] {
        assert!(states.contains(&state), "{state:?} in {states:?}");
    }
    let (_, list) = session.get(BINDINGS).await;
    assert_eq!(bound(&list), ["Add roles to tokens", "Ask for birthday"]);
}

#[tokio::test]
async fn meanwhile_somebody_else_wins_the_race() {
    for when in [When::Before, When::After] {
        let session = quick();
        let (_, one) = deployed(&session, "One").await;
        let (_, two) = deployed(&session, "Two").await;
        let kind = FaultKind::Meanwhile {
            method: "PATCH".to_owned(),
            path: format!("/api/v2{BINDINGS}"),
            body: Some(json!({ "bindings": [by_id(&two)] })),
            when,
        };
        let fault = Fault::new(kind).on("GET", &format!("/api/v2{BINDINGS}")).times(1);
        session.tenant.faults().push(fault);
        let (status, list) = session.get(BINDINGS).await;
        assert_eq!(status, StatusCode::OK);
        let seen = bound(&list);
        assert_eq!(seen, if when == When::Before { vec!["Two"] } else { vec![] });
        // A tool that now appends to what it saw undoes the other's change.
        session.patch(BINDINGS, &json!({ "bindings": [by_id(&one)] })).await;
        assert_eq!(bound(&session.get(BINDINGS).await.1), ["One"]);
    }
    let session = quick();
    let refused = FaultKind::meanwhile("DELETE", "/api/v2/actions/actions/nobody", None);
    session.tenant.faults().push(Fault::new(refused));
    let (status, error) = session.get(BINDINGS).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(message(&error).contains("That action does not exist."), "{error}");
}

#[tokio::test]
async fn actions_are_loaded_as_they_are() {
    let session = Session::empty();
    let stuck =
        json!({ "id": "stuck", "name": "Stuck", "status": "building", "supported_triggers": [] });
    assert_eq!(session.tenant.load("actions/actions", stuck).as_deref(), Some("stuck"));
    session.tenant.advance(Duration::from_secs(3_600));
    assert_eq!(session.get("/actions/actions/stuck").await.1["status"], "building");
}
