//! Questions as people ask them, as the arguments that a model makes of them, as the Lucene that Auth0 gets.
//! The script's clock stands at 2025-01-01T00:00:00Z.

use auth0_mcp_plugin::testing::Script;
use serde_json::{Value, json};

#[track_caller]
fn ask(question: &str, arguments: Value, lucene: &str) {
    let script = Script::new().answer(200, json!([]));
    let answer = logs::call("auth0_list_logs", &arguments.to_string(), &script).expect(question);
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["query"], lucene, "{question}");
    let sent = script.sent();
    assert!(sent[0].starts_with(&format!("GET logs?q={lucene}&sort=")), "{question}: {sent:?}");
}

const FAILED_LOGIN: &str = r#"(type:"f" OR type:"fc" OR type:"fco" OR type:"fcoa" OR type:"fens" OR type:"fp" OR type:"fu" OR type:"passkey_challenge_failed")"#;

#[test]
fn logins() {
    ask(
        "failed logins from 192.0.2.3 in the last 12 hours",
        json!({ "event": "login", "outcome": "failed", "ip": "192.0.2.3", "since": "12h" }),
        &format!(r#"{FAILED_LOGIN} AND ip:"192.0.2.3" AND date:[2024-12-31T12:00:00.000Z TO *]"#),
    );
    ask(
        "who logged in successfully on 31 December",
        json!({ "event": "login", "outcome": "success", "since": "2024-12-31", "until": "2024-12-31" }),
        r#"(type:"s" OR type:"scoa" OR type:"sdel" OR type:"sens") AND date:[2024-12-31T00:00:00.000Z TO 2024-12-31T23:59:59.999Z]"#,
    );
    ask(
        "why can jane@example.com not log in to the shop",
        json!({ "event": "login", "outcome": "failed", "user": "jane@example.com", "client": "Shop" }),
        &format!(
            r#"{FAILED_LOGIN} AND (user_id:"jane@example.com" OR user_name:"jane@example.com") AND (client_id:"Shop" OR client_name:"Shop")"#
        ),
    );
    ask(
        "logins with a wrong password or an unknown user name",
        json!({ "type": ["fp", "fu"] }),
        r#"(type:"fp" OR type:"fu")"#,
    );
    ask("warnings during login", json!({ "event": "login", "outcome": "warning" }), r#"type:"w""#);
    ask(
        "silent authentications that failed",
        json!({ "event": "silent_auth", "outcome": "failed" }),
        r#"(type:"fdelsa" OR type:"fsa")"#,
    );
}

#[test]
fn users() {
    ask(
        "everything that auth0|5f7c8ec7c33c6c004bbafe82 did this week",
        json!({ "user": "auth0|5f7c8ec7c33c6c004bbafe82", "since": "7d" }),
        r#"(user_id:"auth0|5f7c8ec7c33c6c004bbafe82" OR user_name:"auth0|5f7c8ec7c33c6c004bbafe82") AND date:[2024-12-25T00:00:00.000Z TO *]"#,
    );
    ask(
        "sign-ups since yesterday, also those that failed",
        json!({ "event": "signup", "since": "1d" }),
        r#"(type:"ss" OR type:"fs") AND date:[2024-12-31T00:00:00.000Z TO *]"#,
    );
    ask("log-outs", json!({ "event": "logout", "outcome": "success" }), {
        r#"(type:"oidc_backchannel_logout_succeeded" OR type:"slo" OR type:"universal_logout_succeeded")"#
    });
    ask(
        "password changes of the database users",
        json!({ "event": "password_change", "connection": "Username-Password-Authentication" }),
        r#"(type:"scp" OR type:"scpr" OR type:"fcp" OR type:"fcpr") AND (connection:"Username-Password-Authentication" OR connection_id:"Username-Password-Authentication")"#,
    );
    ask(
        "who passed the second factor",
        json!({ "event": "mfa", "outcome": "success" }),
        r#"(type:"gd_auth_email_verification" OR type:"gd_auth_succeed" OR type:"gd_enrollment_complete" OR type:"gd_recovery_succeed")"#,
    );
}

#[test]
fn operations() {
    ask(
        "what was changed through the Management API before noon on 5 May 2024, Berlin time",
        json!({ "event": "api_operation", "until": "2024-05-05T12:00:00+02:00" }),
        r#"(type:"mgmt_api_read" OR type:"sapi") AND date:[* TO 2024-05-05T10:00:00.000Z]"#,
    );
    ask(
        "deleted users",
        json!({ "event": "api_operation", "q": "description:\"Delete a User\"" }),
        r#"(description:"Delete a User") AND (type:"mgmt_api_read" OR type:"sapi")"#,
    );
    ask(
        "which IP addresses were blocked or used leaked passwords",
        json!({ "event": "attack_protection", "outcome": "warning" }),
        r#"(type:"limit_mu" OR type:"limit_phone" OR type:"limit_sul" OR type:"limit_wc" OR type:"pwd_leak" OR type:"reset_pwd_leak" OR type:"signup_pwd_leak")"#,
    );
    ask(
        "did we hit the rate limit in the last quarter of an hour",
        json!({ "event": "rate_limit", "outcome": "warning", "since": "15m" }),
        r#"(type:"api_limit" OR type:"api_limit_warning" OR type:"limit_delegation") AND date:[2024-12-31T23:45:00.000Z TO *]"#,
    );
    ask(
        "failing Actions, flows and forms, and notifications that were not sent",
        json!({ "event": "extensibility", "outcome": "failed", "type": ["fn", "fcph"] }),
        r#"(type:"actions_execution_failed" OR type:"fcph" OR type:"flows_execution_failed" OR type:"forms_submission_failed" OR type:"fpurh" OR type:"fn")"#,
    );
    ask(
        "machine-to-machine tokens of one application",
        json!({ "type": ["seccft"], "client": "r2nehQVWws3du9VlSCnuuT6QI8xLdDyR" }),
        r#"type:"seccft" AND (client_id:"r2nehQVWws3du9VlSCnuuT6QI8xLdDyR" OR client_name:"r2nehQVWws3du9VlSCnuuT6QI8xLdDyR")"#,
    );
}

#[test]
fn a_query_of_the_callers_own_is_sent_as_it_is() {
    ask("phones", json!({ "q": " user_agent:*iPhone* AND NOT type:s " }), {
        "user_agent:*iPhone* AND NOT type:s"
    });
}

#[test]
fn every_failure_is_one_query_of_bearable_length() {
    let script = Script::new().answer(200, json!([]));
    let answer =
        logs::call("auth0_list_logs", r#"{"outcome":"failed"}"#, &script).expect("an answer");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let lucene = answer["query"].as_str().expect("a query");
    assert!(lucene.starts_with(r#"(type:"f" OR "#) && lucene.len() < 2_500, "{}", lucene.len());
    assert_eq!(lucene.matches("type:").count(), 74);
}
