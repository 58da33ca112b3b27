//! The error envelope of the Management API and the wordings that do not depend on a family.

use serde_json::{Value, json};

/// A refusal: `{"statusCode", "error", "message", "errorCode"?}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    message: String,
    code: Option<&'static str>,
}

impl ApiError {
    pub(crate) fn new(
        status: u16,
        message: impl Into<String>,
        code: impl Into<Option<&'static str>>,
    ) -> Self {
        Self { status, message: message.into(), code: code.into() }
    }

    pub(crate) fn invalid_body(message: impl Into<String>) -> Self {
        Self::new(400, message, "invalid_body")
    }

    pub(crate) fn invalid_query(message: impl Into<String>) -> Self {
        Self::new(400, message, "invalid_query_string")
    }

    pub(crate) fn no_such_route() -> Self {
        Self::new(404, "Not Found", None)
    }

    pub(crate) fn missing_authentication() -> Self {
        Self::new(401, "Missing authentication", None)
    }

    pub(crate) fn malformed_authentication() -> Self {
        Self::new(400, "Bad HTTP authentication header format", "Bearer")
    }

    pub(crate) fn invalid_token() -> Self {
        Self::new(401, "Invalid token", None)
    }

    pub(crate) fn insufficient_scope(expected: &[impl AsRef<str>]) -> Self {
        let expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
        let message = format!("Insufficient scope, expected any of: {}", expected.join(","));
        Self::new(403, message, "insufficient_scope")
    }

    pub(crate) fn too_many_requests() -> Self {
        Self::new(429, "Global limit has been reached", "too_many_requests")
    }

    /// An error as Auth0 words it when nothing more is known than its status.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            400 => Self::invalid_body("Payload validation error: 'Invalid request'."),
            401 => Self::invalid_token(),
            403 => Self::insufficient_scope(&["read:clients"]),
            404 => Self::no_such_route(),
            409 => Self::new(409, "Another client exists with the same alias.", None),
            429 => Self::too_many_requests(),
            500 => Self::new(500, "An internal server error occurred", None),
            status => Self::new(status, reason(status), None),
        }
    }

    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "statusCode": self.status,
            "error": reason(self.status),
            "message": self.message,
        });
        if let Some(code) = self.code {
            body["errorCode"] = code.into();
        }
        if *self == Self::invalid_token() {
            body["attributes"] = json!({ "error": self.message });
        }
        body
    }

    /// Headers that belong to this refusal.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        if *self == Self::invalid_token() {
            return vec![("www-authenticate", r#"Bearer error="Invalid token""#.to_owned())];
        }
        Vec::new()
    }
}

/// The reason phrase of a status.
pub(crate) fn reason(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unknown")
}
