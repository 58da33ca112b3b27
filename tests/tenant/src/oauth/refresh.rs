//! Refresh tokens: given out, exchanged, rotated, revoked.
//!
//! With rotation every exchange gives a new token and uses up the old one. A used token that comes
//! again was copied by somebody, and nobody can tell by whom, so the whole family (all tokens that
//! descend from one sign-in) ends. Auth0's leeway allows a client that lost an answer to ask again
//! for so long; it is zero unless set.

use std::{collections::HashMap, time::Duration};

use time::OffsetDateTime;

use super::{Grant, Refusal, new_refresh_token, words};

/// The grant by which an application renews its token.
pub(super) const GRANT: &str = "refresh_token";
pub(super) const UNKNOWN: &str = "Unknown or invalid refresh token.";

/// The refresh tokens of a tenant.
#[derive(Default)]
pub(crate) struct RefreshTokens {
    tokens: HashMap<String, Token>,
    /// Those that can still be used.
    families: HashMap<u64, Family>,
    next: u64,
}

struct Token {
    family: u64,
    /// When it was exchanged for another one.
    used: Option<OffsetDateTime>,
}

/// What one sign-in granted, for as long as it lasts.
struct Family {
    client_id: String,
    grant: Grant,
    expires: OffsetDateTime,
}

/// How tokens are exchanged.
pub(super) struct Rules {
    pub(super) rotate: bool,
    pub(super) leeway: Duration,
    pub(super) now: OffsetDateTime,
}

/// The result of an exchange.
pub(super) struct Renewed {
    pub(super) grant: Grant,
    /// The token to use next; `None` means that the old one stays valid.
    pub(super) token: Option<String>,
}

impl RefreshTokens {
    /// The first token of a family.
    pub(super) fn issue(
        &mut self,
        client_id: &str,
        grant: Grant,
        expires: OffsetDateTime,
    ) -> String {
        self.next += 1;
        let client_id = client_id.to_owned();
        self.families.insert(self.next, Family { client_id, grant, expires });
        self.add(self.next)
    }

    fn add(&mut self, family: u64) -> String {
        let token = new_refresh_token();
        self.tokens.insert(token.clone(), Token { family, used: None });
        token
    }

    /// Exchanges a token, or ends its family if it was exchanged before.
    pub(super) fn exchange(
        &mut self,
        token: &str,
        client_id: &str,
        scope: Option<&str>,
        rules: &Rules,
    ) -> Result<Renewed, Refusal> {
        let unknown = || Refusal::invalid_grant(UNKNOWN);
        let known = self.tokens.get_mut(token).ok_or_else(unknown)?;
        let id = known.family;
        let family = self.families.get(&id).ok_or_else(unknown)?;
        if family.client_id != client_id || family.expires <= rules.now {
            return Err(unknown());
        }
        if known.used.is_some_and(|used| rules.now - used >= rules.leeway) {
            self.families.remove(&id);
            return Err(unknown());
        }
        let grant = narrowed(&family.grant, scope)?;
        if !rules.rotate {
            return Ok(Renewed { grant, token: None });
        }
        known.used.get_or_insert(rules.now);
        Ok(Renewed { grant, token: Some(self.add(id)) })
    }

    /// Ends the family of a token, if it belongs to this client.
    pub(super) fn revoke(&mut self, token: &str, client_id: &str) {
        let Some(id) = self.tokens.get(token).map(|token| token.family) else { return };
        if self.families.get(&id).is_some_and(|family| family.client_id == client_id) {
            self.families.remove(&id);
        }
    }

    /// Ends all families.
    pub(crate) fn revoke_all(&mut self) {
        self.families.clear();
    }

    /// Whether a token can still be exchanged.
    pub(crate) fn is_valid(&self, token: &str, now: OffsetDateTime) -> bool {
        let family = self.tokens.get(token).filter(|token| token.used.is_none());
        let family = family.and_then(|token| self.families.get(&token.family));
        family.is_some_and(|family| family.expires > now)
    }
}

/// RFC 6749, section 6: a renewal may ask for less than was granted, never for more.
fn narrowed(grant: &Grant, scope: Option<&str>) -> Result<Grant, Refusal> {
    let Some(scope) = scope else { return Ok(grant.clone()) };
    let asked = words(scope);
    match asked.iter().find(|scope| !grant.scopes.contains(scope)) {
        Some(more) => Err(Refusal(
            403,
            "invalid_scope",
            format!("The scope {more} exceeds the scopes that were granted."),
        )),
        None => Ok(Grant { tenant: grant.tenant.clone(), scopes: asked }),
    }
}
