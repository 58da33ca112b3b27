//! The device flow: codes, polling, decisions, and requests that are wrong.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tenant::{ActivationError, DEVICE_CLIENT_ID, DeviceState, Fault, FaultKind, Options, Tenant};

use crate::{
    oauth::{ANY_TENANT, DEVICE_GRANT, ask, claims, poll, post, quick, sign_in, try_token, with},
    session::Session,
};

#[tokio::test]
async fn a_device_code_is_given_as_the_service_words_it() {
    let session = Session::seeded();
    let form = [("client_id", DEVICE_CLIENT_ID), ("audience", ANY_TENANT)];
    let (status, body) = post(&session, "/oauth/device/code", &form).await;
    assert_eq!(status, StatusCode::OK);
    let code = body["user_code"].as_str().unwrap();
    assert_eq!(code.len(), "WDJB-MJHT".len());
    assert_eq!(code.split_once('-').map(|(left, _)| left.len()), Some(4), "{code}");
    assert_eq!(body["verification_uri"], session.url("/activate"));
    let complete = session.url(&format!("/activate?user_code={code}"));
    assert_eq!(body["verification_uri_complete"], complete);
    assert_eq!((&body["expires_in"], &body["interval"]), (&json!(900), &json!(5)));
}

#[tokio::test]
async fn an_approved_device_gets_a_token_of_the_tenant_once() {
    let session = quick();
    let device = ask(&session, "read:clients update:clients offline_access").await;
    let (status, body) = poll(&session, &device.code).await;
    assert_eq!((status.as_u16(), &body["error"]), (403, &json!("authorization_pending")));
    session.tenant.approve(&device.user_code, &["read:clients", "offline_access"]).unwrap();
    let (status, body) = poll(&session, &device.code).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["scope"], "read:clients offline_access");
    assert!(body["refresh_token"].as_str().unwrap().starts_with("v1."));
    let claims = claims(&body["access_token"]);
    assert_eq!(claims["aud"], session.url("/api/v2/"));
    assert_eq!(claims["iss"], session.url("/"));
    assert_eq!(claims["azp"], DEVICE_CLIENT_ID);
    assert!(claims["sub"].as_str().unwrap().starts_with("auth0|"));
    assert_eq!(try_token(&session, &session.tenant, &body["access_token"]).await, 200);
    let (status, body) = poll(&session, &device.code).await;
    assert_eq!((status.as_u16(), &body["error"]), (403, &json!("invalid_grant")));
    assert_eq!(session.tenant.device_requests()[0].state, DeviceState::Redeemed);
}

#[tokio::test]
async fn only_scopes_that_exist_and_were_asked_for_are_granted() {
    // asked for, approved (nothing means all), granted
    let cases = [
        ("read:clients", None, "read:clients"),
        ("read:clients read:dragons", None, "read:clients"),
        ("read:clients", Some("read:clients delete:clients"), "read:clients"),
        ("read:clients read:logs", Some("read:logs"), "read:logs"),
        ("read:clients read:clients  read:logs", None, "read:clients read:logs"),
        ("read:clients", Some(""), ""),
        ("", None, ""),
    ];
    let session = quick();
    for (asked, approved, granted) in cases {
        let device = ask(&session, asked).await;
        match approved {
            None => session.tenant.approve_all(&device.user_code).unwrap(),
            Some(scopes) => {
                let scopes: Vec<&str> = scopes.split(' ').collect();
                session.tenant.approve(&device.user_code, &scopes).unwrap();
            }
        }
        let (_, body) = poll(&session, &device.code).await;
        assert_eq!(body["scope"], granted, "{asked}");
        assert_eq!(body["refresh_token"], Value::Null, "{asked}");
    }
}

#[tokio::test]
async fn openid_widens_the_audience_and_gives_an_id_token() {
    let session = quick();
    let body = sign_in(&session, "openid email read:clients").await;
    let audience = json!([session.url("/api/v2/"), session.url("/userinfo")]);
    assert_eq!(claims(&body["access_token"])["aud"], audience);
    let identity = claims(&body["id_token"]);
    assert_eq!(identity["aud"], DEVICE_CLIENT_ID);
    assert!(identity["email"].as_str().unwrap().contains('@') && identity["name"].is_null());
}

#[tokio::test]
async fn a_device_that_polls_too_often_is_slowed_down_each_time() {
    let session = with(|options| options.device_interval = Duration::from_secs(2));
    let device = ask(&session, "read:clients").await;
    // how long it waits before it polls, and what it hears
    let polls = [
        (0, 403, "authorization_pending"),
        (1, 429, "slow_down"),
        (3, 429, "slow_down"),
        (12, 403, "authorization_pending"),
        (11, 429, "slow_down"),
        (17, 403, "authorization_pending"),
    ];
    for (wait, status, error) in polls {
        session.tenant.advance(Duration::from_secs(wait));
        let (found, body) = poll(&session, &device.code).await;
        assert_eq!((found.as_u16(), &body["error"]), (status, &json!(error)), "after {wait} s");
        assert!(body["error_description"].is_string());
    }
    // A decision is handed over at once.
    session.tenant.approve_all(&device.user_code).unwrap();
    assert_eq!(poll(&session, &device.code).await.0, StatusCode::OK);
}

#[tokio::test]
async fn refusal_and_expiry_have_their_own_errors() {
    let session = quick();
    let device = ask(&session, "read:clients").await;
    session.tenant.deny(&device.user_code).unwrap();
    for _ in 0..2 {
        let (status, body) = poll(&session, &device.code).await;
        assert_eq!((status.as_u16(), &body["error"]), (403, &json!("access_denied")));
    }

    let device = ask(&session, "read:clients").await;
    let approved = ask(&session, "read:clients").await;
    session.tenant.approve_all(&approved.user_code).unwrap();
    session.tenant.advance(Duration::from_secs(900));
    for code in [&device.code, &approved.code] {
        // Expired once, unknown from then on.
        for error in ["expired_token", "invalid_grant", "invalid_grant"] {
            let (status, body) = poll(&session, code).await;
            assert_eq!((status.as_u16(), &body["error"]), (403, &json!(error)));
        }
    }
    let states: Vec<DeviceState> =
        session.tenant.device_requests().iter().map(|device| device.state).collect();
    assert_eq!(states, [DeviceState::Denied, DeviceState::Expired, DeviceState::Expired]);
}

#[tokio::test]
async fn a_code_is_decided_once_however_it_is_typed() {
    let session = quick();
    let tenant = &session.tenant;
    let device = ask(&session, "read:clients").await;
    let typed = device.user_code.to_lowercase().replace('-', " ");
    tenant.approve_all(&format!(" {typed} ")).unwrap();
    assert_eq!(tenant.deny(&device.user_code), Err(ActivationError::Used));
    for unknown in ["BCDF-GHJK", "", "-", "é", "\u{1f980}"] {
        assert_eq!(tenant.deny(unknown), Err(ActivationError::Unknown), "{unknown}");
    }
    let late = ask(&session, "read:clients").await;
    tenant.advance(Duration::from_secs(900));
    assert_eq!(tenant.approve_all(&late.user_code), Err(ActivationError::Expired));
    let device = ask(&session, "read:clients").await;
    let elsewhere = tenant.approve_for("elsewhere.test", &device.user_code, &["read:clients"]);
    assert_eq!(elsewhere, Err(ActivationError::NoSuchTenant));
}

#[tokio::test]
async fn a_user_with_two_tenants_gets_a_token_of_the_one_that_was_picked() {
    let session = quick();
    let second = Tenant::start(Options { seed: false, ..Options::default() }).unwrap();
    session.tenant.share_sign_in(&second);
    let device = ask(&session, "read:clients offline_access").await;
    let scopes = ["read:clients", "offline_access"];
    session.tenant.approve_for(second.domain(), &device.user_code, &scopes).unwrap();
    let (_, body) = poll(&session, &device.code).await;
    let token = claims(&body["access_token"]);
    assert_eq!(token["aud"], format!("https://{}/api/v2/", second.domain()));
    assert_eq!(token["iss"], session.url("/"));
    assert_eq!(try_token(&session, &second, &body["access_token"]).await, 200);
    assert_eq!(try_token(&session, &session.tenant, &body["access_token"]).await, 401);

    // An audience that names a tenant leaves no choice.
    let audience = format!("https://{}/api/v2/", second.domain());
    let form = [("client_id", DEVICE_CLIENT_ID), ("audience", audience.as_str())];
    let (_, named) = post(&session, "/oauth/device/code", &form).await;
    let code = named["user_code"].as_str().unwrap();
    assert_eq!(session.tenant.approve(code, &[]), Err(ActivationError::NoSuchTenant));
    session.tenant.approve_all(code).unwrap();

    // The sign-in ends with the tenant.
    drop(second);
    let (_, body) = crate::oauth::refresh(&session, body["refresh_token"].as_str().unwrap()).await;
    assert_eq!(body["error"], "invalid_grant");
}

/// A change of a request's parameters: `None` leaves one out.
type Change<'a> = (&'a str, Option<&'a str>);

#[tokio::test]
async fn malformed_requests_are_refused_by_name() {
    let session = quick();
    let machine = json!({
        "client_id": "machine", "client_secret": "s", "grant_types": ["client_credentials"],
    });
    session.tenant.put_client(machine).unwrap();
    let device = ask(&session, "read:clients").await;
    let code = [("client_id", DEVICE_CLIENT_ID), ("audience", ANY_TENANT), ("scope", "a")];
    let token = [
        ("grant_type", DEVICE_GRANT),
        ("client_id", DEVICE_CLIENT_ID),
        ("device_code", device.code.as_str()),
    ];
    let renewal = [
        ("grant_type", "refresh_token"),
        ("client_id", DEVICE_CLIENT_ID),
        ("refresh_token", "v1.nobody-knows-this-one"),
    ];
    let revocation = [("client_id", DEVICE_CLIENT_ID), ("token", "x"), ("x", "y")];
    let as_machine: &[Change] = &[("client_id", Some("machine")), ("client_secret", Some("s"))];
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [Change<'a>], u16, &'a str);
    let cases: [Case; 19] = [
        ("/oauth/device/code", &code, &[("client_id", None)], 400, "invalid_request"),
        ("/oauth/device/code", &code, &[("client_id", Some(""))], 400, "invalid_request"),
        ("/oauth/device/code", &code, &[("client_id", Some("nobody"))], 401, "invalid_client"),
        ("/oauth/device/code", &code, &[("client_id", Some("machine"))], 401, "invalid_client"),
        ("/oauth/device/code", &code, as_machine, 403, "unauthorized_client"),
        ("/oauth/device/code", &code, &[("audience", None)], 403, "access_denied"),
        ("/oauth/device/code", &code, &[("audience", Some("https://x/"))], 403, "access_denied"),
        ("/oauth/token", &token, &[("grant_type", None)], 400, "invalid_request"),
        ("/oauth/token", &token, &[("grant_type", Some("magic"))], 403, "unsupported_grant_type"),
        ("/oauth/token", &token, &[("client_id", None)], 400, "invalid_request"),
        ("/oauth/token", &token, &[("device_code", None)], 400, "invalid_request"),
        ("/oauth/token", &token, &[("device_code", Some("x"))], 403, "invalid_grant"),
        ("/oauth/token", &token, as_machine, 403, "unauthorized_client"),
        ("/oauth/token", &renewal, &[], 403, "invalid_grant"),
        ("/oauth/token", &renewal, &[("refresh_token", None)], 400, "invalid_request"),
        ("/oauth/token", &renewal, as_machine, 403, "unauthorized_client"),
        ("/oauth/revoke", &revocation, &[("token", None)], 400, "invalid_request"),
        ("/oauth/revoke", &revocation, &[("client_id", None)], 400, "invalid_request"),
        ("/oauth/revoke", &revocation, &[("client_id", Some("nobody"))], 401, "invalid_client"),
    ];
    for (path, form, changes, status, error) in cases {
        let mut form = form.to_vec();
        for (name, value) in changes {
            form.retain(|(present, _)| present != name);
            form.extend(value.map(|value| (*name, value)));
        }
        let (found, body) = post(&session, path, &form).await;
        let expected = (status, &json!(error));
        assert_eq!((found.as_u16(), &body["error"]), expected, "{path} {changes:?}");
        assert!(body["error_description"].is_string(), "{path} {changes:?}");
    }
}

#[tokio::test]
async fn malformed_bodies_are_refused() {
    let session = quick();
    let form = "application/x-www-form-urlencoded";
    let cases = [
        (form, "", "Missing required parameter: client_id"),
        (form, "client_id=a&client_id=b", "Parameter is repeated: client_id"),
        (form, "%ff=%ff&=&&&", "Missing required parameter: client_id"),
        ("application/json", "{", "The request body is not valid JSON"),
        ("application/json", "[]", "The request body is not valid JSON"),
        ("application/json", r#"{"client_id": 7}"#, "Missing required parameter: client_id"),
        ("text/plain", "{}", "Missing required parameter: client_id"),
    ];
    for (kind, body, description) in cases {
        let request = session.http.post(session.url("/oauth/device/code"));
        let response = request.header("content-type", kind).body(body).send().await.unwrap();
        let (status, answer) = crate::session::read(response).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer["error_description"], description, "{body}");
    }
    let got = session.http.get(session.url("/oauth/token")).send().await.unwrap();
    assert_eq!(got.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_application_of_the_tenant_can_sign_users_in_too() {
    let session = quick();
    let native = json!({
        "client_id": "native", "name": "Our terminal", "token_endpoint_auth_method": "none",
        "grant_types": [DEVICE_GRANT, "refresh_token"],
    });
    session.tenant.put_client(native).unwrap();
    let form = [("client_id", "native"), ("audience", ANY_TENANT)];
    let (status, body) = post(&session, "/oauth/device/code", &form).await;
    assert_eq!(status, StatusCode::OK);
    // A code belongs to the client that asked for it.
    let (_, stolen) = poll(&session, body["device_code"].as_str().unwrap()).await;
    assert_eq!(stolen["error"], "invalid_grant");
}

#[tokio::test]
async fn faults_strike_polls_by_name_and_by_grant() {
    let session = quick();
    let device = ask(&session, "read:clients").await;
    let faults = session.tenant.faults();
    let at = |kind| Fault::new(kind).on("POST", "/oauth/token").times(1);
    faults.push(at(FaultKind::oauth("slow_down")).of_grant(DEVICE_GRANT));
    faults.push(at(FaultKind::status(503)).of_grant("client_credentials"));
    faults.push(at(FaultKind::status(502)));
    for (status, error) in
        [(429, "slow_down"), (502, "server_error"), (403, "authorization_pending")]
    {
        let (found, body) = poll(&session, &device.code).await;
        assert_eq!((found.as_u16(), &body["error"]), (status, &json!(error)));
    }
    assert_eq!(faults.list().len(), 1);
    faults.push(at(FaultKind::Reset));
    let form =
        [("grant_type", DEVICE_GRANT), ("device_code", "x"), ("client_id", DEVICE_CLIENT_ID)];
    let lost = session.http.post(session.url("/oauth/token")).form(&form).send().await;
    assert!(lost.is_err());
    let counts = session.tenant.token_counts()[DEVICE_GRANT];
    assert_eq!((counts.requests, counts.granted, counts.at_once), (4, 0, 1));
}

#[tokio::test]
async fn another_process_decides_and_counts_through_control() {
    let session = with(|options| options.control = true);
    let device = ask(&session, "read:clients read:logs").await;
    let control = async |path: &str, body: Value| {
        let url = session.url(&format!("/_tenant/{path}"));
        session.http.post(url).json(&body).send().await.unwrap().status().as_u16()
    };
    let listed = session.http.get(session.url("/_tenant/devices")).send().await.unwrap();
    let listed: Value = listed.json().await.unwrap();
    assert_eq!(listed[0]["user_code"], device.user_code);
    assert_eq!(listed[0]["state"], "pending");
    let yes = json!({ "user_code": device.user_code, "scopes": ["read:logs"] });
    assert_eq!(control("approve", json!({ "code": "x" })).await, 400);
    assert_eq!(control("deny", json!({ "user_code": "x" })).await, 404);
    assert_eq!(control("approve", yes.clone()).await, 204);
    assert_eq!(control("approve", yes).await, 404);
    assert_eq!(poll(&session, &device.code).await.1["scope"], "read:logs");
    let counts = session.http.get(session.url("/_tenant/tokens")).send().await.unwrap();
    let counts: Value = counts.json().await.unwrap();
    assert_eq!(counts[DEVICE_GRANT], json!({ "requests": 1, "granted": 1, "at_once": 1 }));
    assert_eq!(session.get("/clients").await.0, StatusCode::OK);
    session.http.delete(session.url("/_tenant/tokens")).send().await.unwrap();
    assert_eq!(session.get("/clients").await.0, StatusCode::UNAUTHORIZED);
}
