//! Why the client has no answer, and the one place where that becomes a refusal of the plugin contract.

use auth0_mcp_sandbox::contract::{Method, Refusal};

use super::path::PathError;
use crate::auth::{CredentialError, TrustError, cause::Cause};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path or query cannot be sent as it is.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The body cannot be sent as it is.
    #[error("the body {0}")]
    Body(String),
    /// There is no access token.
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    /// TLS cannot be set up on this machine.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The tenant does not accept the access token, and there is no other.
    #[error("the tenant does not accept the access token any more")]
    SessionExpired,
    /// The tenant's rate limit, for so many more seconds.
    #[error("the tenant limits requests for {0} s more")]
    RateLimited(u32),
    /// No answer, or it broke off.
    #[error("{cause}")]
    Network {
        /// What broke.
        cause: Cause,
        /// Whether the request may have arrived before that.
        sent: bool,
    },
    /// The call's deadline passed.
    #[error("the call's deadline passed")]
    TimedOut,
    /// The answer has more than so many bytes.
    #[error("the answer has more than {0} bytes")]
    TooLarge(u64),
    /// The answer is not what the API promises.
    #[error("{0}")]
    Malformed(String),
}

impl Error {
    /// The refusal that the plugin gets, for a request with this method to this tenant.
    #[must_use]
    pub fn refusal(self, method: Method, domain: &str) -> Refusal {
        let unclear = match method {
            Method::Get => "",
            _ => "; whether the change was made is not known: look before sending it again",
        };
        match self {
            Self::Path(error) => Refusal::InvalidRequest(error.to_string()),
            Self::Body(_) => Refusal::InvalidRequest(self.to_string()),
            Self::SessionExpired => Refusal::SessionExpired,
            Self::Credentials(error) if error.asks_to_sign_in() => Refusal::SessionExpired,
            Self::Credentials(CredentialError::RateLimited { seconds, .. }) => {
                Refusal::RateLimited(seconds)
            }
            Self::Credentials(error) => Refusal::Unreachable(format!("no access token: {error}")),
            Self::Trust(error) => Refusal::Unreachable(error.to_string()),
            Self::RateLimited(seconds) => Refusal::RateLimited(seconds),
            Self::Network { cause, sent } => {
                let unclear = if sent { unclear } else { "" };
                Refusal::Unreachable(format!("{domain} cannot be reached: {cause}{unclear}"))
            }
            Self::TimedOut => Refusal::TimedOut,
            Self::TooLarge(bytes) => Refusal::TooLarge(bytes),
            Self::Malformed(what) => Refusal::MalformedAnswer(format!("{what}{unclear}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_broke_off_says_so() {
        let text = |error: Error, method| match error.refusal(method, "x.auth0.com") {
            Refusal::Unreachable(text) | Refusal::MalformedAnswer(text) => text,
            other => format!("{other:?}"),
        };
        let broken = |sent| Error::Network { cause: Cause::Broken, sent };
        let unclear = "look before sending it again";
        assert!(text(broken(true), Method::Post).ends_with(unclear));
        assert!(!text(broken(false), Method::Post).contains(unclear));
        assert!(!text(broken(true), Method::Get).contains(unclear));
        assert!(text(Error::Malformed("HTML".into()), Method::Patch).ends_with(unclear));
        assert!(
            text(broken(true), Method::Get)
                .starts_with("x.auth0.com cannot be reached: the connection broke")
        );
        let refused = Error::Network { cause: Cause::Untrusted, sent: false };
        assert!(text(refused, Method::Get).contains("SSL_CERT_FILE"));
    }
}
