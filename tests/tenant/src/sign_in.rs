//! Sign-ins without a browser: the tenant's owner decides in the user's place, and sees what was
//! asked for. The page in `activate` decides through the same functions.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use crate::{
    Shared, Tenant,
    oauth::{ActivationError, DeviceRequest, Grant, Question, TokenCount},
};

impl Tenant {
    /// Grants these scopes to the device with this code, for this tenant. Scopes that the device
    /// did not ask for, or that do not exist, are not granted.
    pub fn approve(&self, user_code: &str, scopes: &[&str]) -> Result<(), ActivationError> {
        self.approve_for(self.domain(), user_code, scopes)
    }

    /// Grants all scopes that the device with this code asked for.
    pub fn approve_all(&self, user_code: &str) -> Result<(), ActivationError> {
        approve(&self.shared, user_code, None, None)
    }

    /// Grants scopes of another tenant that the user has; see [`Tenant::share_sign_in`].
    pub fn approve_for(
        &self,
        domain: &str,
        user_code: &str,
        scopes: &[&str],
    ) -> Result<(), ActivationError> {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        approve(&self.shared, user_code, Some(domain), Some(scopes))
    }

    /// Refuses the device with this code.
    pub fn deny(&self, user_code: &str) -> Result<(), ActivationError> {
        deny(&self.shared, user_code)
    }

    /// The devices that asked to be signed in, oldest first.
    #[must_use]
    pub fn device_requests(&self) -> Vec<DeviceRequest> {
        devices(&self.shared)
    }

    /// Lets the user who signs in here pick `other` too, for as long as it runs. Codes and refresh
    /// tokens stay with this tenant, as they do with the one of Auth0 that signs everybody in.
    pub fn share_sign_in(&self, other: &Tenant) {
        let neighbour = Arc::downgrade(&other.shared);
        self.shared.neighbours.lock().unwrap_or_else(PoisonError::into_inner).push(neighbour);
    }

    /// How often tokens were asked for, by `grant_type`; [`Tenant::clear_requests`] starts anew.
    #[must_use]
    pub fn token_counts(&self) -> BTreeMap<String, TokenCount> {
        self.shared.counts.list()
    }

    /// Ends all refresh tokens given out so far.
    pub fn revoke_refresh_tokens(&self) {
        self.with_state(|state| state.sessions.refresh.revoke_all());
    }

    /// Whether a refresh token can still be exchanged.
    #[must_use]
    pub fn is_refresh_token_valid(&self, token: &str) -> bool {
        self.with_state(|state| state.sessions.refresh.is_valid(token, state.store.clock.now()))
    }
}

impl Shared {
    /// The domains of the tenants that the user may pick, this one first.
    pub(crate) fn domains(&self) -> Vec<String> {
        let others = self.others().into_iter().map(|other| other.domain.clone());
        std::iter::once(self.domain.clone()).chain(others).collect()
    }

    /// Acts on the tenant with this domain, if the user has it.
    pub(crate) fn with_tenant<T>(&self, domain: &str, act: impl FnOnce(&Shared) -> T) -> Option<T> {
        if domain == self.domain {
            return Some(act(self));
        }
        let other = self.others().into_iter().find(|other| other.domain == domain);
        other.map(|other| act(&other))
    }

    fn others(&self) -> Vec<Arc<Shared>> {
        let neighbours = self.neighbours.lock().unwrap_or_else(PoisonError::into_inner);
        neighbours.iter().filter_map(std::sync::Weak::upgrade).collect()
    }
}

/// What to ask the user who has typed this code, and which tenants there are to pick from.
pub(crate) fn question(
    shared: &Shared,
    user_code: &str,
) -> Result<(Question, Vec<String>), ActivationError> {
    let question = {
        let state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.sessions.devices.question(user_code, state.store.clock.now())?
    };
    let mut domains = shared.domains();
    if let Some(only) = &question.tenant {
        domains.retain(|domain| domain == only);
    }
    Ok((question, domains))
}

/// Grants scopes, or all that were asked for, of the tenant with this domain, or the first.
pub(crate) fn approve(
    shared: &Shared,
    user_code: &str,
    domain: Option<&str>,
    scopes: Option<Vec<String>>,
) -> Result<(), ActivationError> {
    let (question, domains) = question(shared, user_code)?;
    let picked = match domain {
        Some(domain) => domains.into_iter().find(|offered| offered == domain),
        None => domains.into_iter().next(),
    };
    let tenant = picked.ok_or(ActivationError::NoSuchTenant)?;
    let mut scopes = scopes.unwrap_or(question.scopes);
    scopes.retain(|scope| shared.scopes.contains_key(scope));
    decide(shared, user_code, Some(Grant { tenant, scopes }))
}

/// Refuses.
pub(crate) fn deny(shared: &Shared, user_code: &str) -> Result<(), ActivationError> {
    decide(shared, user_code, None)
}

fn decide(shared: &Shared, user_code: &str, grant: Option<Grant>) -> Result<(), ActivationError> {
    let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    let now = state.store.clock.now();
    state.sessions.devices.decide(user_code, grant, now)
}

/// The devices that asked.
pub(crate) fn devices(shared: &Shared) -> Vec<DeviceRequest> {
    let state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    state.sessions.devices.list(state.store.clock.now())
}
