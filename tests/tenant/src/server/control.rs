//! Control over HTTPS, for processes that cannot call the library: faults in, requests out.

use http_body_util::BodyExt;
use hyper::{Request, Response, body::Incoming};
use serde_json::{Value, json};

use super::service::{AnswerBody, json_response};
use crate::{Fault, Shared, api::Meter};

const FAULTS: &str = "/_tenant/faults";
const REQUESTS: &str = "/_tenant/requests";

/// Whether a path belongs to the control endpoint.
pub(super) fn owns(path: &str) -> bool {
    path == FAULTS || path == REQUESTS
}

/// Answers a control request; such requests are neither recorded nor struck by faults.
pub(super) async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<AnswerBody> {
    let (head, body) = request.into_parts();
    let (status, body) = match (head.method.as_str(), head.uri.path()) {
        ("GET", FAULTS) => (200, json!(shared.faults.list())),
        ("DELETE", FAULTS) => {
            shared.faults.clear();
            (204, Value::Null)
        }
        ("POST", FAULTS) => add_faults(shared, body).await,
        ("GET", REQUESTS) => {
            (200, json!({ "connections": shared.connections(), "requests": shared.records.list() }))
        }
        ("DELETE", REQUESTS) => {
            shared.records.clear();
            (204, Value::Null)
        }
        _ => (405, json!({ "error": "method not allowed" })),
    };
    let body = (status != 204).then_some(body);
    json_response(status, body, Meter::of_token_endpoint(), "application/json")
}

/// Takes one fault or a list of faults.
async fn add_faults(shared: &Shared, body: Incoming) -> (u16, Value) {
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let parsed = serde_json::from_slice::<Vec<Fault>>(&body)
        .or_else(|_| serde_json::from_slice::<Fault>(&body).map(|fault| vec![fault]));
    match parsed {
        Ok(faults) => {
            let count = faults.len();
            faults.into_iter().for_each(|fault| shared.faults.push(fault));
            (201, json!({ "added": count }))
        }
        Err(error) => (400, json!({ "error": error.to_string() })),
    }
}
