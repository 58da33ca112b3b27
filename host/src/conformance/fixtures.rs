//! The author's own calls: arguments, canned answers of Auth0, and what the tool should make of them.
//!
//! A file of JSON; `plugins/README.md` describes it. Unknown keys are errors: a misspelt `expect` must not make a
//! call pass that nobody looked at.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

/// The largest file that is read.
const LARGEST: u64 = 16 << 20;

/// Where authors read what a file of fixtures is.
const FORMAT: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/plugins/README.md#fixtures");

/// All calls.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixtures {
    /// In this order.
    pub calls: Vec<Call>,
}

/// One call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// What it shows, in the author's words.
    pub name: String,
    /// The tool to call.
    pub tool: String,
    /// Its arguments.
    #[serde(default)]
    pub arguments: Map<String, Value>,
    /// What Auth0 answers.
    #[serde(default)]
    pub responses: Vec<Response>,
    /// How the call should end; any end but a fault is fine without it.
    pub expect: Option<Expect>,
}

/// A canned answer to requests of one method and path.
///
/// Of several that fit a request each serves once, in order; the last one serves all further requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// `GET`, `POST`, `PATCH`, `PUT` or `DELETE`.
    pub method: String,
    /// Relative to `/api/v2/`; a segment `{…}` fits any.
    pub path: String,
    /// Query parameters that the request must have, with these values.
    #[serde(default)]
    pub query: Map<String, Value>,
    /// The HTTP status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The JSON body; none where it is absent.
    #[serde(default, deserialize_with = "given")]
    pub body: Option<Value>,
    /// The checkpoint of the next page, as Auth0 gives it in a `Link` header.
    pub next: Option<String>,
}

/// How a call should end.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Exactly this answer.
    pub answer: Option<Value>,
    /// A failure of this case.
    pub failure: Option<FailureKind>,
    /// A part of the failure's text.
    pub says: Option<String>,
}

/// The cases of `failure` in the WIT.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The caller can correct it.
    InvalidArguments,
    /// Auth0 answered an error status.
    Tenant,
    /// The host did not let the request out, or it did not come back as it should.
    Refused,
    /// Anything else.
    Other,
}

impl FailureKind {
    /// As fixtures write it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::InvalidArguments => "invalid-arguments",
            Self::Tenant => "tenant",
            Self::Refused => "refused",
            Self::Other => "other",
        }
    }
}

/// Why fixtures cannot be used. The author reads it.
#[derive(Debug, thiserror::Error)]
pub enum FixturesError {
    /// The file.
    #[error("{} cannot be read ({reason}): name a file of fixtures, or leave --fixtures out", path.display())]
    Unreadable {
        /// As it was given.
        path: PathBuf,
        /// The system's word.
        reason: std::io::Error,
    },
    /// Its size.
    #[error("{} has more than {LARGEST} bytes: split it into several files", .0.display())]
    TooLarge(PathBuf),
    /// Its contents.
    #[error("{} is no file of fixtures ({reason}); the format: {FORMAT}", path.display())]
    Malformed {
        /// As it was given.
        path: PathBuf,
        /// Where and what.
        reason: String,
    },
}

fn ok() -> u16 {
    200
}

/// `null` is a body; a missing key is none.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Fixtures {
    /// Reads a file.
    ///
    /// # Errors
    /// [`FixturesError`], with the place in the file.
    pub fn read(path: &Path) -> Result<Self, FixturesError> {
        let unreadable = |reason| FixturesError::Unreadable { path: path.to_owned(), reason };
        if std::fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
            return Err(FixturesError::TooLarge(path.to_owned()));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text)
            .map_err(|reason| FixturesError::Malformed { path: path.to_owned(), reason })
    }

    /// # Errors
    /// What is wrong, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let fixtures: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        fixtures.calls.iter().try_for_each(Call::check)?;
        Ok(fixtures)
    }

    /// The calls of one tool.
    pub(crate) fn of<'f>(&'f self, tool: &'f str) -> impl Iterator<Item = &'f Call> {
        self.calls.iter().filter(move |call| call.tool == tool)
    }
}

impl Call {
    fn check(&self) -> Result<(), String> {
        let methods = ["GET", "POST", "PATCH", "PUT", "DELETE"];
        for response in &self.responses {
            let Response { method, path, status, .. } = response;
            let problem = if !methods.contains(&method.as_str()) {
                "its method is none of GET, POST, PATCH, PUT, DELETE"
            } else if path.is_empty() || path.starts_with('/') || path.contains(['?', '#']) {
                "its path must be relative to /api/v2/ and have no query"
            } else if !(200..=599).contains(status) {
                "its status must be from 200 to 599"
            } else {
                continue;
            };
            return Err(format!("call `{}`, response {method} {path}: {problem}", self.name));
        }
        match &self.expect {
            Some(Expect { answer: Some(_), failure: None, says: None })
            | Some(Expect { answer: None, failure: Some(_), .. })
            | None => Ok(()),
            Some(_) => Err(format!(
                "call `{}`: `expect` has either `answer`, or `failure` with or without `says`",
                self.name
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read() {
        let text = r#"{"calls":[{"name":"n","tool":"t","arguments":{"id":"a"},
            "responses":[{"method":"GET","path":"clients/{id}","body":null},{"method":"GET","path":"x","status":404}],
            "expect":{"failure":"invalid-arguments","says":"id"}}]}"#;
        let fixtures = Fixtures::parse(text).unwrap();
        let call = fixtures.of("t").next().unwrap();
        assert_eq!((call.responses[0].status, &call.responses[0].body), (200, &Some(Value::Null)));
        assert_eq!(call.responses[1].body, None);
        assert_eq!(call.expect.as_ref().unwrap().failure, Some(FailureKind::InvalidArguments));
    }

    #[test]
    fn mistakes_are_named() {
        for (call, says) in [
            (r#""expct":{}"#, "unknown field `expct`"),
            (r#""expect":{}"#, "either `answer`"),
            (r#""expect":{"answer":{},"failure":"other"}"#, "either `answer`"),
            (r#""expect":{"failure":"otter"}"#, "unknown variant `otter`"),
            (r#""responses":[{"method":"get","path":"x"}]"#, "none of GET"),
            (r#""responses":[{"method":"GET","path":"/x"}]"#, "relative to /api/v2/"),
            (r#""responses":[{"method":"GET","path":"x?y"}]"#, "relative to /api/v2/"),
            (r#""responses":[{"method":"GET","path":"x","status":100}]"#, "from 200 to 599"),
        ] {
            let text = format!(r#"{{"calls":[{{"name":"n","tool":"t",{call}}}]}}"#);
            let error = Fixtures::parse(&text).unwrap_err();
            assert!(error.contains(says), "{call}: {error}");
        }
    }
}
