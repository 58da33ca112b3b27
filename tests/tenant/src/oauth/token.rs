//! The token endpoint: which grant is asked for, and the answer when it is given.

use std::sync::PoisonError;

use serde_json::{Value, json};

use super::{
    ABOUT_USER, Grant, OFFLINE, Parameters, Refusal, client, credentials, device,
    refresh::{self, Rules},
};
use crate::{
    Shared,
    api::{Claims, Scopes},
};

/// The user who signs in on every page; there is no other.
const USER_ID: &str = "auth0|65f1c0de0000000000000001";
pub(crate) const USER_EMAIL: &str = "ada@harbour-books.example";

/// Gives a token by any grant that the tenant knows.
pub(super) fn grant(shared: &Shared, given: &Parameters) -> Result<Value, Refusal> {
    match given.required("grant_type")? {
        credentials::GRANT => credentials::grant(shared, given),
        device::GRANT => by_device_code(shared, given),
        refresh::GRANT => by_refresh_token(shared, given),
        other => {
            let description = format!("Unsupported grant type: {other}");
            Err(Refusal(403, "unsupported_grant_type", description))
        }
    }
}

fn by_device_code(shared: &Shared, given: &Parameters) -> Result<Value, Refusal> {
    let (application, grant, refresh_token) = {
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let application = client::identify(&state.store, given)?;
        application.require(device::GRANT)?;
        let code = given.required("device_code")?;
        let now = state.store.clock.now();
        let grant = state.sessions.devices.poll(code, &application.id, now)?;
        let offline = grant.scopes.iter().any(|scope| scope == OFFLINE);
        let expires = now + shared.options.refresh_lifetime;
        let sessions = &mut state.sessions;
        let refresh_token =
            offline.then(|| sessions.refresh.issue(&application.id, grant.clone(), expires));
        (application, grant, refresh_token)
    };
    answer(shared, &application.id, &grant, refresh_token)
}

fn by_refresh_token(shared: &Shared, given: &Parameters) -> Result<Value, Refusal> {
    let (application, grant, refresh_token) = {
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let application = client::identify(&state.store, given)?;
        application.require(refresh::GRANT)?;
        let token = given.required("refresh_token")?;
        let rules = Rules {
            rotate: shared.options.rotate_refresh_tokens,
            leeway: shared.options.refresh_leeway,
            now: state.store.clock.now(),
        };
        let scope = given.optional("scope");
        let renewed = state.sessions.refresh.exchange(token, &application.id, scope, &rules)?;
        (application, renewed.grant, renewed.token)
    };
    answer(shared, &application.id, &grant, refresh_token)
}

/// A token of the tenant that the user picked, signed by the one that the user signed in at.
fn answer(
    shared: &Shared,
    client_id: &str,
    grant: &Grant,
    refresh_token: Option<String>,
) -> Result<Value, Refusal> {
    let lifetime = shared.options.token_lifetime;
    let issuer = format!("https://{}/", shared.domain);
    let api = format!("https://{}/api/v2/", grant.tenant);
    let openid = grant.scopes.iter().any(|scope| scope == "openid");
    let audience = if openid { json!([api, format!("{issuer}userinfo")]) } else { json!(api) };
    let claims = Claims {
        issuer: issuer.clone(),
        subject: USER_ID.to_owned(),
        audience,
        client_id: client_id.to_owned(),
        gty: None,
        scope: grant.scopes.join(" "),
    };
    let is_of_api =
        |scope: &&String| scope.as_str() != OFFLINE && !ABOUT_USER.contains(&scope.as_str());
    let scopes: Scopes = grant.scopes.iter().filter(is_of_api).cloned().collect();
    let token = shared.with_tenant(&grant.tenant, |tenant| {
        let mut state = tenant.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tokens.issue(&claims, scopes, lifetime)
    });
    let token = token.ok_or_else(|| {
        Refusal::invalid_grant("The tenant of this grant does not exist any more.")
    })?;
    let mut answer = json!({
        "access_token": token,
        "scope": claims.scope,
        "expires_in": lifetime.as_secs(),
        "token_type": "Bearer",
    });
    if let Some(refresh_token) = refresh_token {
        answer["refresh_token"] = refresh_token.into();
    }
    if openid {
        answer["id_token"] = id_token(&claims, lifetime.as_secs()).into();
    }
    Ok(answer)
}

fn id_token(claims: &Claims, lifetime: u64) -> String {
    let now = crate::ids::unix_seconds();
    let mut payload = json!({
        "iss": claims.issuer,
        "sub": claims.subject,
        "aud": claims.client_id,
        "iat": now,
        "exp": now + lifetime,
    });
    let has = |wanted: &str| claims.scope.split(' ').any(|scope| scope == wanted);
    if has("email") {
        payload["email"] = USER_EMAIL.into();
        payload["email_verified"] = true.into();
    }
    if has("profile") {
        payload["name"] = "Ada Harbour".into();
        payload["nickname"] = "ada".into();
    }
    crate::api::signed(&payload)
}
