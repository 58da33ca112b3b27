//! The logs through the real binary: questions as people ask them, the search that reaches the tenant, and the events
//! that answer them. What is expected is worked out here from the events that the tenant holds.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tenant::Tenant;

use crate::session::{Builder, Session, tenant};

const FAILED_LOGIN: &[&str] =
    &["f", "fc", "fco", "fcoa", "fens", "fp", "fu", "passkey_challenge_failed"];
const LOGGED_IN: &[&str] = &["s", "scoa", "sdel", "sens"];
const FAILED_EXCHANGE: &[&str] = &[
    "ciba_exchange_failed",
    "failed_on_behalf_of_token_exchange",
    "fd",
    "fdeleacft",
    "feacft",
    "feccft",
    "fecte",
    "fede",
    "feoobft",
    "feotpft",
    "fepft",
    "fepotpft",
    "fercft",
    "ferrt",
    "fertft",
    "feta",
    "idjag_exchange_failed",
    "jwt_bearer_exchange_failed",
];
const FAILED_MFA: &[&str] = &[
    "gd_auth_fail_email_verification",
    "gd_auth_failed",
    "gd_auth_rejected",
    "gd_recovery_failed",
    "gd_send_email_verification_failure",
    "gd_send_pn_failure",
    "gd_send_sms_failure",
    "gd_send_voice_failure",
    "gd_start_enroll_failed",
    "gd_webauthn_challenge_failed",
    "gd_webauthn_enrollment_failed",
];
const ATTACKS: &[&str] = &[
    "limit_mu",
    "limit_phone",
    "limit_sul",
    "limit_wc",
    "pwd_leak",
    "reset_pwd_leak",
    "signup_pwd_leak",
];
const FAILED_CODE: &[&str] = &[
    "actions_execution_failed",
    "fcph",
    "flows_execution_failed",
    "forms_submission_failed",
    "fpurh",
];
const LOGGED_OUT: &[&str] =
    &["oidc_backchannel_logout_succeeded", "slo", "universal_logout_succeeded"];
const HOUR: u64 = 3_600_000;
const MARA: &str = "mara.lindqvist@harbourbooks.example";
const MARA_ID: &str = "auth0|64f0a1c2d3e4f5a6b7c8d901";
const DATABASE: &str = "Username-Password-Authentication";

/// A tenant, a session with it, and its events, oldest first.
struct Asked {
    tenant: Tenant,
    session: Session,
    events: Vec<Value>,
}

/// A question: its words, the tool's arguments, the Lucene in which `{since}` stands for a time so many milliseconds
/// ago, and which events answer it.
struct Question<'a> {
    words: &'a str,
    arguments: Value,
    lucene: String,
    ago: u64,
    fits: &'a dyn Fn(&Value) -> bool,
}

impl Asked {
    fn new() -> Self {
        let tenant = tenant();
        let mut session = Builder::new().tenant(&tenant).start();
        let ids = follow(&mut session, 100);
        let events = ids.iter().map(|id| tenant.stored("logs", id).unwrap()).collect();
        Self { tenant, session, events }
    }

    /// How many events answer.
    fn ask(&mut self, question: Question<'_>) -> usize {
        let Question { words, mut arguments, lucene, ago, fits } = question;
        arguments["per_page"] = 100.into();
        self.tenant.clear_requests();
        let before = now();
        let answer = self.session.call("auth0_list_logs", arguments).ok();
        let sent = sent_query(&self.tenant);
        let since = sent.split_once("date:[").and_then(|(_, rest)| rest.split(' ').next());
        let since = since.unwrap_or_default().to_owned();
        if lucene.contains("{since}") {
            let meant = milliseconds(&since) + ago;
            assert!((before..=now()).contains(&meant), "{words}: {since}");
        }
        assert_eq!(sent, lucene.replace("{since}", &since), "{words}");
        assert_eq!(answer["query"], sent, "{words}");
        let bounded =
            |event: &&Value| !lucene.contains("{since}") || text(event, "date") >= since.as_str();
        let mut expected: Vec<&Value> =
            self.events.iter().filter(|event| fits(event)).filter(bounded).collect();
        expected.sort_by(|one, other| date_and_id(other).cmp(&date_and_id(one)));
        let expected: Vec<&str> = expected.iter().map(|event| text(event, "log_id")).collect();
        assert_eq!(ids(&answer["logs"]), expected, "{words}");
        assert_eq!(answer["pagination"]["total"], expected.len(), "{words}");
        expected.len()
    }
}

/// The `q` of the last search.
pub(crate) fn sent_query(tenant: &Tenant) -> String {
    let path = tenant.requests().last().unwrap().path.clone();
    let url = reqwest::Url::parse(&format!("https://x{path}")).unwrap();
    url.query_pairs().find(|(name, _)| name == "q").unwrap().1.into_owned()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// `2026-01-31T10:00:00.000Z` as milliseconds since 1970, by counting days.
fn milliseconds(date: &str) -> u64 {
    let number = |at: std::ops::Range<usize>| date[at].parse::<u64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: u64 = lengths[..usize::try_from(month - 1).unwrap()].iter().sum();
    let hours = (years + months + day - 1) * 24 + number(11..13);
    ((hours * 60 + number(14..16)) * 60 + number(17..19)) * 1_000 + number(20..23)
}

fn text<'e>(event: &'e Value, name: &str) -> &'e str {
    event[name].as_str().unwrap_or_default()
}

fn date_and_id(event: &Value) -> (&str, &str) {
    (text(event, "date"), text(event, "log_id"))
}

pub(crate) fn ids(logs: &Value) -> Vec<&str> {
    logs.as_array().unwrap().iter().map(|event| text(event, "log_id")).collect()
}

fn is_one_of(types: &'static [&'static str]) -> impl Fn(&Value) -> bool {
    move |event| types.contains(&text(event, "type"))
}

fn types(codes: &[&str]) -> String {
    let terms: Vec<String> = codes.iter().map(|code| format!("type:\"{code}\"")).collect();
    if let [only] = terms.as_slice() { only.clone() } else { format!("({})", terms.join(" OR ")) }
}

/// Reads all events from the beginning, so many at a time; their ids in the order in which they came.
pub(crate) fn follow(session: &mut Session, take: usize) -> Vec<String> {
    let (mut seen, mut from) = (Vec::new(), "0".to_owned());
    loop {
        let answer = session.call("auth0_list_logs", json!({"from": from, "take": take})).ok();
        let page = ids(&answer["logs"]);
        assert!(page.len() <= take, "{answer}");
        seen.extend(page.into_iter().map(str::to_owned));
        answer["checkpoint"]["next_from"].as_str().unwrap().clone_into(&mut from);
        if answer["checkpoint"]["has_next"] == false {
            return seen;
        }
    }
}

#[test]
fn questions_about_logins_and_users() {
    let mut asked = Asked::new();
    let day = text(&asked.events[asked.events.len() / 2], "date")[..10].to_owned();
    let attacker =
        |event: &Value| is_one_of(FAILED_LOGIN)(event) && text(event, "ip") == "192.0.2.3";
    for (span, ago, found) in [("12h", 12 * HOUR, 0), ("3d", 72 * HOUR, 36)] {
        let count = asked.ask(Question {
            words: "failed logins from 192.0.2.3 in the last 12 hours, or three days",
            arguments: json!({"event": "login", "outcome": "failed", "ip": "192.0.2.3", "since": span}),
            lucene: types(FAILED_LOGIN) + " AND ip:\"192.0.2.3\" AND date:[{since} TO *]",
            ago,
            fits: &attacker,
        });
        assert_eq!(count, found);
    }
    let users = [
        Question {
            words: "what did mara.lindqvist@harbourbooks.example do on that day",
            arguments: json!({"user": MARA, "since": day, "until": day}),
            lucene: format!(
                "(user_id:\"{MARA}\" OR user_name:\"{MARA}\") AND date:[{day}T00:00:00.000Z TO {day}T23:59:59.999Z]"
            ),
            ago: 0,
            fits: &|event| {
                text(event, "user_name") == MARA && text(event, "date").starts_with(&day)
            },
        },
        Question {
            words: "what did the user with this id do today",
            arguments: json!({"user": MARA_ID, "since": "24h"}),
            lucene: format!(
                "(user_id:\"{MARA_ID}\" OR user_name:\"{MARA_ID}\") AND date:[{{since}} TO *]"
            ),
            ago: 24 * HOUR,
            fits: &|event| text(event, "user_id") == MARA_ID,
        },
        Question {
            words: "who logged in with Google",
            arguments: json!({"event": "login", "outcome": "success", "connection": "google-oauth2"}),
            lucene: types(LOGGED_IN)
                + " AND (connection:\"google-oauth2\" OR connection_id:\"google-oauth2\")",
            ago: 0,
            fits: &|event| is_one_of(LOGGED_IN)(event) && event["connection"] == "google-oauth2",
        },
        Question {
            words: "why can the user not log in to the Storefront: wrong password or unknown name",
            arguments: json!({"type": ["fp", "fu"], "user": MARA, "client": "Storefront"}),
            lucene: format!(
                "{} AND (user_id:\"{MARA}\" OR user_name:\"{MARA}\") AND (client_id:\"Storefront\" OR client_name:\"Storefront\")",
                types(&["fp", "fu"])
            ),
            ago: 0,
            fits: &|event| {
                is_one_of(&["fp", "fu"])(event)
                    && text(event, "user_name") == MARA
                    && text(event, "client_name") == "Storefront"
            },
        },
        Question {
            words: "completed password changes of database users in the last two weeks",
            arguments: json!({"event": "password_change", "outcome": "success", "connection": DATABASE, "since": "2w"}),
            lucene: format!(
                "{} AND (connection:\"{DATABASE}\" OR connection_id:\"{DATABASE}\") AND date:[{{since}} TO *]",
                types(&["scp", "scpr"])
            ),
            ago: 336 * HOUR,
            fits: &|event| is_one_of(&["scp", "scpr"])(event) && event["connection"] == DATABASE,
        },
        Question {
            words: "sign-ups that failed",
            arguments: json!({"event": "signup", "outcome": "failed"}),
            lucene: types(&["fs"]),
            ago: 0,
            fits: &is_one_of(&["fs"]),
        },
        Question {
            words: "who logged out",
            arguments: json!({"event": "logout", "outcome": "success"}),
            lucene: types(LOGGED_OUT),
            ago: 0,
            fits: &is_one_of(LOGGED_OUT),
        },
        Question {
            words: "second factors that failed",
            arguments: json!({"event": "mfa", "outcome": "failed"}),
            lucene: types(FAILED_MFA),
            ago: 0,
            fits: &is_one_of(FAILED_MFA),
        },
        Question {
            words: "silent authentications that failed",
            arguments: json!({"event": "silent_auth", "outcome": "failed"}),
            lucene: types(&["fdelsa", "fsa"]),
            ago: 0,
            fits: &is_one_of(&["fdelsa", "fsa"]),
        },
    ];
    let counts: Vec<usize> = users.into_iter().map(|question| asked.ask(question)).collect();
    assert!(counts[2..].iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn questions_about_attacks_machines_and_changes() {
    let mut asked = Asked::new();
    let stored = |event: &&Value| event["type"] == "sapi";
    let terraform = text(asked.events.iter().rfind(stored).unwrap(), "client_id").to_owned();
    let questions = [
        Question {
            words: "blocked IPs this week",
            arguments: json!({"type": ["limit_mu"], "since": "7d"}),
            lucene: "type:\"limit_mu\" AND date:[{since} TO *]".into(),
            ago: 168 * HOUR,
            fits: &is_one_of(&["limit_mu"]),
        },
        Question {
            words: "what did attack protection block",
            arguments: json!({"event": "attack_protection", "outcome": "warning"}),
            lucene: types(ATTACKS),
            ago: 0,
            fits: &is_one_of(ATTACKS),
        },
        Question {
            words: "failed API calls by the client Load Test",
            arguments: json!({"event": "token_exchange", "outcome": "failed", "client": "Load Test"}),
            lucene: types(FAILED_EXCHANGE)
                + " AND (client_id:\"Load Test\" OR client_name:\"Load Test\")",
            ago: 0,
            fits: &|event| is_one_of(FAILED_EXCHANGE)(event) && event["client_name"] == "Load Test",
        },
        Question {
            words: "did we hit the rate limit",
            arguments: json!({"event": "rate_limit", "outcome": "warning"}),
            lucene: types(&["api_limit", "api_limit_warning", "limit_delegation"]),
            ago: 0,
            fits: &is_one_of(&["api_limit", "api_limit_warning", "limit_delegation"]),
        },
        Question {
            words: "which Actions failed",
            arguments: json!({"event": "extensibility", "outcome": "failed"}),
            lucene: types(FAILED_CODE),
            ago: 0,
            fits: &is_one_of(FAILED_CODE),
        },
        Question {
            words: "what did this client change through the Management API",
            arguments: json!({"type": ["sapi"], "client": terraform}),
            lucene: format!(
                "type:\"sapi\" AND (client_id:\"{terraform}\" OR client_name:\"{terraform}\")"
            ),
            ago: 0,
            fits: &|event| event["type"] == "sapi" && event["client_id"] == terraform.as_str(),
        },
        Question {
            words: "created users, in the caller's own Lucene",
            arguments: json!({"q": " description:\"Create a User\" ", "event": "api_operation"}),
            lucene: "(description:\"Create a User\") AND (type:\"mgmt_api_read\" OR type:\"sapi\")"
                .into(),
            ago: 0,
            fits: &|event| event["description"] == "Create a User",
        },
        Question {
            words: "everything from phones but logins, in the caller's own Lucene",
            arguments: json!({"q": "user_agent:Mobile* AND NOT type:s"}),
            lucene: "user_agent:Mobile* AND NOT type:s".into(),
            ago: 0,
            fits: &|event| text(event, "user_agent").starts_with("Mobile") && event["type"] != "s",
        },
    ];
    for question in questions {
        let words = question.words;
        assert!(asked.ask(question) > 0, "{words}");
    }
}
