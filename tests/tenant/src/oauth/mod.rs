//! The OAuth endpoints beside the Management API: device codes, tokens, revocation.
//!
//! Errors have an envelope of their own here (`error`, `error_description`), and Auth0's statuses:
//! mostly 403 where RFC 6749 says 400. The page on which a user decides is in `activate`.

mod client;
mod count;
mod credentials;
mod device;
mod parameters;
mod refresh;
mod token;

use std::sync::PoisonError;

use serde_json::{Value, json};

use crate::{Shared, api::Request, ids};

pub use client::DEVICE_CLIENT_ID;
pub use count::TokenCount;
pub(crate) use count::{Counted, Counts};
pub use device::{ActivationError, DeviceRequest, DeviceState};
pub(crate) use device::{DeviceCodes, Grant, Question, normal_code};
use parameters::Parameters;
pub(crate) use refresh::RefreshTokens;
pub(crate) use token::USER_EMAIL;

const DEVICE_CODE_PATH: &str = "/oauth/device/code";
const TOKEN_PATH: &str = "/oauth/token";
const REVOKE_PATH: &str = "/oauth/revoke";

/// The scope that asks for a refresh token.
pub(crate) const OFFLINE: &str = "offline_access";
/// The scopes about the user; they exist for every audience.
pub(crate) const ABOUT_USER: [&str; 3] = ["openid", "profile", "email"];

/// A refusal: status, `error`, `error_description`.
struct Refusal(u16, &'static str, String);

impl Refusal {
    fn invalid_request(description: impl Into<String>) -> Self {
        Self(400, "invalid_request", description.into())
    }

    fn invalid_client() -> Self {
        Self(401, "invalid_client", "Client authentication failed".to_owned())
    }

    fn invalid_grant(description: &str) -> Self {
        Self(403, "invalid_grant", description.to_owned())
    }
}

/// What changes with sign-ins.
#[derive(Default)]
pub(crate) struct Sessions {
    pub(crate) devices: DeviceCodes,
    pub(crate) refresh: RefreshTokens,
}

/// Whether a path is an OAuth endpoint.
pub(crate) fn owns(path: &str) -> bool {
    [DEVICE_CODE_PATH, TOKEN_PATH, REVOKE_PATH].contains(&path)
}

/// Answers a request: the status and the body, which only a revocation lacks.
pub(crate) fn answer(
    shared: &Shared,
    request: &Request<'_>,
    authorization: Option<&str>,
) -> (u16, Option<Value>) {
    let answered = Parameters::read(request, authorization).and_then(|given| match request.path {
        DEVICE_CODE_PATH => device::issue(shared, &given).map(Some),
        REVOKE_PATH => revoke(shared, &given).map(|()| None),
        _ => token::grant(shared, &given).map(Some),
    });
    match answered {
        Ok(body) => (200, body),
        Err(Refusal(status, error, description)) => (status, Some(envelope(error, &description))),
    }
}

/// Counts a request for a token until the result is dropped; `None` for any other request.
pub(crate) fn count(shared: &Shared, request: &Request<'_>) -> Option<Counted> {
    (request.method == "POST" && request.path == TOKEN_PATH)
        .then(|| shared.counts.open(grant_type(request).as_deref()))
}

/// The grant that a token request asks for, as far as it can be read.
pub(crate) fn grant_type(request: &Request<'_>) -> Option<String> {
    if request.path != TOKEN_PATH {
        return None;
    }
    let given = Parameters::read(request, None).ok()?;
    given.optional("grant_type").map(str::to_owned)
}

/// RFC 7009, for refresh tokens only: Auth0 cannot revoke access tokens. A token that is unknown,
/// already revoked or somebody else's is no error, so that nobody learns which tokens exist.
fn revoke(shared: &Shared, given: &Parameters) -> Result<(), Refusal> {
    let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    let application = client::identify(&state.store, given)?;
    let token = given.required("token")?;
    state.sessions.refresh.revoke(token, &application.id);
    Ok(())
}

/// The error that an endpoint gives for a status when nothing more is known.
pub(crate) fn error_of_status(status: u16) -> Value {
    let (error, description) = match status {
        400 => ("invalid_request", "Missing required parameter: grant_type"),
        401 => ("invalid_client", "Client authentication failed"),
        403 => ("access_denied", "Access denied"),
        429 => ("too_many_requests", "Rate limit exceeded. Please retry after some time."),
        _ => ("server_error", "An internal server error occurred"),
    };
    envelope(error, description)
}

/// The answer with an error by name: its status at Auth0 and the body.
pub(crate) fn error_by_name(error: &str) -> (u16, Value) {
    let (status, description) = match error {
        "slow_down" => (429, "You are polling faster than the specified interval of 5 seconds."),
        "too_many_requests" => (429, "Rate limit exceeded. Please retry after some time."),
        "authorization_pending" => (403, device::PENDING),
        "expired_token" => (403, device::EXPIRED),
        "access_denied" => (403, device::DENIED),
        "invalid_grant" => (403, refresh::UNKNOWN),
        "invalid_client" => (401, "Client authentication failed"),
        "server_error" => (500, "An internal server error occurred"),
        "temporarily_unavailable" => (503, "The service is temporarily unavailable"),
        _ => (400, "The request was refused"),
    };
    (status, envelope(error, description))
}

fn envelope(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}

/// Words of a `scope` parameter, each once, in the order of first mention.
fn words(scope: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in scope.split(' ').filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// A new refresh token in Auth0's form.
fn new_refresh_token() -> String {
    format!("v1.{}", ids::client_secret())
}
