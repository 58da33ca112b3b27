//! Faults on demand: what goes wrong, for which requests, how often.
//!
//! Only the description and the choice live here; `server/faulty.rs` carries them out.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// Something that goes wrong with matching requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests with this method; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only paths that begin with this text, or match it where it contains `*`; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only token requests with this `grant_type`; any request if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// How many matching requests it strikes; all of them if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// How many matching requests pass before it strikes.
    #[serde(default)]
    pub after: u32,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// What goes wrong. In JSON a kind is `{"type": "status", "status": 503}` and so on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// An error answer in the envelope that Auth0 uses for this status and endpoint.
    Status {
        /// The HTTP status.
        status: u16,
        /// Seconds from now that `x-ratelimit-reset` names, with no calls remaining.
        #[serde(default)]
        reset_in: Option<u64>,
        /// The value of a `Retry-After` header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// An error of the OAuth endpoints by its name, such as `slow_down`, as Auth0 answers it.
    Oauth {
        /// The value of `error`.
        error: String,
    },
    /// A 302 to this URL.
    Redirect {
        /// The value of `Location`.
        to: String,
    },
    /// The connection is reset (TCP RST) before any answer; the request has no effect.
    Reset,
    /// The connection is reset in the middle of the true answer's body.
    ResetMidBody,
    /// The true answer, this much later.
    Slow {
        /// How long nothing happens.
        milliseconds: u64,
    },
    /// The true answer, one byte at a time.
    Drip {
        /// The pause before each byte.
        milliseconds: u64,
    },
    /// The first half of the true answer's body.
    TruncatedJson {
        /// Whether `Content-Length` names the full length, so that the transport notices too.
        declared_in_full: bool,
    },
    /// An HTML page, as a proxy would send it.
    Html {
        /// The HTTP status.
        status: u16,
    },
    /// This very answer.
    Body {
        /// The HTTP status.
        status: u16,
        /// The value of `Content-Type`.
        content_type: String,
        /// The body.
        body: String,
    },
    /// Somebody else makes another change, of which the struck request knows nothing: a race that
    /// is lost every time. Should that change be refused, the answer is a 500 that says so.
    Meanwhile {
        /// The method of the other request.
        method: String,
        /// Its path with its query, such as `/api/v2/actions/triggers/post-login/bindings`.
        path: String,
        /// Its body.
        #[serde(default)]
        body: Option<serde_json::Value>,
        /// Whether it comes before or after the struck request is carried out.
        #[serde(default)]
        when: When,
    },
    /// A 200 with a JSON body of about this many bytes.
    Huge {
        /// The length of the body.
        bytes: u64,
    },
}

/// On which side of a request something else happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before the request is carried out, so that its answer shows the change.
    Before,
    /// After it, so that its answer is out of date when it arrives.
    #[default]
    After,
}

impl FaultKind {
    /// A plain error answer.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status { status, reset_in: None, retry_after: None }
    }

    /// An error of the OAuth endpoints.
    #[must_use]
    pub fn oauth(error: &str) -> Self {
        Self::Oauth { error: error.to_owned() }
    }

    /// A change by somebody else, right after the struck request.
    #[must_use]
    pub fn meanwhile(method: &str, path: &str, body: Option<serde_json::Value>) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self::Meanwhile { method, path, body, when: When::After }
    }

    /// A delay before the true answer.
    #[must_use]
    pub fn slow(delay: Duration) -> Self {
        Self::Slow { milliseconds: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX) }
    }
}

impl Fault {
    /// A fault that strikes every request.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self { method: None, path: None, grant: None, times: None, after: 0, kind }
    }

    /// Strikes only this method and path (a prefix, or a pattern with `*`).
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = Some(path.to_owned());
        self
    }

    /// Strikes only requests for a token by this grant.
    #[must_use]
    pub fn of_grant(mut self, grant_type: &str) -> Self {
        self.grant = Some(grant_type.to_owned());
        self
    }

    /// Strikes only so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.after = requests;
        self
    }

    /// Counts a matching request that passes; false while there are such.
    fn is_due(&mut self) -> bool {
        let due = self.after == 0;
        self.after = self.after.saturating_sub(1);
        due
    }

    fn matches(&self, method: &str, path: &str, grant: Option<&str>) -> bool {
        (self.grant.is_none() || self.grant.as_deref() == grant)
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|wanted| path_matches(wanted, path))
    }
}

fn path_matches(wanted: &str, path: &str) -> bool {
    let Some((head, tail)) = wanted.split_once('*') else { return path.starts_with(wanted) };
    let Some(mut rest) = path.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = tail.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// The faults of a running tenant; clones share them.
#[derive(Clone, Default)]
pub struct Faults {
    queue: Arc<Mutex<Vec<Fault>>>,
}

impl Faults {
    /// Adds a fault behind the present ones; a request meets the first that matches.
    pub fn push(&self, fault: Fault) {
        self.with(|queue| queue.push(fault));
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.with(Vec::clear);
    }

    /// The faults that can still strike.
    #[must_use]
    pub fn list(&self) -> Vec<Fault> {
        self.with(|queue| queue.clone())
    }

    /// The fault that strikes this request, counted as used.
    pub(crate) fn take(&self, method: &str, path: &str, grant: Option<&str>) -> Option<FaultKind> {
        self.with(|queue| {
            let at = queue
                .iter_mut()
                .position(|fault| fault.matches(method, path, grant) && fault.is_due())?;
            let fault = &mut queue[at];
            let kind = fault.kind.clone();
            if let Some(times) = &mut fault.times {
                *times = times.saturating_sub(1);
                if *times == 0 {
                    queue.remove(at);
                }
            }
            Some(kind)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<Fault>) -> T) -> T {
        act(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_after_and_as_often_as_told() {
        let faults = Faults::default();
        let kind = FaultKind::status(503);
        faults.push(Fault::new(kind).on("GET", "/api/v2/clients").after(1).times(2));
        let struck: Vec<bool> =
            (0..4).map(|_| faults.take("GET", "/api/v2/clients/x", None).is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_fault_of_a_grant_strikes_no_other() {
        let faults = Faults::default();
        faults.push(Fault::new(FaultKind::oauth("slow_down")).of_grant("refresh_token"));
        assert!(faults.take("POST", "/oauth/token", Some("client_credentials")).is_none());
        assert!(faults.take("POST", "/oauth/token", None).is_none());
        assert!(faults.take("POST", "/oauth/token", Some("refresh_token")).is_some());
    }

    #[test]
    fn paths_match_by_prefix_or_pattern() {
        assert!(path_matches("/api", "/api/v2/clients"));
        assert!(path_matches("/api/*/clients/*/x", "/api/v2/clients/1/2/x"));
        assert!(!path_matches("/api/*/clients/*/x", "/api/v2/clients/1/y"));
        assert!(!path_matches("/api/v2/*s", "/api/v2/clients/1"));
    }
}
