//! APIs (resource servers) through the real binary: find them, look at them, create and change them.

use serde_json::{Value, json};
use tenant::Tenant;

use crate::session::{Builder, Session, tenant};

const LIST: &str = "auth0_list_resource_servers";
const GET: &str = "auth0_get_resource_server";
const CREATE: &str = "auth0_create_resource_server";
const UPDATE: &str = "auth0_update_resource_server";
const CATALOGUE: &str = "66f1c0a2b3d4e5f601234501";
const CATALOGUE_URL: &str = "https://catalogue.harbourbooks.example/";
const WAREHOUSE: &str = "66f1c0a2b3d4e5f601234504";
/// The secret of the one API that signs with HS256.
const SEEDED_SECRET: &str = "S8xGqR2vTn5LdW0pYbKc7HfJmZ4uAe1X";

fn start() -> (Tenant, Session) {
    let tenant = tenant();
    let session = Builder::new().tenant(&tenant).start();
    (tenant, session)
}

/// Method, path and body of the last request.
fn last(tenant: &Tenant) -> (String, String, Value) {
    let request = tenant.requests().pop().unwrap();
    let body = serde_json::from_slice(&request.body).unwrap_or_default();
    (request.method, request.path, body)
}

fn names(answer: &Value) -> Vec<&str> {
    let items = answer["resource_servers"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn pages_tell_the_truth() {
    let (_tenant, mut session) = start();
    let whole = session.call(LIST, json!({"per_page": 100})).ok();
    let total = whole["pagination"]["total"].as_u64().unwrap();
    assert!(total >= 9, "{whole}");
    assert_eq!(names(&whole).len() as u64, total);
    for per_page in [1, 4, total, total + 1] {
        let (mut seen, pages) = (Vec::new(), total.div_ceil(per_page));
        for page in 0..pages {
            let list = session.call(LIST, json!({"per_page": per_page, "page": page})).ok();
            let more = page + 1 < pages;
            let mut told = json!({"page": page, "per_page": per_page, "total": total, "total_pages": pages, "has_next": more});
            if more {
                told["next_page"] = (page + 1).into();
            }
            assert_eq!(list["pagination"], told);
            seen.extend(names(&list).into_iter().map(str::to_owned));
        }
        assert_eq!(seen, names(&whole));
    }
    let beyond = session.call(LIST, json!({"per_page": 4, "page": 99})).ok();
    assert_eq!(beyond["resource_servers"], json!([]));
    assert_eq!(beyond["pagination"]["has_next"], false);
    assert_eq!(beyond["pagination"]["page"], 99);
    // Without totals only a full page can tell that more may follow.
    let bare = session.call(LIST, json!({"per_page": 4, "include_totals": false})).ok();
    assert_eq!(
        bare["pagination"],
        json!({"page": 0, "per_page": 4, "has_next": true, "next_page": 1})
    );
}

#[test]
fn apis_are_found_by_name_and_by_identifier() {
    let (tenant, mut session) = start();
    for number in 0..230 {
        tenant.load(
            "resource-servers",
            json!({"id": format!("{number:024}"), "name": format!("Copy {number:03} of orders"), "identifier": format!("urn:copy:{number}")}),
        );
    }
    let found = session.call(LIST, json!({"name": "oRDERS a"})).ok();
    assert_eq!(names(&found), ["Orders API"]);
    let scanned = found["scan"]["scanned"].as_u64().unwrap();
    assert!(scanned > 230 && found["scan"]["complete"] == true, "{found}");
    let far = session.call(LIST, json!({"name": "copy 229"})).ok();
    assert_eq!(far["resource_servers"][0]["identifier"], "urn:copy:229");
    let none = session.call(LIST, json!({"name": "no such"})).ok();
    assert_eq!((&none["resource_servers"], &none["scan"]["complete"]), (&json!([]), &json!(true)));
    // Two identifiers, one of which needs every kind of encoding.
    let odd = "https://a.example/ü ?x=1&y=%2F#z+";
    tenant.load("resource-servers", json!({"id": "odd", "name": "Odd", "identifier": odd}));
    let both = session.call(LIST, json!({"identifiers": [CATALOGUE_URL, odd, "urn:none"]})).ok();
    assert_eq!(names(&both), ["Catalogue API", "Odd"]);
    assert_eq!(both["pagination"]["total"], 2);
}

#[test]
fn an_identifier_is_one_segment_of_the_path() {
    let (tenant, mut session) = start();
    let by_id = session.call(GET, json!({"id": CATALOGUE})).ok();
    assert_eq!(last(&tenant).1, format!("/api/v2/resource-servers/{CATALOGUE}"));
    assert_eq!(by_id["identifier"], CATALOGUE_URL);
    assert_eq!(session.call(GET, json!({"id": CATALOGUE_URL})).ok(), by_id);
    assert_eq!(
        last(&tenant).1,
        "/api/v2/resource-servers/https%3A%2F%2Fcatalogue.harbourbooks.example%2F"
    );
    for identifier in ["https://a.example/v1/?x=1&y=%2F#top", "urn:ü:a b", "%00"] {
        let api = json!({"id": "special", "name": "Special", "identifier": identifier});
        tenant.load("resource-servers", api);
        let found = session.call(GET, json!({"id": identifier})).ok();
        assert_eq!(found["identifier"], identifier);
        let path = last(&tenant).1;
        let segment = path.strip_prefix("/api/v2/resource-servers/").unwrap();
        assert!(!segment.contains(['/', '?', '#', '&', ' ']) && segment.is_ascii(), "{path}");
    }
    let requests = tenant.requests().len();
    let text = session.call(GET, json!({"id": "a/../../clients"})).error();
    assert!(text.contains("Nothing was sent to Auth0"), "{text}");
    assert_eq!(tenant.requests().len(), requests);
    for id in ["nobody", "https://nobody.example/"] {
        let text = session.call(GET, json!({"id": id})).error();
        assert!(text.contains(&format!("Resource server with id '{id}' not found.")), "{text}");
    }
}

/// Every setting that the tool knows.
fn everything() -> Value {
    json!({
        "name": "Pictures", "identifier": "https://pictures.example/api?v=1",
        "scopes": [{"value": "read:pictures", "description": "See \"them\" – all"}, {"value": "write:pictures"}],
        "signing_alg": "HS256", "signing_secret": "pLaNtEd-SeCrEt_0123456789abcdefghijkl",
        "allow_offline_access": true, "token_lifetime": 0, "token_lifetime_for_web": 2_592_000,
        "token_dialect": "rfc9068_profile_authz", "skip_consent_for_verifiable_first_party_clients": false,
        "enforce_policies": true, "consent_policy": "transactional-authorization-with-mfa",
        "token_encryption": {"format": "compact-nested-jwe", "encryption_key": {"name": "k", "alg": "RSA-OAEP-384",
            "kid": "1", "pem": "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n"}},
        "authorization_details": [{"type": "payment"}],
        "proof_of_possession": {"mechanism": "dpop", "required": true, "required_for": "public_clients"},
        "subject_type_authorization": {"user": {"policy": "require_client_grant"}, "client": {"policy": "deny_all"}},
    })
}

#[test]
fn an_api_is_created_with_every_setting() {
    let (tenant, mut session) = start();
    let tools = session.tools();
    let schema = tools.iter().find(|tool| tool["name"] == CREATE).unwrap();
    let given = everything();
    for setting in schema["inputSchema"]["properties"].as_object().unwrap().keys() {
        assert!(given.get(setting).is_some(), "{setting} is missing here");
    }
    let created = session.call(CREATE, given.clone()).ok();
    assert_eq!(last(&tenant), ("POST".into(), "/api/v2/resource-servers".into(), given.clone()));
    let stored = tenant.stored("resource-servers", created["id"].as_str().unwrap()).unwrap();
    for (name, value) in given.as_object().unwrap() {
        match name.as_str() {
            "token_encryption" => {
                assert_eq!(created[name]["encryption_key"]["alg"], "RSA-OAEP-384")
            }
            "signing_secret" => {
                assert_eq!(&stored[name], value);
                assert_eq!(created[name], "[REDACTED]");
            }
            _ => assert_eq!(&created[name], value, "{name}"),
        }
    }
    let smallest = session.call(CREATE, json!({"name": "n", "identifier": "urn:n"})).ok();
    assert_eq!(last(&tenant).2, json!({"name": "n", "identifier": "urn:n"}));
    assert_eq!(
        (&smallest["signing_alg"], &smallest["token_lifetime"]),
        (&json!("RS256"), &json!(86_400))
    );
}

#[test]
fn an_update_sends_what_is_given_and_nothing_else() {
    let (tenant, mut session) = start();
    let before = session.call(GET, json!({"id": CATALOGUE})).ok();
    let scopes = json!([{"value": "read:books", "description": "Read"}]);
    let updated = session.call(UPDATE, json!({"id": CATALOGUE_URL, "scopes": scopes})).ok();
    let path = "/api/v2/resource-servers/https%3A%2F%2Fcatalogue.harbourbooks.example%2F";
    assert_eq!(last(&tenant), ("PATCH".into(), path.into(), json!({"scopes": scopes})));
    assert_eq!((&updated["scopes"], &updated["changed"]), (&scopes, &json!(["scopes"])));
    let mut expected = before;
    expected["scopes"] = scopes;
    assert_eq!(session.call(GET, json!({"id": CATALOGUE})).ok(), expected);
    // Lists can become empty, and what can be cleared is cleared by null.
    let none = session.call(UPDATE, json!({"id": CATALOGUE, "scopes": []})).ok();
    assert_eq!(none["scopes"], json!([]));
    let payments = "https://payments.harbourbooks.example/";
    let clear = json!({"consent_policy": null, "authorization_details": null, "proof_of_possession": null, "token_encryption": null});
    let mut arguments = clear.clone();
    arguments["id"] = payments.into();
    let cleared = session.call(UPDATE, arguments).ok();
    assert_eq!(last(&tenant).2, clear);
    for name in clear.as_object().unwrap().keys() {
        assert_eq!(cleared[name], Value::Null, "{name}");
    }
    let requests = tenant.requests().len();
    for arguments in [
        json!({"id": CATALOGUE}),
        json!({"id": CATALOGUE, "name": null}),
        json!({"id": CATALOGUE, "identifier": "urn:new"}),
    ] {
        session.call(UPDATE, arguments).error();
    }
    let text = session.call(UPDATE, json!({"id": CATALOGUE})).error();
    assert!(text.contains("nothing to change: give a setting beside id"), "{text}");
    assert_eq!(tenant.requests().len(), requests, "a refused update was sent");
}

#[test]
fn refusals_say_what_they_mean() {
    let (tenant, mut session) = start();
    let text = session.call(CREATE, json!({"name": "n", "identifier": CATALOGUE_URL})).error();
    let told = format!("Resource server with identifier '{CATALOGUE_URL}' already exists.");
    assert!(text.contains(&told) && text.contains("409"), "{text}");
    let management = format!("https://{}/api/v2/", tenant.domain());
    let text = session.call(UPDATE, json!({"id": management, "name": "mine"})).error();
    assert!(text.contains("System resource servers cannot be patched."), "{text}");
    let text = session.call(CREATE, json!({"name": "n", "identifier": management})).error();
    assert!(text.contains("The selected identifier is reserved."), "{text}");
    let text = session.call(UPDATE, json!({"id": "nobody", "name": "n"})).error();
    assert!(text.contains("Resource server with id 'nobody' not found."), "{text}");
}

#[test]
fn a_signing_secret_is_never_shown() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).debug().start();
    let given = everything();
    let planted = given["signing_secret"].as_str().unwrap();
    let changed = "ChAnGeD-SeCrEt_0123456789abcdefghijkl";
    let calls = [
        (LIST, json!({"per_page": 100, "include_fields": false, "fields": ["name"]})),
        (LIST, json!({"name": "warehouse"})),
        (GET, json!({"id": WAREHOUSE})),
        (CREATE, given.clone()),
        (CREATE, given.clone()),
        (GET, json!({"id": given["identifier"]})),
        (UPDATE, json!({"id": given["identifier"], "signing_secret": changed})),
        (UPDATE, json!({"id": "nobody", "signing_secret": changed})),
        (UPDATE, json!({"id": WAREHOUSE, "signing_secret": [changed]})),
        (CREATE, json!({"name": "n", "identifier": "x", "signing_secrets": changed})),
    ];
    let mut answers = String::new();
    for (tool, arguments) in calls {
        answers += &session.call(tool, arguments).raw;
    }
    session.call(LIST, json!({"fields": ["signing_secret"]})).error();
    let stored = tenant.stored("resource-servers", WAREHOUSE).unwrap();
    assert_eq!(stored["signing_secret"], SEEDED_SECRET);
    let log = session.end().stderr;
    for secret in [SEEDED_SECRET, planted, changed] {
        assert!(!answers.contains(&secret[12..]), "an answer shows {secret}");
        assert!(!log.contains(&secret[12..]), "the log shows {secret}");
    }
    assert!(answers.contains("[REDACTED]"));
    let sent = tenant
        .requests()
        .into_iter()
        .any(|request| String::from_utf8_lossy(&request.body).contains(changed));
    assert!(sent, "the secret did not reach the tenant");
}
