//! Reading an answer: error statuses become [`Failure::Tenant`], the same way for every tool.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Failure, Method, Object, Refusal, TenantError, Whole, wit::auth0_mcp::plugin::management,
};

/// How much of a body that is not Auth0's error envelope is quoted, in characters.
const QUOTED: usize = 300;

/// An answer of the tenant, whatever its status.
#[derive(Clone, Debug)]
pub struct Response {
    answer: management::Response,
    /// Whether the request may have changed something.
    wrote: bool,
}

impl Response {
    pub(crate) fn new(answer: management::Response, method: Method) -> Self {
        Self { answer, wrote: method != Method::Get }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// The checkpoint of the next page: from a `Link` header, as for logs, or the member `next` of the body, as for
    /// applications and their grants.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Page {
            next: Option<String>,
        }
        let in_body = || serde_json::from_str::<Page>(self.answer.body.as_deref()?).ok()?.next;
        self.answer.next.clone().or_else(in_body)
    }

    /// The answer, if its status says success.
    ///
    /// # Errors
    /// [`Failure::Tenant`] with what the tenant said.
    pub fn ok(self) -> Result<Self, Failure> {
        match self.answer.status {
            200..300 => Ok(self),
            status => Err(Failure::Tenant(tenant_error(status, self.answer.body.as_deref()))),
        }
    }

    /// The JSON body, if the status says success.
    ///
    /// # Errors
    /// [`Failure::Tenant`], or [`Refusal::MalformedAnswer`] where the body is not a `T`.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, Failure> {
        let Self { answer, wrote } = self.ok()?;
        let body = answer.body.unwrap_or_default();
        serde_json::from_str(&body).map_err(|error| misfit(&body, &error.to_string(), wrote))
    }

    /// The JSON body as it is, if the status says success.
    ///
    /// # Errors
    /// [`Failure::Tenant`], or [`Refusal::MalformedAnswer`] where the body is not an object.
    pub fn whole(self) -> Result<Whole, Failure> {
        let Self { answer, wrote } = self.ok()?;
        let body = answer.body.unwrap_or_default();
        Whole::of(body).map_err(|body| misfit(&body, "it is not an object", wrote))
    }

    /// Opens the message of a 404 with a text that names what was looked for.
    ///
    /// # Errors
    /// [`Failure::Tenant`] where the status is 404.
    pub fn found(self, missing: impl FnOnce() -> String) -> Result<Self, Failure> {
        self.explain(404, missing)
    }

    /// Opens the message of one error status with a text that says what it means here.
    ///
    /// # Errors
    /// [`Failure::Tenant`] where that is the status.
    pub fn explain(self, status: u16, meaning: impl FnOnce() -> String) -> Result<Self, Failure> {
        if self.answer.status != status {
            return Ok(self);
        }
        let mut error = tenant_error(status, self.answer.body.as_deref());
        error.message = format!("{} ({})", meaning(), error.message);
        Err(Failure::Tenant(error))
    }
}

/// The failure of a tool that got an answer which is not what the API promises, such as one without an id.
#[must_use]
pub fn malformed(what: &str) -> Failure {
    Failure::Refused(Refusal::MalformedAnswer(what.to_owned()))
}

/// The failure of a tool that got an answer which says success and is not what the API promises.
fn misfit(body: &str, error: &str, wrote: bool) -> Failure {
    let error = if body.is_empty() { "it is empty" } else { error };
    let done = if wrote {
        "; its status says that the change was made: look before sending it again"
    } else {
        ""
    };
    malformed(&format!("Auth0's answer is not what the tool expects: {error}{done}"))
}

/// Reads `{statusCode, error, message, errorCode}` of the Management API, `{error, error_description}` of the
/// authentication API, and makes do with any other body or none.
fn tenant_error(status: u16, body: Option<&str>) -> TenantError {
    let body = body.unwrap_or_default().trim();
    let envelope: Object = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| envelope.get(key).and_then(words).filter(|text| !text.is_empty());
    let said = envelope
        .get("statusCode")
        .and_then(Value::as_u64)
        .and_then(|code| u16::try_from(code).ok());
    let status = said.filter(|code| (400..600).contains(code)).unwrap_or(status);
    match (text("message"), text("error_description"), text("error")) {
        (Some(message), _, _) => TenantError { status, code: text("errorCode"), message },
        (None, Some(message), error) => {
            TenantError { status, code: text("errorCode").or(error), message }
        }
        (None, None, Some(message)) => TenantError { status, code: text("errorCode"), message },
        (None, None, None) => TenantError { status, code: text("errorCode"), message: quote(body) },
    }
}

/// A text, or several of them.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(texts) => {
            let texts: Option<Vec<&str>> = texts.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join("; "))
        }
        _ => None,
    }
}

fn quote(body: &str) -> String {
    if body.is_empty() {
        return "the tenant gave no reason".to_owned();
    }
    let mut quoted: String = body.chars().take(QUOTED).collect();
    if quoted.len() < body.len() {
        quoted.push('…');
    }
    quoted
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, expected: (u16, Option<&str>, &str)) {
        let error = tenant_error(status, (!body.is_empty()).then_some(body));
        assert_eq!((error.status, error.code.as_deref(), error.message.as_str()), expected);
    }

    #[test]
    fn error_bodies() {
        let envelope = r#"{"statusCode":404,"error":"Not Found","message":"The client does not exist","errorCode":"inexistent_client"}"#;
        check(404, envelope, (404, Some("inexistent_client"), "The client does not exist"));
        let bare = r#"{"statusCode":404,"error":"Not Found","message":"Form not found"}"#;
        check(404, bare, (404, None, "Form not found"));
        let oauth = r#"{"error":"invalid_grant","error_description":"Wrong email or password."}"#;
        check(403, oauth, (403, Some("invalid_grant"), "Wrong email or password."));
        check(500, r#"{"error":"Internal"}"#, (500, None, "Internal"));
        check(401, "Unauthorized", (401, None, "Unauthorized"));
        check(502, "", (502, None, "the tenant gave no reason"));
        let several = r#"{"error":"Bad Request","message":["name is missing","a is odd"]}"#;
        check(400, several, (400, None, "name is missing; a is odd"));
        check(503, r#"{"statusCode":200,"message":"odd"}"#, (503, None, "odd"));
    }

    #[test]
    fn the_checkpoint_is_in_the_header_or_in_the_body() {
        for (next, body, expected) in [
            (Some("a"), None, Some("a")),
            (Some("a"), Some(r#"{"next":"b"}"#), Some("a")),
            (None, Some(r#"{"clients":[],"next":"b"}"#), Some("b")),
            (None, Some(r#"{"clients":[],"next":{"id":1}}"#), None),
            (None, Some("[]"), None),
            (None, None, None),
        ] {
            let (next, body) = (next.map(str::to_owned), body.map(str::to_owned));
            let answer = management::Response { status: 200, body, next };
            let response = Response::new(answer, Method::Get);
            assert_eq!(response.next().as_deref(), expected);
        }
    }

    #[test]
    fn a_write_that_was_answered_oddly_is_not_to_be_repeated() {
        const LOOK: &str = "the change was made: look before sending it again";
        for (method, body, expected) in [
            (Method::Get, "", "it is empty"),
            (Method::Get, "[]", "not what the tool expects"),
            (Method::Patch, "", "it is empty"),
            (Method::Post, "5", "not what the tool expects"),
        ] {
            let body = (!body.is_empty()).then(|| body.to_owned());
            let answer = management::Response { status: 200, body, next: None };
            let response = Response::new(answer, method);
            for ended in [
                response.clone().whole().map(|_| ()).expect_err("no object"),
                response.json::<Object>().map(|_| ()).expect_err("no object"),
            ] {
                let Failure::Refused(Refusal::MalformedAnswer(text)) = ended else {
                    panic!("{ended:?}")
                };
                assert_eq!(text.ends_with(LOOK), method != Method::Get, "{text}");
                assert!(text.contains(expected), "{text}");
            }
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let quoted = quote(&"é".repeat(400));
        assert_eq!(quoted.chars().count(), QUOTED + 1);
    }
}
