//! One renewal at a time: twenty calls that need a new token make one request for it.

use std::{
    future::Future,
    sync::{PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use tokio::{sync::Mutex, time::Instant};

use super::{AccessToken, CredentialError};

/// After a failed renewal, a token that is due but not expired is used for so long before the next attempt.
const REST: Duration = Duration::from_secs(10);

/// A token that replaced a rejected one and is rejected within this time is kept: the fault is not the
/// token's, and tenants pay for each one.
const PATIENCE: Duration = Duration::from_secs(10);

/// A token that is replaced when it is due or rejected, and the turn to replace it.
#[derive(Debug, Default)]
pub struct Renewal {
    held: RwLock<Held>,
    turn: Mutex<Option<Failure>>,
}

#[derive(Debug, Default)]
struct Held {
    token: Option<AccessToken>,
    /// When the tenant last rejected a token.
    rejected: Option<Instant>,
}

#[derive(Debug)]
struct Failure {
    at: Instant,
    error: CredentialError,
}

impl Renewal {
    /// The token in use, whether or not it is due.
    #[must_use]
    pub fn held(&self) -> Option<AccessToken> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).token.clone()
    }

    /// Puts a token in the place of the one in use: it came from elsewhere, such as another process.
    pub fn replace(&self, token: AccessToken) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).token = Some(token);
    }

    /// Drops a token that the tenant rejected, so that the next call gets another. Says whether it will: not
    /// if this one has just replaced a rejected token itself.
    pub fn reject(&self, token: &AccessToken) -> bool {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if !held.token.as_ref().is_some_and(|held| held.is(token)) {
            return true; // another call was faster
        }
        if held.rejected.is_some_and(|at| at.elapsed() < PATIENCE) {
            return false;
        }
        *held = Held { token: None, rejected: Some(Instant::now()) };
        true
    }

    /// The token in use, or the one that `renew` gives. While one caller renews the others wait for its
    /// result, also if it is an error. If a caller is dropped while it renews, the next one takes its turn.
    ///
    /// # Errors
    /// That of `renew`, if there is no token that still works.
    pub async fn token<R, F>(&self, renew: R) -> Result<AccessToken, CredentialError>
    where
        R: FnOnce() -> F,
        F: Future<Output = Result<AccessToken, CredentialError>>,
    {
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        let asked = Instant::now();
        let mut failed = self.turn.lock().await;
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        if let Some(failure) = failed.as_ref() {
            if failure.at.elapsed() < REST
                && let Some(token) = self.working()
            {
                return Ok(token);
            }
            if failure.at >= asked {
                return Err(failure.error.clone());
            }
        }
        match renew().await {
            Ok(token) => {
                *failed = None;
                self.replace(token.clone());
                Ok(token)
            }
            Err(error) => {
                *failed = Some(Failure { at: Instant::now(), error: error.clone() });
                tracing::warn!("the access token was not renewed: {error}");
                self.working().ok_or(error)
            }
        }
    }

    fn fresh(&self) -> Option<AccessToken> {
        self.held().filter(|token| !token.is_due(SystemTime::now()))
    }

    /// A token that is due for renewal and still works.
    fn working(&self) -> Option<AccessToken> {
        self.held().filter(|token| token.expires_at().is_none_or(|at| SystemTime::now() < at))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tokio::task::JoinSet;

    use super::*;
    use crate::secret::Secret;

    type Answer = Result<AccessToken, CredentialError>;

    fn token(lifetime: u64, received: SystemTime) -> AccessToken {
        let lifetime = Some(Duration::from_secs(lifetime));
        AccessToken::issued(&Secret::new("opaque-token".into()), lifetime, None, received).unwrap()
    }

    /// A token of an hour of which all but a minute has passed: due, and working.
    fn due() -> AccessToken {
        token(3600, SystemTime::now() - Duration::from_secs(3540))
    }

    /// Lets `callers` ask at once; gives their answers and the number of renewals made.
    async fn ask(
        renewal: &Arc<Renewal>,
        callers: usize,
        answer: fn() -> Answer,
    ) -> (Vec<Answer>, usize) {
        let made = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..callers {
            let (renewal, made) = (Arc::clone(renewal), Arc::clone(&made));
            tasks.spawn(async move {
                let renew = || async {
                    made.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    answer()
                };
                renewal.token(renew).await
            });
        }
        (tasks.join_all().await, made.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn concurrent_callers_share_one_renewal() {
        let renewal = Arc::new(Renewal::default());
        let (answers, made) = ask(&renewal, 20, || Ok(token(3600, SystemTime::now()))).await;
        assert!(answers.iter().all(Result::is_ok) && made == 1);

        let first = renewal.held().unwrap();
        assert!(renewal.reject(&token(1, SystemTime::now())));
        assert!(renewal.held().unwrap().is(&first));
        assert!(renewal.reject(&first) && renewal.held().is_none());
        let (_, made) = ask(&renewal, 20, || Ok(token(3600, SystemTime::now()))).await;
        assert_eq!(made, 1);
    }

    #[tokio::test]
    async fn a_new_token_that_is_rejected_at_once_is_not_replaced_again_and_again() {
        let renewal = Arc::new(Renewal::default());
        for (after, replaced) in [(0, true), (1, false), (5, false), (4, true), (3, false)] {
            ask(&renewal, 1, || Ok(token(3600, SystemTime::now()))).await;
            if let Some(at) = &mut renewal.held.write().unwrap().rejected {
                *at -= Duration::from_secs(after);
            }
            assert_eq!(renewal.reject(&renewal.held().unwrap()), replaced, "after {after} s");
        }
    }

    #[tokio::test]
    async fn concurrent_callers_share_a_failure_and_later_ones_try_again() {
        let renewal = Arc::new(Renewal::default());
        let (answers, made) = ask(&renewal, 20, || Err(CredentialError::Expired)).await;
        assert!(answers.iter().all(Result::is_err) && made == 1);
        let (answers, made) = ask(&renewal, 1, || Ok(due())).await;
        assert!(answers[0].is_ok() && made == 1);
    }

    #[tokio::test]
    async fn a_due_token_is_used_while_renewal_fails() {
        let renewal = Arc::new(Renewal::default());
        ask(&renewal, 1, || Ok(due())).await.0[0].as_ref().unwrap();
        for expected in [1, 0] {
            let (answers, made) = ask(&renewal, 3, || Err(CredentialError::Expired)).await;
            assert!(answers.iter().all(Result::is_ok));
            assert_eq!(made, expected);
        }
        renewal.turn.lock().await.as_mut().unwrap().at -= REST;
        assert_eq!(ask(&renewal, 3, || Err(CredentialError::Expired)).await.1, 1);
    }

    #[tokio::test]
    async fn a_dropped_renewal_leaves_the_turn_to_the_next() {
        let renewal = Arc::new(Renewal::default());
        let hung = renewal.token(std::future::pending);
        assert!(tokio::time::timeout(Duration::from_millis(10), hung).await.is_err());
        assert!(ask(&renewal, 1, || Ok(due())).await.0[0].is_ok());
    }
}
