//! What the Node server (`@auth0/auth0-mcp-server`) left in the keychain: found, imported, erased.

use std::time::SystemTime;

use super::{
    VaultError,
    session::{Kind, Session, instant},
    store::Store,
};
use crate::{auth::Domain, secret::Secret};

/// The authorization server that gave its tokens, and the client id that it used there.
const SERVER: (&str, &str) = ("auth0.auth0.com", "2lhnuYMRQ8IpR5hNsOhDFQqrGQUQMRm5");

const TOKEN: &str = "AUTH0_TOKEN";
const DOMAIN: &str = "AUTH0_DOMAIN";
const REFRESH_TOKEN: &str = "AUTH0_REFRESH_TOKEN";
const EXPIRES_AT: &str = "AUTH0_TOKEN_EXPIRES_AT";

/// The accounts of its entries.
pub(super) const ACCOUNTS: [&str; 4] = [TOKEN, DOMAIN, REFRESH_TOKEN, EXPIRES_AT];

/// Those of its entries that exist.
pub(super) fn entries(store: &dyn Store) -> Result<Vec<&'static str>, VaultError> {
    let mut found = Vec::new();
    for account in ACCOUNTS {
        if store.node_get(account)?.is_some() {
            found.push(account);
        }
    }
    Ok(found)
}

/// Its session; None without a token or a domain that a token can be sent to. Nothing is changed.
pub(super) fn import(store: &dyn Store) -> Result<Option<Session>, VaultError> {
    let (Some(access_token), Some(domain)) = (store.node_get(TOKEN)?, store.node_get(DOMAIN)?)
    else {
        return Ok(None);
    };
    let expires_at = store.node_get(EXPIRES_AT)?.and_then(|text| text.expose().trim().parse().ok());
    let now = SystemTime::now();
    let (Ok(domain), Ok(server)) = (Domain::parse(bare(&domain)), Domain::parse(SERVER.0)) else {
        return Ok(None);
    };
    let kind = Kind::DeviceFlow {
        server,
        client_id: SERVER.1.to_owned(),
        refresh_token: store.node_get(REFRESH_TOKEN)?,
    };
    let session = Session {
        domain,
        kind,
        access_token: Secret::new(access_token.expose().trim().to_owned()),
        received_at: now,
        // It counts a token without a time as expired, and so do we.
        expires_at: Some(expires_at.map_or(SystemTime::UNIX_EPOCH, instant)),
        scopes: None,
        account: None,
        signed_in_at: now,
    };
    Ok(session.token().is_ok().then_some(session))
}

/// Erases its entries, and says which there were.
pub(super) fn erase(store: &dyn Store) -> Result<Vec<&'static str>, VaultError> {
    let mut erased = Vec::new();
    for account in ACCOUNTS {
        if store.node_delete(account)? {
            erased.push(account);
        }
    }
    Ok(erased)
}

/// It kept the domain as it was typed, and dropped a scheme and a slash whenever it used it.
fn bare(domain: &Secret) -> &str {
    let text = domain.expose().trim();
    let text = text.strip_prefix("https://").or(text.strip_prefix("http://")).unwrap_or(text);
    text.strip_suffix('/').unwrap_or(text)
}
