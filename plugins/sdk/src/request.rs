//! Building one Management API request.
//!
//! Paths are segments, so an id cannot climb: the host percent-encodes each segment and refuses empty, `.` and `..`.

use std::fmt::Display;

use serde::Serialize;

use crate::{Api, Failure, Method, Response, masked, wit::auth0_mcp::plugin::management};

/// A request under construction: `Request::get(["clients", &id]).query("fields", "name").send(api)?`.
#[derive(Clone, Debug)]
pub struct Request(management::Request);

impl Request {
    /// Any method; the path is relative to `/api/v2/`.
    #[must_use]
    pub fn new<'a>(method: Method, path: impl IntoIterator<Item = &'a str>) -> Self {
        let path = path.into_iter().map(str::to_owned).collect();
        Self(management::Request { method, path, query: Vec::new(), body: None })
    }

    /// Reads.
    #[must_use]
    pub fn get<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(Method::Get, path)
    }

    /// Adds.
    #[must_use]
    pub fn post<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(Method::Post, path)
    }

    /// Changes some fields.
    #[must_use]
    pub fn patch<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(Method::Patch, path)
    }

    /// Replaces.
    #[must_use]
    pub fn put<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(Method::Put, path)
    }

    /// Removes.
    #[must_use]
    pub fn delete<'a>(path: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(Method::Delete, path)
    }

    /// Adds a query pair. A key may be repeated; the order is kept.
    #[must_use]
    pub fn query(mut self, key: &str, value: impl Display) -> Self {
        self.0.query.push((key.to_owned(), value.to_string()));
        self
    }

    /// Adds a query pair where there is a value.
    #[must_use]
    pub fn query_some(self, key: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(key, value),
            None => self,
        }
    }

    /// Sets the JSON body.
    ///
    /// # Errors
    /// Where the value has no JSON form, such as a map with keys that are not text, and where it holds a
    /// [`MASK`](masked::MASK): writing that would destroy what is stored.
    pub fn body(mut self, body: &impl Serialize) -> Result<Self, Failure> {
        let text = serde_json::to_string(body).map_err(|error| unwritable(&error))?;
        if text.contains(masked::MASK) {
            let body = serde_json::from_str(&text).map_err(|error| unwritable(&error))?;
            masked::refuse_in(&body)?;
        }
        self.0.body = Some(text);
        Ok(self)
    }

    /// Sends the request and gives the answer of any status; go on with [`Response::json`] or [`Response::ok`].
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub fn send(&self, api: &impl Api) -> Result<Response, Failure> {
        Ok(Response::new(api.send(&self.0)?, self.0.method))
    }
}

fn unwritable(error: &serde_json::Error) -> Failure {
    Failure::Other(format!("body: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Request;
    use crate::{Failure, Refusal, testing::Script};

    #[test]
    fn a_request_is_sent_as_it_was_built() {
        let script = Script::new().answer(200, json!({ "id": 1 }));
        let request =
            Request::patch(["clients", "a/../b"]).query("page", 0).query_some("q", None::<&str>);
        let answer: Value = request
            .body(&json!({ "name": null }))
            .expect("JSON")
            .send(&script)
            .expect("sent")
            .json()
            .expect("JSON");
        assert_eq!(answer, json!({ "id": 1 }));
        assert_eq!(script.sent(), ["PATCH clients/a/../b?page=0"]);
        assert_eq!(script.body(0), json!({ "name": null }));
    }

    #[test]
    fn a_mask_is_never_written() {
        let lists = json!({ "name": "n", "callbacks": ["https://a.example/?token=[REDACTED]"] });
        for (body, place) in
            [(lists, "callbacks[0] holds"), (json!("[REDACTED]"), "the body holds")]
        {
            let refused = Request::patch(["clients", "a"]).body(&body).expect_err("refused");
            let Failure::InvalidArguments(text) = refused else { panic!("{refused:?}") };
            assert!(text.starts_with(place), "{text}");
        }
    }

    #[test]
    fn refusals_and_odd_answers_are_told_apart() {
        let script = Script::new().refuse(Refusal::SessionExpired).answer(200, json!([]));
        let refused = Request::get(["clients"]).send(&script).expect_err("refused");
        assert_eq!(refused, Failure::Refused(Refusal::SessionExpired));
        let odd = Request::get(["clients"])
            .send(&script)
            .expect("sent")
            .json::<crate::Object>()
            .expect_err("no object");
        assert!(matches!(odd, Failure::Refused(Refusal::MalformedAnswer(_))), "{odd:?}");
    }
}
