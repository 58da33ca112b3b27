//! What the user can do about a sign-in that has ended or lacks scopes, in the words of where it came from.
//!
//! The model passes these texts on to the user, so they are whole sentences with the exact command.

use super::profile::ProfileName;

/// Where a sign-in came from, as far as it matters for what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// A token in `AUTH0_TOKEN`.
    EnvironmentToken,
    /// A client id and secret in the environment.
    EnvironmentClient,
    /// A profile that somebody signed in to with a browser.
    Browser(ProfileName),
    /// A profile with the client id and secret of an application.
    Client {
        /// The profile.
        profile: ProfileName,
        /// What signs in again.
        command: String,
    },
    /// The demo tenant, whose token has every scope that it knows.
    Demo,
}

impl Advice {
    /// How to sign in again.
    #[must_use]
    pub fn sign_in(&self) -> String {
        match self {
            Self::EnvironmentToken => "Ask the user to put a new access token into AUTH0_TOKEN where this server is started, and to restart it.".to_owned(),
            Self::EnvironmentClient => "Ask the user to check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET where this server is started, and to restart it.".to_owned(),
            Self::Browser(profile) => {
                format!("Ask the user to run `auth0-mcp init --profile {profile}` in a terminal; no restart is needed.")
            }
            Self::Client { command, .. } => {
                format!("Ask the user to run `{command}` in a terminal; no restart is needed.")
            }
            Self::Demo => "Ask the user to restart this server, which begins a new demo.".to_owned(),
        }
    }

    /// How to add scopes to those that the sign-in has.
    #[must_use]
    pub fn add_scopes(&self, missing: &[String]) -> String {
        let (words, list) = (missing.join(" and "), missing.join(","));
        match self {
            Self::EnvironmentToken => format!(
                "Ask the user for an access token with {words}, in AUTH0_TOKEN where this server is started, and to restart it."
            ),
            Self::EnvironmentClient => format!(
                "Ask the user to grant {words} to the application in the Auth0 Dashboard (Applications > APIs > Auth0 Management API > Machine to Machine Applications), and to restart this server."
            ),
            Self::Browser(profile) => format!(
                "Ask the user to run `auth0-mcp init --profile {profile} --scopes {list}` in a terminal (with the other scopes that are wanted); no restart is needed."
            ),
            Self::Client { command, .. } => format!(
                "Ask the user to grant {words} to the application in the Auth0 Dashboard (Applications > APIs > Auth0 Management API > Machine to Machine Applications), and then to run `{command}` in a terminal; no restart is needed."
            ),
            Self::Demo => {
                "The demo tenant has applications, APIs, application grants, Actions, logs and forms, and nothing else: this needs a tenant of the user's own (`auth0-mcp init`).".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_has_its_own_command() {
        let profile: ProfileName = "acme".parse().unwrap();
        let command = "auth0-mcp init --profile acme --auth0-client-id x".to_owned();
        let missing = ["read:logs".to_owned(), "read:forms".to_owned()];
        for (advice, sign_in, scopes) in [
            (Advice::EnvironmentToken, "AUTH0_TOKEN", "a token with read:logs and read:forms"),
            (Advice::EnvironmentClient, "AUTH0_CLIENT_SECRET", "Dashboard"),
            (Advice::Demo, "a new demo", "The demo tenant has"),
            (
                Advice::Browser(profile.clone()),
                "`auth0-mcp init --profile acme`",
                "`auth0-mcp init --profile acme --scopes read:logs,read:forms`",
            ),
            (Advice::Client { profile, command }, "--auth0-client-id x`", "Dashboard"),
        ] {
            assert!(advice.sign_in().contains(sign_in), "{advice:?}");
            let text = advice.add_scopes(&missing);
            assert!(text.contains(scopes.trim_start_matches("a token with ")), "{text}");
        }
    }
}
