//! Entries of the logs through the real binary: how far a search reaches, where a checkpoint leads, what a hostile
//! value can do, what a type means, and what stays hidden.

use serde_json::{Value, json};

use crate::{
    logs::{follow, ids, sent_query},
    session::{Builder, Session, tenant},
};

#[test]
fn a_search_ends_at_a_thousand() {
    let tenant = tenant();
    for number in 0..1_100 {
        let id = format!("8{number:04}");
        tenant.load(
            "logs",
            json!({"log_id": id, "type": "depnote", "date": "2026-01-01T00:00:00.000Z"}),
        );
    }
    let mut session = Builder::new().tenant(&tenant).start();
    let mut page = |page: u64| {
        let arguments = json!({"type": ["depnote"], "per_page": 100, "page": page});
        session.call("auth0_list_logs", arguments)
    };
    let first = page(0).ok();
    let told = json!({"page": 0, "per_page": 100, "total": 1_100, "total_pages": 10, "has_next": true, "next_page": 1});
    assert_eq!(first["pagination"], told);
    assert!(first["note"].as_str().unwrap().contains("1,000"), "{first}");
    let last = page(9).ok();
    assert_eq!(last["logs"].as_array().unwrap().len(), 100);
    let told =
        json!({"page": 9, "per_page": 100, "total": 1_100, "total_pages": 10, "has_next": false});
    assert_eq!(last["pagination"], told);
    let text = page(10).error();
    assert!(text.contains("first 1000 records"), "{text}");
}

#[test]
fn a_checkpoint_is_followed_to_the_end() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let whole = follow(&mut session, 100);
    assert!(whole.is_sorted() && whole.len() > 350, "{}", whole.len());
    let total = session.call("auth0_list_logs", json!({})).ok()["pagination"]["total"].clone();
    assert_eq!(total, whole.len());
    for take in [7, 50, 99] {
        tenant.clear_requests();
        assert_eq!(follow(&mut session, take), whole, "gaps or duplicates with {take}");
        let requests = tenant.requests();
        for (number, request) in requests.iter().enumerate() {
            let from =
                number.checked_sub(1).map_or("0", |before| whole[(before + 1) * take - 1].as_str());
            assert_eq!(request.path, format!("/api/v2/logs?from={from}&take={take}"));
        }
    }
    // At the end a caller waits with the last id, and gets what is new.
    let last = whole.last().unwrap();
    let none = session.call("auth0_list_logs", json!({"from": last})).ok();
    assert_eq!(none["logs"], json!([]));
    assert_eq!(none["checkpoint"], json!({"has_next": false, "next_from": last}));
    let newer = format!("{last}1");
    tenant.load("logs", json!({"log_id": newer, "date": "2030-01-01T00:00:00.000Z", "type": "s"}));
    let one = session.call("auth0_list_logs", json!({"from": last})).ok();
    assert_eq!(ids(&one["logs"]), [newer.as_str()]);
    let text = session.call("auth0_list_logs", json!({"from": last, "ip": "::1"})).error();
    assert!(text.contains("Auth0 ignores ip together with from"), "{text}");
}

#[test]
fn hostile_values_stay_inside_one_quoted_term() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let mut id = 0;
    for value in [
        r#"" OR type:*"#,
        r#"x" OR type:* OR user_id:""#,
        r#"\" OR type:*"#,
        r#"\\" OR type:*"#,
        r"ends with \",
        "two\nlines\" OR\r\ntype:*",
        ") OR (type:*",
        "OR type:*",
        "*",
        "a] TO *",
    ] {
        // The one event that really holds the value, as far as a log can.
        id += 1;
        let (log_id, kept) = (format!("9999{id}"), value.replace(char::is_control, " "));
        tenant.load(
            "logs",
            json!({"log_id": log_id, "type": "s", "date": "2026-01-01T00:00:00.000Z", "ip": kept,
                "user_name": kept, "client_name": kept, "connection": kept}),
        );
        let escaped: String = kept
            .chars()
            .flat_map(|letter| {
                [r#""\*?"#.contains(letter).then_some('\\'), Some(letter)].into_iter().flatten()
            })
            .collect();
        for (argument, fields) in [
            ("ip", &["ip"][..]),
            ("user", &["user_id", "user_name"]),
            ("client", &["client_id", "client_name"]),
            ("connection", &["connection", "connection_id"]),
        ] {
            let answer = session.call("auth0_list_logs", json!({argument: value})).ok();
            let terms: Vec<String> =
                fields.iter().map(|field| format!("{field}:\"{escaped}\"")).collect();
            let joined = terms.join(" OR ");
            let lucene = if terms.len() == 1 { joined } else { format!("({joined})") };
            assert_eq!(sent_query(&tenant), lucene, "{value:?}");
            assert_eq!(ids(&answer["logs"]), [log_id.as_str()], "{argument} {value:?}");
        }
    }
    tenant.clear_requests();
    for arguments in [json!({"q": "a) OR (b", "ip": "::1"}), json!({"type": ["s\" OR type:*"]})] {
        session.call("auth0_list_logs", arguments).error();
    }
    assert!(tenant.requests().is_empty());
}

#[test]
fn one_entry_comes_whole() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let listed = session.call("auth0_list_logs", json!({"type": ["limit_mu"]})).ok();
    let id = listed["logs"][0]["log_id"].as_str().unwrap();
    let mut entry = session.call("auth0_get_log", json!({"id": id})).ok();
    assert_eq!(entry.as_object_mut().unwrap().remove("event"), Some("Blocked IP Address".into()));
    assert_eq!(entry, tenant.stored("logs", id).unwrap());
    for missing in ["900", "a/b?c#d", "%2F", "ü \"x\""] {
        let text = session.call("auth0_get_log", json!({"id": missing})).error();
        assert!(text.contains(&format!("Log with id '{missing}' not found.")), "{text}");
    }
    tenant.clear_requests();
    for step in ["..", "../clients", "a/../../clients"] {
        let text = session.call("auth0_get_log", json!({"id": step})).error();
        assert!(text.contains("Nothing was sent to Auth0"), "{text}");
    }
    assert!(tenant.requests().is_empty());
}

#[test]
fn type_codes_carry_their_meaning() {
    let tenant = tenant();
    let meanings = [
        ("fp", Some("Failed Login (Incorrect Password)")),
        ("fu", Some("Failed Login (Invalid Email/Username)")),
        ("s", Some("Success Login")),
        (
            "limit_wc",
            Some(
                "Blocked Account: too many failed logins into a single account from an IP address",
            ),
        ),
        ("seccft", Some("Successful exchange of Access Token for a Client Credentials Grant")),
        ("mgmt_api_read", Some("Management API read Operation")),
        ("gd_auth_failed", Some("MFA Auth failed")),
        ("brand_new", None),
    ];
    tenant.load(
        "logs",
        json!({"log_id": "7", "type": "brand_new", "date": "2026-01-01T00:00:00.000Z"}),
    );
    let mut session = Builder::new().tenant(&tenant).start();
    for (code, meaning) in meanings {
        let answer = session.call("auth0_list_logs", json!({"type": [code], "per_page": 1})).ok();
        let entry = &answer["logs"][0];
        assert_eq!((&entry["type"], entry["event"].as_str()), (&json!(code), meaning));
        let whole = session.call("auth0_get_log", json!({"id": entry["log_id"]})).ok();
        assert_eq!(whole["event"].as_str(), meaning);
    }
    for entry in all(&mut session, &json!([])) {
        assert!(entry["event"].is_string() || entry["type"] == "brand_new", "{entry}");
    }
}

#[test]
fn secrets_in_details_are_masked() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).debug().start();
    let (mut secrets, mut ids) = (Vec::new(), Vec::new());
    for entry in all(&mut session, &json!(["type"])) {
        let id = entry["log_id"].as_str().unwrap().to_owned();
        find_secrets(&tenant.stored("logs", &id).unwrap(), &mut secrets);
        ids.push(id);
    }
    assert!(secrets.len() >= 50, "{}", secrets.len());
    let answers = read_every_way(&mut session, &ids);
    let log = session.end().stderr;
    let shown: Vec<&String> = secrets
        .iter()
        .filter(|(_, secret)| answers.contains(secret) || log.contains(secret))
        .map(|(name, _)| name)
        .collect();
    assert!(shown.is_empty(), "shown or logged: {shown:?}");
    for kept in ["REDACTED", "https://siem.harbourbooks.example/", "Wrong email or password."] {
        assert!(answers.contains(kept), "{kept} is hidden too");
    }
}

/// All entries of a search without filters, with these fields.
fn all(session: &mut Session, fields: &Value) -> Vec<Value> {
    let mut entries = Vec::new();
    for page in 0.. {
        let mut arguments = json!({"per_page": 100, "page": page});
        if fields != &json!([]) {
            arguments["fields"] = fields.clone();
        }
        let mut answer = session.call("auth0_list_logs", arguments).ok();
        entries.append(answer["logs"].as_array_mut().unwrap());
        if answer["pagination"]["has_next"] == false {
            break;
        }
    }
    entries
}

/// The values that the invented tenant's log really holds and nobody must see.
fn find_secrets(value: &Value, found: &mut Vec<(String, String)>) {
    const NAMES: [&str; 6] = [
        "client_secret",
        "password",
        "smtp_pass",
        "webhook_key",
        "httpAuthorization",
        "transaction_token",
    ];
    let Some(members) = value.as_object() else { return };
    for (name, member) in members {
        let text = member.as_str().unwrap_or_default();
        let ticket = text.split_once("ticket=").map(|(_, ticket)| ticket.trim_end_matches('#'));
        let named = NAMES.contains(&name.as_str()).then_some(text.trim_start_matches("Bearer "));
        let secret = ticket.or(named).filter(|secret| secret.len() >= 20);
        found.extend(secret.map(|secret| (name.clone(), secret.to_owned())));
        find_secrets(member, found);
    }
}

/// The details as lists and single entries show them.
fn read_every_way(session: &mut Session, ids: &[String]) -> String {
    let mut answers = String::new();
    for id in ids {
        answers += &session.call("auth0_get_log", json!({"id": id})).raw;
    }
    for entry in all(session, &json!(["details", "type"])) {
        answers += &entry.to_string();
    }
    let checkpoint = json!({"from": "0", "take": 100, "fields": ["details"]});
    answers + &session.call("auth0_list_logs", checkpoint).raw
}
