//! A device at the OAuth endpoints: what it sends and what it hears.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::Value;
use tenant::{DEVICE_CLIENT_ID, Options, Tenant};

use crate::session::{Session, read};

pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(crate) const ANY_TENANT: &str = "https://*.auth0.com/api/v2/";

/// A device code as it was given out.
pub(crate) struct Device {
    pub(crate) code: String,
    pub(crate) user_code: String,
}

/// A tenant that hands out codes which may be polled without waiting.
pub(crate) fn quick() -> Session {
    with(|_| {})
}

/// The same with other options.
pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Session {
    let mut options =
        Options { device_interval: std::time::Duration::ZERO, seed: false, ..Options::default() };
    change(&mut options);
    Session::with(options)
}

pub(crate) async fn post(
    session: &Session,
    path: &str,
    form: &[(&str, &str)],
) -> (StatusCode, Value) {
    read(session.http.post(session.url(path)).form(form).send().await.unwrap()).await
}

/// Asks for a code with these scopes.
pub(crate) async fn ask(session: &Session, scope: &str) -> Device {
    let form = [("client_id", DEVICE_CLIENT_ID), ("audience", ANY_TENANT), ("scope", scope)];
    let (status, body) = post(session, "/oauth/device/code", &form).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Device { code: text("device_code"), user_code: text("user_code") }
}

/// Asks for the token.
pub(crate) async fn poll(session: &Session, code: &str) -> (StatusCode, Value) {
    let form =
        [("grant_type", DEVICE_GRANT), ("device_code", code), ("client_id", DEVICE_CLIENT_ID)];
    post(session, "/oauth/token", &form).await
}

/// Signs in with all scopes that were asked for.
pub(crate) async fn sign_in(session: &Session, scope: &str) -> Value {
    let device = ask(session, scope).await;
    session.tenant.approve_all(&device.user_code).unwrap();
    let (status, body) = poll(session, &device.code).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

pub(crate) async fn refresh(session: &Session, token: &str) -> (StatusCode, Value) {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", DEVICE_CLIENT_ID),
    ];
    post(session, "/oauth/token", &form).await
}

/// What a token says about itself.
pub(crate) fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The status with which a tenant answers a token.
pub(crate) async fn try_token(session: &Session, tenant: &Tenant, token: &Value) -> u16 {
    let url = format!("https://{}/api/v2/clients", tenant.domain());
    let trusting = crate::session::client(tenant, |builder| builder);
    let http = if tenant.domain() == session.tenant.domain() { &session.http } else { &trusting };
    let request = http.get(url).bearer_auth(token.as_str().unwrap());
    request.send().await.unwrap().status().as_u16()
}
