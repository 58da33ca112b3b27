//! Which application asks, and which grants it may use.

use serde_json::Value;

use super::{Parameters, Refusal};
use crate::store::Store;

/// The public client of the product's device flow. At Auth0 it belongs to a tenant of Auth0's own,
/// not to the user's, so no tenant lists it.
pub const DEVICE_CLIENT_ID: &str = "2lhnuYMRQ8IpR5hNsOhDFQqrGQUQMRm5";
const DEVICE_CLIENT_NAME: &str = "Auth0 MCP Server";

/// An application that has said who it is and, if it has a secret, proved it.
pub(super) struct Application {
    pub(super) id: String,
    pub(super) name: String,
    /// `None` is the device client, which may use the grants it is for.
    grants: Option<Vec<String>>,
}

impl Application {
    /// Refuses a grant that the application is not set up for.
    pub(super) fn require(&self, grant: &str) -> Result<(), Refusal> {
        match &self.grants {
            Some(grants) if !grants.iter().any(|allowed| allowed == grant) => {
                let description = format!("Grant type '{grant}' not allowed for the client.");
                Err(Refusal(403, "unauthorized_client", description))
            }
            _ => Ok(()),
        }
    }
}

/// The application of a request. One that authenticates by a secret must name the right one.
pub(super) fn identify(store: &Store, given: &Parameters) -> Result<Application, Refusal> {
    let id = given.required("client_id")?;
    if id == DEVICE_CLIENT_ID {
        let (id, name) = (id.to_owned(), DEVICE_CLIENT_NAME.to_owned());
        return Ok(Application { id, name, grants: None });
    }
    let client = store.get("clients", id).ok_or_else(Refusal::invalid_client)?;
    let text = |field: &str| client.get(field).and_then(Value::as_str);
    let is_public = text("token_endpoint_auth_method") == Some("none");
    if !is_public && given.optional("client_secret") != text("client_secret") {
        return Err(Refusal::invalid_client());
    }
    let grants = client.get("grant_types").and_then(Value::as_array).into_iter().flatten();
    Ok(Application {
        id: id.to_owned(),
        name: text("name").unwrap_or(id).to_owned(),
        grants: Some(grants.filter_map(Value::as_str).map(str::to_owned).collect()),
    })
}
