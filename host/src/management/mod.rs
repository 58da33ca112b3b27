//! The tenant's Management API, as the plugins may use it.
//!
//! One request goes straight through, and each step can only narrow what the one before let through:
//! 1. [`grant`]: is it one of the rows of this tool, and a GET where only reading is allowed;
//! 2. [`path`]: segments and query to a URL that says exactly that and nothing else;
//! 3. [`client`]: token, HTTPS, deadline; [`retry`] decides when to send again, [`answer`] reads what comes
//!    back, [`error`] says why nothing did;
//! 4. [`mask`]: secrets out of the answer, and out of every text that says why there is none.
//!
//! Credentials and TLS are in `auth`. The sandbox and the plugins see [`Request`], [`Response`] and
//! [`Refusal`] only: no host name, no header, no token.

pub mod answer;
pub mod client;
pub mod error;
pub mod grant;
pub mod mask;
pub mod path;
pub mod retry;

use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use auth0_mcp_sandbox::contract::{Refusal, Request, Response};

use crate::{
    auth::{Credentials, Domain, environment::SignedIn},
    secret::Redactor,
};
use answer::Answer;
use client::Client;
pub use grant::Grant;
pub use mask::Mask;

/// The Management API of the tenant that the host is signed in to.
#[derive(Debug)]
pub struct Management {
    client: Client,
    credentials: Arc<dyn Credentials>,
    mask: Mask,
}

impl Management {
    /// Takes the credentials and the register of live secrets that they add to. Nothing is sent.
    #[must_use]
    pub fn new(signed_in: SignedIn, redactor: Redactor) -> Self {
        let SignedIn { credentials, https } = signed_in;
        let client = Client::new(https, Arc::clone(&credentials));
        Self { client, credentials, mask: Mask::new(redactor) }
    }

    /// The tenant's domain.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        self.client.domain()
    }

    /// The scopes of the token in use, where they are known.
    #[must_use]
    pub fn scopes(&self) -> Option<Vec<String>> {
        self.credentials.scopes()
    }

    /// When the token in use expires, where that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.credentials.expires_at()
    }

    /// Sets up TLS ahead of the first request. Meant for a task beside `initialize`; a failure is logged, and
    /// the first request will say it again.
    pub async fn warm(&self) {
        if let Err(error) = self.client.warm().await {
            tracing::warn!("{}", self.mask.text(&error.to_string()));
        }
    }

    /// One request of a plugin, under the grant of the call that is running. Any status is an answer, save
    /// redirects, a 401 that no renewal helps, and a 429 that does not pass in time.
    ///
    /// # Errors
    /// [`Refusal`]: what the host did not let out, or why nothing came back before `deadline`.
    pub async fn send(
        &self,
        grant: &Grant,
        request: Request,
        deadline: Instant,
    ) -> Result<Response, Refusal> {
        let method = request.method;
        let row = grant.check(&request)?;
        let sent = self.client.send(request, row.template(), deadline.into()).await;
        sent.map(|answer| self.response(answer))
            .map_err(|error| self.masked(error.refusal(method, self.domain().as_str())))
    }

    /// The answer as the plugin sees it.
    fn response(&self, answer: Answer) -> Response {
        let Answer { status, body, next, .. } = answer;
        let body = body.map(|mut body| {
            self.mask.value(&mut body);
            body.to_string()
        });
        Response { status, body, next: next.map(|next| self.mask.live(&next).into_owned()) }
    }

    fn masked(&self, refusal: Refusal) -> Refusal {
        let mask = |text: String| self.mask.text(&text).into_owned();
        match refusal {
            Refusal::Unreachable(text) => Refusal::Unreachable(mask(text)),
            Refusal::MalformedAnswer(text) => Refusal::MalformedAnswer(mask(text)),
            Refusal::InvalidRequest(text) => Refusal::InvalidRequest(mask(text)),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
