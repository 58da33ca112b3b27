//! Control over HTTPS, for processes that cannot call the library: faults and decisions in, requests
//! and counts out.

use std::sync::PoisonError;

use http_body_util::BodyExt;
use hyper::{Request, Response, body::Incoming};
use serde::Deserialize;
use serde_json::{Value, json};

use super::service::{AnswerBody, json_response};
use crate::{ActivationError, Fault, Shared, api::Meter, sign_in};

const FAULTS: &str = "/_tenant/faults";
const REQUESTS: &str = "/_tenant/requests";
const TOKENS: &str = "/_tenant/tokens";
const DEVICES: &str = "/_tenant/devices";
const APPROVE: &str = "/_tenant/approve";
const DENY: &str = "/_tenant/deny";

/// Whether a path belongs to the control endpoint.
pub(super) fn owns(path: &str) -> bool {
    [FAULTS, REQUESTS, TOKENS, DEVICES, APPROVE, DENY].contains(&path)
}

/// Answers a control request; such requests are neither recorded nor struck by faults.
pub(super) async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<AnswerBody> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let body = body.as_ref();
    let (status, body) = match (head.method.as_str(), head.uri.path()) {
        ("GET", FAULTS) => (200, json!(shared.faults.list())),
        ("DELETE", FAULTS) => {
            shared.faults.clear();
            (204, Value::Null)
        }
        ("POST", FAULTS) => add_faults(shared, body),
        ("GET", REQUESTS) => {
            (200, json!({ "connections": shared.connections(), "requests": shared.records.list() }))
        }
        ("DELETE", REQUESTS) => {
            shared.clear_requests();
            (204, Value::Null)
        }
        ("GET", TOKENS) => (200, json!(shared.counts.list())),
        // Ends every token given out so far, so that the next call is refused.
        ("DELETE", TOKENS) => {
            shared.state.lock().unwrap_or_else(PoisonError::into_inner).tokens.revoke_all();
            (204, Value::Null)
        }
        ("GET", DEVICES) => (200, json!(sign_in::devices(shared))),
        ("POST", APPROVE) => decide(shared, body, |shared, decision| {
            let Decision { user_code, scopes, tenant } = decision;
            sign_in::approve(shared, &user_code, tenant.as_deref(), scopes)
        }),
        ("POST", DENY) => {
            decide(shared, body, |shared, decision| sign_in::deny(shared, &decision.user_code))
        }
        _ => (405, json!({ "error": "method not allowed" })),
    };
    let body = (status != 204).then_some(body);
    json_response(status, body, Meter::of_token_endpoint(), "application/json")
}

/// Takes one fault or a list of faults.
fn add_faults(shared: &Shared, body: &[u8]) -> (u16, Value) {
    let parsed = serde_json::from_slice::<Vec<Fault>>(body)
        .or_else(|_| serde_json::from_slice::<Fault>(body).map(|fault| vec![fault]));
    match parsed {
        Ok(faults) => {
            let count = faults.len();
            faults.into_iter().for_each(|fault| shared.faults.push(fault));
            (201, json!({ "added": count }))
        }
        Err(error) => (400, json!({ "error": error.to_string() })),
    }
}

/// What the user of a device decides.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    user_code: String,
    /// All that were asked for, if absent.
    #[serde(default)]
    scopes: Option<Vec<String>>,
    /// The domain of one of the user's tenants; the tenant itself, if absent.
    #[serde(default)]
    tenant: Option<String>,
}

fn decide(
    shared: &Shared,
    body: &[u8],
    act: impl FnOnce(&Shared, Decision) -> Result<(), ActivationError>,
) -> (u16, Value) {
    let decision = match serde_json::from_slice(body) {
        Ok(decision) => decision,
        Err(error) => return (400, json!({ "error": error.to_string() })),
    };
    match act(shared, decision) {
        Ok(()) => (204, Value::Null),
        Err(error) => (404, json!({ "error": error.to_string() })),
    }
}
