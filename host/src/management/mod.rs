//! The tenant's Management API, as the plugins may use it.
//!
//! One request goes straight through, and each step can only narrow what the one before let through:
//! 1. [`grant`]: is it one of the rows of this tool, and a GET where only reading is allowed;
//! 2. the scopes of the sign-in: a request that the tenant would refuse for want of one is not sent;
//! 3. [`path`]: segments and query to a URL that says exactly that and nothing else;
//! 4. [`client`]: token, HTTPS, deadline; [`retry`] decides when to send again, [`answer`] receives what comes
//!    back and reads it as [`json`], [`error`] says why nothing did;
//! 5. [`mask`]: secrets out of the answer, and out of every text that says why there is none.
//!
//! Credentials and TLS are in `auth`. The sandbox and the plugins see [`Request`], [`Response`] and
//! [`Refusal`] only: no host name, no header, no token.

pub mod answer;
pub mod client;
pub mod error;
pub mod grant;
pub mod json;
pub mod mask;
pub mod path;
pub mod retry;

use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use auth0_mcp_sandbox::contract::{Refusal, Request, Response};
use tokio::{task::spawn_blocking, time::timeout_at};

use crate::{
    auth::{Advice, Credentials, Domain, environment::SignedIn},
    secret::Redactor,
};
use answer::Answer;
use client::Client;
use error::Error;
pub use grant::Grant;
pub use mask::Mask;

/// A body of more bytes is masked beside the runtime's thread and not on it.
const LONGEST_INLINE: usize = 64 * 1024;

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
    pub fn scopes(&self) -> Option<Arc<[String]>> {
        self.credentials.scopes()
    }

    /// When the token in use expires, where that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.credentials.expires_at()
    }

    /// What the user can do about a sign-in that has ended or lacks scopes.
    #[must_use]
    pub fn advice(&self) -> Advice {
        self.credentials.advice()
    }

    /// Sets up TLS ahead of the first request, and renews a sign-in that is due. Meant for a task beside
    /// `initialize`; a failure is logged, and the first request will say it again.
    pub async fn warm(&self) {
        if let Err(error) = self.client.warm().await {
            tracing::warn!("{}", self.mask.text(&error.to_string()));
        }
        self.credentials.warm().await;
    }

    /// Waits until nothing is under way that must not be cut off: a renewal whose answer would be lost.
    pub async fn settled(&self) {
        self.credentials.settled().await;
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
        let lacking = self.credentials.lacking(row.scopes()).await;
        if !lacking.is_empty() {
            return Err(Refusal::InsufficientScope(lacking));
        }
        let sent = self.client.send(request, row.template(), deadline.into()).await;
        let seen = match sent {
            Ok(answer) => within(&self.mask, answer, deadline).await,
            Err(error) => Err(error),
        };
        seen.map_err(|error| self.masked(error.refusal(method, self.domain().as_str())))
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

/// The answer as the plugin sees it, if it is ready before the deadline. All calls share one thread, so a
/// large body is masked on another.
async fn within(mask: &Mask, answer: Answer, deadline: Instant) -> Result<Response, Error> {
    if answer.body.len() <= LONGEST_INLINE {
        return response(mask, &answer);
    }
    let mask = mask.clone();
    let masking = spawn_blocking(move || response(&mask, &answer));
    match timeout_at(deadline.into(), masking).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Err(Error::Malformed("its secrets cannot be masked".to_owned())),
        Err(_) => Err(Error::TimedOut),
    }
}

/// The answer as the plugin sees it.
fn response(mask: &Mask, answer: &Answer) -> Result<Response, Error> {
    let body = answer.json()?.map(|mut json| {
        mask.value(&mut json);
        json.write(answer.body.len())
    });
    let next = answer.next.as_ref().map(|next| mask.live(next).into_owned());
    Ok(Response { status: answer.status.as_u16(), body, next })
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod large_answers {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    /// Large enough that masking takes longer than the runtime's timer needs to see a deadline.
    fn answer() -> Answer {
        let body = json!({"client_secret": "s3cr3t", "text": "x ".repeat(4 << 20)});
        Answer {
            status: reqwest::StatusCode::OK,
            body: body.to_string().into_bytes(),
            is_html: false,
            next: None,
            wait: None,
        }
    }

    #[tokio::test]
    async fn they_are_masked_while_the_runtime_goes_on() {
        let mask = Mask::default();
        let masked = async {
            let deadline = Instant::now() + Duration::from_secs(60);
            (within(&mask, answer(), deadline).await, Instant::now())
        };
        let other = async {
            tokio::task::yield_now().await;
            Instant::now()
        };
        let ((found, masked_at), other_at) = tokio::join!(masked, other);
        assert!(other_at < masked_at);
        assert!(!found.unwrap().body.unwrap().contains("s3cr3t"));

        let found = within(&mask, answer(), Instant::now()).await;
        assert!(matches!(found, Err(Error::TimedOut)));
    }
}
