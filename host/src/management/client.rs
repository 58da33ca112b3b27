//! The only code that sends requests to the Management API: bearer token, HTTPS, retries, one deadline.
//!
//! A future of this module that is dropped takes its HTTP request with it; that is how deadlines and cancelled
//! calls reach the network. Log lines hold method, path template, status, time and size, and nothing that came
//! from outside.

use std::sync::Arc;

use auth0_mcp_sandbox::contract::{Method, Request};
use reqwest::{
    StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde::de::IgnoredAny;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout_at},
};

use super::{
    answer::Answer,
    error::Error,
    path,
    retry::{self, History, Outcome, Step},
};
use crate::{
    auth::{AccessToken, Credentials, Domain, Https, cause::Cause},
    secret::REDACTED,
};

/// How many requests to one tenant may be under way.
pub const CONCURRENT: usize = 32;

/// The longest body that is sent, in bytes. The API's own limits are smaller (code of actions: 100 kB).
pub const LONGEST_BODY: usize = 1024 * 1024;

/// The Management API of one tenant.
#[derive(Debug)]
pub struct Client {
    https: Https,
    credentials: Arc<dyn Credentials>,
    slots: Semaphore,
}

/// A request that has been checked and can be sent, more than once if need be.
struct Prepared<'r> {
    method: Method,
    url: Url,
    body: Option<String>,
    /// The path without its ids, for the log.
    template: &'r str,
}

impl Client {
    /// A client that sends these credentials to their domain, and nowhere else.
    #[must_use]
    pub fn new(https: Https, credentials: Arc<dyn Credentials>) -> Self {
        Self { https, credentials, slots: Semaphore::new(CONCURRENT) }
    }

    /// The tenant.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        self.credentials.domain()
    }

    /// Gets ready what the first request would otherwise wait for.
    ///
    /// # Errors
    /// Where TLS cannot be set up; the first request would say the same.
    pub async fn warm(&self) -> Result<(), Error> {
        self.https.client().await?;
        Ok(())
    }

    /// Sends one request, again where [`retry`] says so. `template` stands for the path in the log.
    ///
    /// # Errors
    /// [`Error`] if no answer came before the deadline, or one that is not the API's.
    pub async fn send(
        &self,
        request: Request,
        template: &str,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let request = Prepared {
            method: request.method,
            url: path::url(self.domain(), &request)?,
            body: checked_body(request)?,
            template,
        };
        timeout_at(deadline, self.settle(&request, deadline)).await.unwrap_or(Err(Error::TimedOut))
    }

    async fn settle(&self, request: &Prepared<'_>, deadline: Instant) -> Result<Answer, Error> {
        let is_get = request.method == Method::Get;
        let mut history = History::default();
        loop {
            let token = self.credentials.access_token().await?;
            let result = self.attempt(request, &token).await;
            let Some(outcome) = outcome(&result) else { return result };
            match retry::next_step(
                &history,
                is_get,
                outcome,
                Instant::now(),
                deadline,
                fastrand::f64(),
            ) {
                Step::Settle => return settled(result),
                Step::GiveUp(seconds) => return Err(Error::RateLimited(seconds)),
                Step::Renew if !self.credentials.rejected(&token) => {
                    return Err(Error::SessionExpired);
                }
                Step::Renew => history.renewed = true,
                Step::Retry(wait) => {
                    history.record(outcome, wait);
                    sleep(wait).await;
                }
            }
        }
    }

    async fn attempt(&self, request: &Prepared<'_>, token: &AccessToken) -> Result<Answer, Error> {
        let client = self.https.client().await?;
        // The semaphore is never closed, so this is always a permit.
        let _slot = self.slots.acquire().await;
        let started = Instant::now();
        let mut http = client
            .request(method(request.method), request.url.clone())
            .header(AUTHORIZATION, token.header().clone());
        if let Some(body) = &request.body {
            http = http.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let result = match http.send().await {
            Ok(response) => Answer::receive(response).await,
            Err(error) => {
                Err(Error::Network { cause: Cause::of(&error), sent: !error.is_connect() })
            }
        };
        log(request, started, &result);
        result
    }
}

impl History {
    fn record(&mut self, outcome: Outcome, wait: std::time::Duration) {
        if let Outcome::Answered { status: 429, .. } = outcome {
            self.rate_limited += 1;
            self.waited += wait;
        } else {
            self.faults += 1;
        }
    }
}

/// What [`retry`] decides on; None for an error that no other attempt can change.
fn outcome(result: &Result<Answer, Error>) -> Option<Outcome> {
    match result {
        Ok(answer) => Some(Outcome::Answered { status: answer.status.as_u16(), wait: answer.wait }),
        Err(Error::Network { cause, .. }) => Some(Outcome::Failed { may_pass: cause.may_pass() }),
        Err(_) => None,
    }
}

/// A 401 that no renewal could prevent is about the session, not about the request.
fn settled(result: Result<Answer, Error>) -> Result<Answer, Error> {
    match result {
        Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => Err(Error::SessionExpired),
        result => result,
    }
}

fn checked_body(request: Request) -> Result<Option<String>, Error> {
    let Some(body) = request.body else { return Ok(None) };
    if request.method == Method::Get {
        return Err(Error::Body("of a GET request must be left out".into()));
    }
    if body.len() > LONGEST_BODY {
        return Err(Error::Body(format!(
            "has {} bytes; at most {LONGEST_BODY} are sent",
            body.len()
        )));
    }
    // A plugin that reads an object and writes it back would destroy what is stored in that place.
    if body.contains(REDACTED) {
        return Err(Error::Body(format!(
            "holds {REDACTED}, which stands for a secret that is not shown: leave that member out, or give its value"
        )));
    }
    match serde_json::from_str::<IgnoredAny>(&body) {
        Ok(_) => Ok(Some(body)),
        Err(error) => Err(Error::Body(format!("is not JSON: {error}"))),
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn log(request: &Prepared<'_>, started: Instant, result: &Result<Answer, Error>) {
    let (method, path) = (request.method.as_str(), request.template);
    let ms = started.elapsed().as_millis();
    match result {
        Ok(Answer { status, body, .. }) => {
            let (status, bytes) = (status.as_u16(), body.len());
            tracing::debug!(method, path, status, bytes, ms, "answered")
        }
        Err(error) => tracing::debug!(method, path, ms, "no answer: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_checked_and_left_as_they_are() {
        let check = |method, body: &str| {
            let request = Request { method, path: vec![], query: vec![], body: Some(body.into()) };
            checked_body(request).map_err(|error| error.to_string())
        };
        let odd = "{\"b\": 1.10, \"a\": 9007199254740993 }";
        assert_eq!(check(Method::Post, odd), Ok(Some(odd.into())));
        assert_eq!(check(Method::Delete, "[]"), Ok(Some("[]".into())));
        for (method, body, says) in [
            (Method::Get, "{}", "the body of a GET request"),
            (Method::Post, "", "the body is not JSON"),
            (Method::Patch, "{'s3cr3t'}", "the body is not JSON"),
            (Method::Put, &"[".repeat(LONGEST_BODY + 1), "the body has 1048577 bytes"),
        ] {
            let error = check(method, body).unwrap_err();
            assert!(error.starts_with(says) && !error.contains("s3cr3t"), "{error}");
        }
    }
}
