//! Where a client secret is to be had. The host masks it in every answer, so a plugin can only say that there is one.

use auth0_mcp_plugin::Object;

const NOTE: &str = "The client secret is not shown here. It is in the Auth0 dashboard: Applications > this \
    application > Settings.";

/// The hint, for an application that has a secret.
pub(crate) fn note(application: &Object) -> Option<&'static str> {
    application.contains_key("client_secret").then_some(NOTE)
}
