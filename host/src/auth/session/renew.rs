//! One renewal of a sign-in, for every call and every process that uses it.

use std::{sync::PoisonError, time::SystemTime};

use super::{Current, Inner, State, sign_in_command};
use crate::auth::{
    AccessToken, CredentialError, Https, client_credentials,
    oauth::{AuthorizationServer, OAuthError, Tokens},
    vault::{Renewing, Session},
};

impl Inner {
    /// One renewal, for every process that uses the profile.
    pub(super) async fn renew(&self) -> Result<AccessToken, CredentialError> {
        let _renewing = self.renewing.lock().await;
        let is_fresh = |token: &AccessToken| !token.is_due(SystemTime::now());
        if let Some(token) = self.renewal.held().filter(is_fresh) {
            return Ok(token); // a renewal whose caller was cancelled has ended meanwhile
        }
        let current = self.current().session;
        let held = self.vault.hold(&self.profile).await.map_err(|error| self.unread(error))?;
        let kept = held.read().await.map_err(|error| self.unread(error))?;
        let mut session = self
            .same_tenant(kept)
            .inspect_err(|error| self.set_state(State::Ended(error.clone())))?;
        if session.signed_in_at == current.signed_in_at && session.received_at < current.received_at
        {
            // What this process got last could not be saved. The refresh token in the keychain is used up.
            session = (*current).clone();
        }
        let is_news = session.access_token.expose() != current.access_token.expose();
        if is_news && let Some(token) = session.token().ok().filter(is_fresh) {
            tracing::debug!("another process renewed the sign-in of profile `{}`", self.profile);
            self.keep(session, &token);
            return Ok(token);
        }
        let renewing = session.renewing().ok_or_else(|| self.expired(&session))?;
        let answer = self.ask(renewing).await;
        let tokens = answer.map_err(|error| self.not_renewed(&session, error))?;
        session.renew(&tokens);
        if let Err(error) = held.update(&session).await {
            tracing::error!(
                "the renewed sign-in of profile `{}` was not saved: {error}. This server goes on with it; after a restart `{}` may be needed",
                self.profile,
                sign_in_command(&self.profile, &session)
            );
        }
        tracing::debug!("the sign-in of profile `{}` was renewed", self.profile);
        let token = session.token().map_err(|_| CredentialError::unusable(&self.domain))?;
        self.keep(session, &token);
        Ok(token)
    }

    /// Goes on with a renewed session; whether it may be used has not changed.
    fn keep(&self, session: Session, token: &AccessToken) {
        self.renewal.replace(token.clone());
        session.secrets().for_each(|secret| self.redactor.add(secret));
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Current {
            state: current.state.clone(),
            ..Current::usable(current.stamp.clone(), session)
        };
    }

    /// Asks for new tokens.
    async fn ask(&self, renewing: Renewing<'_>) -> Result<Tokens, OAuthError> {
        match renewing {
            Renewing::RefreshToken { server, client_id, refresh_token } => {
                let https = Https::new(self.trust.clone(), server);
                let server = AuthorizationServer::new(server.clone(), https, self.redactor.clone());
                let form = [
                    ("grant_type", "refresh_token"),
                    ("client_id", client_id),
                    ("refresh_token", refresh_token.expose()),
                ];
                server.tokens(&form).await
            }
            Renewing::ClientSecret { client_id, client_secret } => {
                let (domain, https) = (self.domain.clone(), self.https.clone());
                let tenant = AuthorizationServer::new(domain, https, self.redactor.clone());
                client_credentials::exchange(&tenant, client_id, client_secret).await
            }
        }
    }

    /// Nothing is kept that renews this sign-in.
    pub(super) fn expired(&self, session: &Session) -> CredentialError {
        CredentialError::SessionExpired {
            profile: self.profile.clone(),
            command: sign_in_command(&self.profile, session),
        }
    }

    /// What a failed renewal means. A refusal that no later attempt can change is remembered, so that nobody asks
    /// again.
    fn not_renewed(&self, session: &Session, error: OAuthError) -> CredentialError {
        const FINAL: [&str; 4] =
            ["invalid_grant", "invalid_client", "access_denied", "unauthorized_client"];
        let OAuthError::Refused { domain, status, code, .. } = &error else { return error.into() };
        match code.as_deref() {
            Some(code) if FINAL.contains(&code) => {
                let error = CredentialError::NotRenewed {
                    server: domain.clone(),
                    profile: self.profile.clone(),
                    code: code.to_owned(),
                    command: sign_in_command(&self.profile, session),
                };
                self.set_state(State::Final(error.clone()));
                error
            }
            None if *status == 401 => CredentialError::Refused {
                domain: domain.clone(),
                status: *status,
                code: "no error code".to_owned(),
            },
            _ => error.into(),
        }
    }
}
