//! Answers of the real service, as other projects recorded them, go through the tools: no tool fails on one, the
//! output schema holds, and no secret comes out. What the tools send is not looked at here: see `bodies.rs`.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::PathBuf,
};

use jsonschema::Validator;
use serde_json::{Value, json};
use tenant::{Fault, FaultKind, Tenant};

use crate::session::{Builder, Session, tenant};

/// Put in the place of every recorded secret, most of which were blanked out before they were published.
const PLANTED: &str = "pLaNtEd-SeCrEt_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM";
const SECRETS: [&str; 12] = [
    "client_secret",
    "signing_secret",
    "private_key",
    "privateKey",
    "secret",
    "secretAccessKey",
    "storageAccessKey",
    "sasKey",
    "servicePassword",
    "masterkey",
    "access_token",
    "api_key",
];

/// A list whose items were lost when the answer was recorded: what is left is an empty application.
const LOST: (&str, u64) =
    ("test/data/recordings/TestOrganizationManager_ClientGrantsWithOrg.yaml", 5);

/// A tool for the recorded answers of one endpoint; `{}` in the path stands for one segment.
struct Endpoint {
    method: &'static str,
    path: &'static str,
    tool: &'static str,
    arguments: fn() -> Value,
}

const ENDPOINTS: [Endpoint; 20] = [
    endpoint("GET", "clients", "auth0_list_applications", || json!({})),
    endpoint("GET", "clients/{}", "auth0_get_application", || json!({"client_id": "x"})),
    endpoint("POST", "clients", "auth0_create_application", || json!({"name": "x"})),
    endpoint(
        "PATCH",
        "clients/{}",
        "auth0_update_application",
        || json!({"client_id": "x", "name": "x"}),
    ),
    endpoint("GET", "resource-servers", "auth0_list_resource_servers", || json!({})),
    endpoint("GET", "resource-servers/{}", "auth0_get_resource_server", || json!({"id": "x"})),
    endpoint(
        "POST",
        "resource-servers",
        "auth0_create_resource_server",
        || json!({"name": "x", "identifier": "x"}),
    ),
    endpoint(
        "PATCH",
        "resource-servers/{}",
        "auth0_update_resource_server",
        || json!({"id": "x", "name": "x"}),
    ),
    endpoint("GET", "client-grants", "auth0_list_application_grants", || json!({})),
    endpoint(
        "POST",
        "client-grants",
        "auth0_create_application_grant",
        || json!({"client_id": "x", "audience": "x", "scope": []}),
    ),
    endpoint("GET", "logs", "auth0_list_logs", || json!({})),
    endpoint("GET", "logs/{}", "auth0_get_log", || json!({"id": "x"})),
    endpoint("GET", "actions/actions", "auth0_list_actions", || json!({})),
    endpoint("GET", "actions/actions/{}", "auth0_get_action", || json!({"id": "x"})),
    endpoint(
        "POST",
        "actions/actions",
        "auth0_create_action",
        || json!({"name": "x", "code": "x", "runtime": "node22", "supported_triggers": [{"id": "post-login", "version": "v3"}]}),
    ),
    endpoint(
        "PATCH",
        "actions/actions/{}",
        "auth0_update_action",
        || json!({"id": "x", "name": "x"}),
    ),
    endpoint("GET", "forms", "auth0_list_forms", || json!({})),
    endpoint("GET", "forms/{}", "auth0_get_form", || json!({"id": "x"})),
    endpoint("POST", "forms", "auth0_create_form", || json!({"name": "x"})),
    endpoint("PATCH", "forms/{}", "auth0_update_form", || json!({"id": "x", "name": "x"})),
];
const fn endpoint(
    method: &'static str,
    path: &'static str,
    tool: &'static str,
    arguments: fn() -> Value,
) -> Endpoint {
    Endpoint { method, path, tool, arguments }
}

/// A recorded answer.
struct Answer {
    source: String,
    method: String,
    path: String,
    status: u16,
    body: Value,
}

impl Endpoint {
    fn matches(&self, answer: &Answer) -> bool {
        let path = answer.path.trim_start_matches("/api/v2/");
        let (wanted, found): (Vec<_>, Vec<_>) =
            (self.path.split('/').collect(), path.split('/').collect());
        let fits = |(wanted, found): (&&str, &&str)| wanted == found || *wanted == "{}";
        self.method == answer.method
            && wanted.len() == found.len()
            && wanted.iter().zip(&found).all(fits)
    }

    fn family(&self) -> &str {
        self.path.split('/').next().unwrap()
    }
}

/// Every successful answer of every file, each body once for an endpoint.
fn recorded() -> Vec<Answer> {
    let (mut bodies, mut answers, mut sessions) = (HashMap::new(), Vec::new(), Vec::new());
    for line in lines() {
        if line["interactions"].is_array() {
            sessions.push(line);
        } else if line["id"].is_string() {
            bodies.insert(line["id"].as_str().unwrap().to_owned(), line["body"].clone());
        } else {
            answers.push(answer(&line["file"], &line, line["response_body"].clone()));
        }
    }
    for session in &sessions {
        for step in session["interactions"].as_array().unwrap() {
            let body = step["response"].as_str().and_then(|id| bodies.get(id)).cloned();
            answers.push(answer(&session["file"], step, body.unwrap_or_default()));
        }
    }
    let mut seen = HashSet::new();
    answers.retain(|answer| {
        let known = format!("{} {} {}", answer.method, answer.path, answer.body);
        (200..300).contains(&answer.status) && !answer.body.is_null() && seen.insert(known)
    });
    answers
}

fn lines() -> impl Iterator<Item = Value> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/tenant/recordings"));
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "jsonl"));
    files.sort();
    let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    texts.into_iter().flat_map(|text| {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    })
}

fn answer(file: &Value, row: &Value, body: Value) -> Answer {
    let index = row.get("index").or(row.get("i")).and_then(Value::as_u64).unwrap_or_default();
    let lost = row["fidelity"] == "body-lost"
        || (row["fidelity"] == "reserialized" && (file.as_str(), index) == (Some(LOST.0), LOST.1));
    Answer {
        source: format!("{file} {index}"),
        method: row["method"].as_str().unwrap().to_owned(),
        path: row["path"].as_str().unwrap().to_owned(),
        status: row["status"].as_u64().unwrap().try_into().unwrap(),
        body: if lost { Value::Null } else { body },
    }
}

/// Puts the planted secret wherever the service could put one; says how often.
fn plant(value: &mut Value) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(plant).sum(),
        Value::Object(members) => {
            let mut planted = 0;
            for (name, member) in members.iter_mut() {
                match name.as_str() {
                    name if SECRETS.contains(&name) && member.is_string() => {
                        *member = PLANTED.into();
                        planted += 1;
                    }
                    "signing_keys" => {
                        for key in member.as_array_mut().into_iter().flatten() {
                            key["key"] = PLANTED.into();
                            planted += 1;
                        }
                    }
                    "encryption_key" if member.is_object() => {
                        member["private"] = PLANTED.into();
                        planted += 1 + plant(member);
                    }
                    "secrets" => {
                        for secret in member.as_array_mut().into_iter().flatten() {
                            secret["value"] = PLANTED.into();
                            planted += 1;
                        }
                    }
                    _ => planted += plant(member),
                }
            }
            planted
        }
        _ => 0,
    }
}

/// Answers the next request of this method and path so.
fn feed(tenant: &Tenant, method: &str, path: &str, status: u16, body: &Value) {
    let kind = FaultKind::Body {
        status,
        content_type: "application/json; charset=utf-8".into(),
        body: body.to_string(),
    };
    tenant.faults().push(Fault::new(kind).on(method, &format!("/api/v2/{path}")).times(1));
}

fn output_schemas(session: &mut Session) -> HashMap<String, Validator> {
    let tools = session.tools();
    let schema = |tool: &Value| {
        let validator = jsonschema::validator_for(&tool["outputSchema"]).unwrap();
        (tool["name"].as_str().unwrap().to_owned(), validator)
    };
    tools.iter().map(schema).collect()
}

/// Calls the tool; what is wrong with its answer, if anything.
fn problem(
    session: &mut Session,
    schemas: &HashMap<String, Validator>,
    tool: &str,
    arguments: Value,
) -> Option<String> {
    let called = session.call(tool, arguments);
    if called.is_error {
        return Some(called.text);
    }
    if called.raw.contains(&PLANTED[..24]) || called.raw.contains(&PLANTED[40..]) {
        return Some("a secret is shown".into());
    }
    schemas[tool].validate(&called.structured).err().map(|error| format!("output schema: {error}"))
}

#[test]
#[expect(clippy::print_stderr, reason = "the numbers are the result")]
fn every_recorded_answer_passes_through_its_tool() {
    let (tenant, answers) = (tenant(), recorded());
    let mut session = Builder::new().tenant(&tenant).debug().start();
    let schemas = output_schemas(&mut session);
    let (mut counts, mut problems, mut planted) = (BTreeMap::new(), Vec::new(), 0);
    for mut answer in answers {
        let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| endpoint.matches(&answer)) else {
            continue;
        };
        planted += plant(&mut answer.body);
        let path = endpoint.path.replace("{}", "");
        feed(&tenant, endpoint.method, &path, answer.status, &answer.body);
        let arguments = (endpoint.arguments)();
        if let Some(problem) = problem(&mut session, &schemas, endpoint.tool, arguments) {
            problems.push(format!("{} {}: {problem}", answer.source, endpoint.tool));
        }
        assert!(tenant.faults().list().is_empty(), "{} asked something else", endpoint.tool);
        *counts.entry((endpoint.family(), endpoint.tool)).or_insert(0_usize) += 1;
    }
    eprintln!("{counts:#?}, {planted} secrets planted");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    assert!(
        ENDPOINTS.iter().all(|one| counts.contains_key(&(one.family(), one.tool))),
        "{counts:?}"
    );
    let log = session.end().stderr;
    assert!(!log.contains(&PLANTED[..24]), "a secret is in the log");
    // As many as there are, so that a filter that loses some is noticed.
    let families = counts.iter().fold(BTreeMap::new(), |mut sums, ((family, _), count)| {
        *sums.entry(*family).or_insert(0) += count;
        sums
    });
    let expected = [
        ("actions", 138),
        ("client-grants", 51),
        ("clients", 1469),
        ("forms", 18),
        ("logs", 19),
        ("resource-servers", 303),
    ];
    assert_eq!(families, BTreeMap::from(expected));
}

#[test]
fn a_recorded_deployment_passes_through_the_tool() {
    let (tenant, answers) = (tenant(), recorded());
    let mut session = Builder::new().tenant(&tenant).start();
    let schemas = output_schemas(&mut session);
    let mut count = 0;
    let versions = answers.iter().filter(|answer| {
        answer.method == "POST"
            && answer.path.ends_with("/deploy")
            && answer.path.contains("/actions/actions/")
    });
    for version in versions {
        // The draft before, the recorded version, and the action that runs it.
        let action = |deployed: bool| {
            let mut action = json!({"id": "x", "name": "x", "status": "built", "all_changes_deployed": deployed});
            if deployed {
                action["deployed_version"] = version.body.clone();
            }
            action
        };
        let path = "actions/actions/x";
        feed(&tenant, "GET", path, 200, &action(false));
        feed(&tenant, "POST", "actions/actions/x/deploy", version.status, &version.body);
        feed(&tenant, "GET", path, 200, &action(true));
        let problem = problem(&mut session, &schemas, "auth0_deploy_action", json!({"id": "x"}));
        assert_eq!(problem, None, "{}", version.source);
        count += 1;
    }
    assert_eq!(count, 28);
}
