//! Logs: searching, paging, reading on from a checkpoint, and what changes leave behind.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::session::{Session, read};

fn message(body: &Value) -> &str {
    body["message"].as_str().unwrap_or_default()
}

fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes()
        .map(
            |byte| {
                if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}

async fn found(session: &Session, q: &str) -> Vec<Value> {
    let path = format!("/logs?per_page=100&q={}", encoded(q));
    let (status, list) = session.get(&path).await;
    assert_eq!(status, StatusCode::OK, "{q}: {list}");
    list.as_array().unwrap().clone()
}

#[tokio::test]
async fn the_seed_tells_ten_days_with_ids_of_56_digits() {
    let session = Session::seeded();
    let (_, page) = session.get("/logs?include_totals=true&sort=date:1&per_page=1").await;
    let total = page["total"].as_u64().unwrap();
    assert!((350..500).contains(&total), "{total}");
    assert_eq!(
        (&page["start"], &page["limit"], &page["length"]),
        (&json!(0), &json!(1), &json!(1))
    );
    let event = &page["logs"][0];
    let id = event["log_id"].as_str().unwrap();
    assert!(id.len() == 56 && id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    assert_eq!(event["_id"], event["log_id"]);
    assert_eq!(event["isMobile"], false);
    let (status, one) = session.get(&format!("/logs/{id}")).await;
    assert_eq!((status, &one), (StatusCode::OK, event));
    let (status, error) = session.get("/logs/900").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(message(&error), "Log not found.");

    // The same story is told at every start.
    let kinds = async |session: &Session| {
        let (_, list) = session.get("/logs?fields=type,ip&per_page=100&sort=date:1").await;
        let kinds = list.as_array().unwrap().iter().map(|event| event["type"].clone());
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(kinds(&session).await, kinds(&Session::seeded()).await);
}

#[tokio::test]
async fn a_query_selects() {
    let session = Session::seeded();
    let attack = found(&session, "ip:192.0.2.3 AND type:(f OR fp OR fu)").await;
    assert_eq!(attack.len(), 36);
    assert!(attack.iter().all(|event| event["ip"] == "192.0.2.3"));
    assert_eq!(found(&session, "type:\"limit_mu\"").await.len(), 1);
    assert_eq!(found(&session, "limit_mu").await.len(), 1);
    assert_eq!(found(&session, "TYPE").await.len(), 0);
    assert!(!found(&session, "user_name:mara* AND NOT type:s").await.is_empty());
    assert!(!found(&session, "description:\"Wrong email or password.\"").await.is_empty());
    let newest = attack[0]["date"].as_str().unwrap();
    let (day, _) = newest.split_once('T').unwrap();
    let later = found(&session, &format!("date:{{{newest} TO *]")).await;
    assert!(later.iter().all(|event| event["date"].as_str().unwrap() > newest));
    assert!(!found(&session, &format!("date:[{day} TO {day}] AND ip:192.0.2.3")).await.is_empty());
    let secrets = found(&session, "type:sapi AND description:\"Create a log stream\"").await;
    let header = &secrets[0]["details"]["request"]["body"]["sink"]["httpAuthorization"];
    assert!(header.as_str().unwrap().starts_with("Bearer "));
}

#[tokio::test]
async fn what_is_wrong_with_a_search_is_said() {
    let session = Session::seeded();
    let check = async |rest: &str, code: &str, expected: &str| {
        let (status, error) = session.get(&format!("/logs?{rest}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{rest}");
        assert_eq!(error["errorCode"], code, "{rest}");
        assert!(message(&error).contains(expected), "{rest}: {}", message(&error));
    };
    let invalid = "invalid_query_string";
    let unknown = "The search query string has an error: unknown field \"user_email\"";
    check(&format!("q={}", encoded("user_email:a@b")), invalid, unknown).await;
    check("q=type:", invalid, "the field \"type\" has no value").await;
    check("q=(type:f", invalid, "a parenthesis is not closed").await;
    check("search=type:f", invalid, "Additional properties not allowed: search").await;
    check("per_page=101", invalid, "Value 101 is greater than maximum 100").await;
    check("sort=date", invalid, "on property sort").await;
    check("from=900&take=101", invalid, "Value 101 is greater than maximum 100").await;
    check("page=10&per_page=100", "invalid_paging", "the first 1000 records").await;
    let long = "x".repeat(5_000);
    let (status, _) = session.get(&format!("/logs?q={long}")).await;
    assert_eq!(status, StatusCode::URI_TOO_LONG);
}

#[tokio::test]
async fn pages_are_sorted_and_fields_are_chosen() {
    let session = Session::seeded();
    let (_, bare) = session.get("/logs").await;
    assert_eq!(bare.as_array().unwrap().len(), 50);
    let (_, second) = session.get("/logs?page=1&per_page=10").await;
    assert_eq!(second.as_array().unwrap()[..], bare.as_array().unwrap()[10..20]);
    let (_, newest) = session.get("/logs?sort=date:-1&per_page=100").await;
    let dates = newest.as_array().unwrap().iter().map(|event| event["date"].as_str().unwrap());
    assert!(dates.rev().is_sorted());
    let (_, list) = session.get("/logs?fields=date,type&per_page=1").await;
    let keys: Vec<&String> = list[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["date", "type", "_id"]);
    let (_, list) = session.get("/logs?fields=details,_id&include_fields=false&per_page=5").await;
    for event in list.as_array().unwrap() {
        assert!(event.get("details").is_none() && event["_id"].is_string());
    }
}

#[tokio::test]
async fn a_checkpoint_is_followed_to_the_end_and_stays_there() {
    let session = Session::seeded();
    let (_, oldest) = session.get("/logs?sort=log_id:1&per_page=1").await;
    let mut from = oldest[0]["log_id"].as_str().unwrap().to_owned();
    let mut seen = vec![from.clone()];
    loop {
        let path = format!("/logs?from={from}&take=100&include_totals=true&q=ignored");
        let response = session.send(Method::GET, &path, None).await.unwrap();
        let link = response.headers()["link"].to_str().unwrap().to_owned();
        let (_, page) = read(response).await;
        let ids = page.as_array().unwrap().iter().map(|event| event["log_id"].as_str().unwrap());
        let before = seen.len();
        seen.extend(ids.map(str::to_owned));
        from.clone_from(seen.last().unwrap());
        let domain = session.tenant.domain();
        let expected = format!("<https://{domain}/api/v2/logs?from={from}&take=100>; rel=\"next\"");
        assert_eq!(link, expected);
        if seen.len() == before {
            break;
        }
    }
    assert!(seen.is_sorted());
    let (_, page) = session.get("/logs?include_totals=true").await;
    assert_eq!(page["total"], seen.len());
}

#[tokio::test]
async fn a_change_is_noted_with_the_secrets_that_the_service_knows_blanked() {
    let session = Session::empty();
    let (_, client) = session.post("/clients", &json!({ "name": "X" })).await;
    session.get("/clients").await;
    session.post("/clients", &json!({ "nome": "X" })).await;
    let events = found(&session, "type:sapi").await;
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(event["description"], "Create a client");
    assert_eq!(event["client_id"], session.tenant.client_credentials().0);
    let details = &event["details"];
    assert_eq!(details["request"]["path"], "/api/v2/clients");
    assert_eq!(details["request"]["body"], json!({ "name": "X" }));
    assert_eq!(details["response"]["statusCode"], 201);
    assert_eq!(details["response"]["body"]["client_id"], client["client_id"]);
    assert_eq!(details["response"]["body"]["client_secret"], "REDACTED");
}

#[tokio::test]
async fn a_token_without_the_scope_sees_nothing() {
    let session = Session::seeded().scoped(&["read:clients"]);
    let (status, error) = session.get("/logs").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(message(&error), "Insufficient scope, expected any of: read:logs,read:logs_users");
    let session = session.scoped(&["read:logs_users"]);
    assert_eq!(session.get("/logs").await.0, StatusCode::OK);
}

#[tokio::test]
async fn events_apis_and_grants_are_loaded_as_they_are() {
    let session = Session::empty();
    let tenant = &session.tenant;
    let event = json!({ "log_id": "900", "type": "s", "date": "2026-08-13T06:52:23.850Z" });
    assert_eq!(tenant.load("logs", event).as_deref(), Some("900"));
    let api = json!({ "id": "66f1c0a2b3d4e5f601234599", "identifier": "urn:x" });
    tenant.load("resource-servers", api.clone());
    tenant.load("client-grants", json!({ "id": "cgr_x", "client_id": "c", "audience": "urn:x" }));
    let (_, list) = session.get("/logs?fields=type").await;
    assert_eq!(list, json!([{ "type": "s", "_id": "900" }]));
    assert_eq!(session.get("/resource-servers/urn:x").await.1, api);
    assert_eq!(session.get("/client-grants/cgr_x").await.0, StatusCode::OK);
}
