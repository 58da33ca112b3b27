//! Which scopes a sign-in asks for: chosen by name and glob, or derived from tools.
//!
//! What can be chosen is what the plugins' manifests say that their tools need; there is no list to keep. A glob
//! never selects a scope that reads or makes credentials: somebody who types `read:*` means data.

use std::collections::BTreeSet;

use crate::catalog::pattern::{matches, nearest};

/// Asked for with every sign-in, so that the session can be renewed. It opens no tool and is never chosen.
pub const RENEWAL: &str = "offline_access";

/// Scopes that users of other Auth0 tools know and that no tool of ours needs, since secrets are masked. They
/// are taken by their exact name and never offered.
const NEEDED_BY_NO_TOOL: [&str; 1] = ["read:client_credentials"];

/// No name or glob is longer.
const LONGEST: usize = 200;

/// One tool and what it needs, as its manifest says.
#[derive(Clone, Debug)]
pub struct Need {
    /// The plugin that it belongs to.
    pub family: String,
    /// Its name.
    pub tool: String,
    /// The scopes of all its rows.
    pub scopes: Vec<String>,
}

/// A scope that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// For example `read:clients`.
    pub scope: String,
    /// The plugin whose tool needs it first.
    pub family: String,
    /// The tools that need it, in the order of `tools/list`.
    pub tools: Vec<String>,
}

/// Why a choice of scopes is refused. The operator reads it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Nothing but commas and spaces.
    #[error(
        "the list of scopes is empty: name at least one, such as `read:clients`, or leave --scopes out"
    )]
    Empty,
    /// Longer than any scope could be.
    #[error("a scope has more than {LONGEST} characters")]
    TooLong,
    /// It is asked for anyway.
    #[error(
        "`{RENEWAL}` is not a choice: it is asked for with every sign-in, so that the session can be renewed; leave it out"
    )]
    Renewal,
    /// Names and globs that no scope answers to, each with what is near.
    #[error("{}", .0.join("; "))]
    Unknown(Vec<String>),
}

/// The scopes that can be chosen, grouped by family.
#[derive(Clone, Debug)]
pub struct Scopes(Vec<Offer>);

impl Scopes {
    /// Collects what the tools need. The order is that of the families, and within one that of the tools.
    #[must_use]
    pub fn of(needs: &[Need]) -> Self {
        let mut offers: Vec<Offer> = Vec::new();
        for Need { family, tool, scopes } in needs {
            for scope in scopes {
                match offers.iter_mut().find(|offer| offer.scope == *scope) {
                    Some(offer) if offer.tools.contains(tool) => {}
                    Some(offer) => offer.tools.push(tool.clone()),
                    None => {
                        let at = offers.iter().rposition(|offer| offer.family == *family);
                        let (scope, family) = (scope.clone(), family.clone());
                        let offer = Offer { scope, family, tools: vec![tool.clone()] };
                        offers.insert(at.map_or(offers.len(), |at| at + 1), offer);
                    }
                }
            }
        }
        Self(offers)
    }

    /// What can be chosen.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.0
    }

    /// Reads a comma-separated list of names and globs: `read:clients,*:actions`. The answer is in the order
    /// of the offers, without repetition.
    ///
    /// # Errors
    /// [`ScopeError`] names everything in the list that no scope answers to.
    pub fn choose(&self, list: &str) -> Result<Vec<String>, ScopeError> {
        let items: Vec<_> =
            list.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
        if items.is_empty() {
            return Err(ScopeError::Empty);
        }
        if items.iter().any(|item| item.len() > LONGEST) {
            return Err(ScopeError::TooLong);
        }
        if items.contains(&RENEWAL) {
            return Err(ScopeError::Renewal);
        }
        let unknown: Vec<_> = items
            .iter()
            .filter(|item| self.answering(item).next().is_none())
            .map(|item| self.refusal(item))
            .collect();
        if !unknown.is_empty() {
            return Err(ScopeError::Unknown(unknown));
        }
        let chosen: BTreeSet<_> = items.iter().flat_map(|item| self.answering(item)).collect();
        Ok(self.names().filter(|name| chosen.contains(name)).map(str::to_owned).collect())
    }

    /// Every scope that the offers hold: exactly what the tools need.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.0.iter().map(|offer| offer.scope.clone()).collect()
    }

    /// Whether some tool needs this scope.
    #[must_use]
    pub fn opens_a_tool(&self, scope: &str) -> bool {
        self.0.iter().any(|offer| offer.scope == scope)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let others = NEEDED_BY_NO_TOOL.into_iter().filter(|scope| !self.opens_a_tool(scope));
        self.0.iter().map(|offer| offer.scope.as_str()).chain(others)
    }

    fn answering<'s>(&'s self, item: &'s str) -> impl Iterator<Item = &'s str> {
        self.names().filter(move |name| answers(name, item))
    }

    /// Why an item of the list selects nothing.
    fn refusal(&self, item: &str) -> String {
        let shown: String = item.escape_debug().take(80).collect();
        if is_glob(item) {
            let withheld: Vec<_> = self.names().filter(|name| matches(item, name)).collect();
            if !withheld.is_empty() {
                let names = withheld.join(", ");
                return format!(
                    "the glob `{shown}` matches only scopes that hand out credentials ({names}): give the exact name"
                );
            }
        }
        let near = nearest(item, &self.names().collect::<Vec<_>>());
        let hint = match near[..] {
            [] => format!("; the scopes are: {}", self.all().join(", ")),
            _ => format!("; did you mean `{}`?", near.join("` or `")),
        };
        let what = if is_glob(item) { "matches no scope" } else { "is not a scope of any tool" };
        format!("`{shown}` {what}{hint}")
    }
}

/// Whether a scope reads or makes something that somebody could sign in with: the noun after the colon says so.
#[must_use]
pub fn hands_out_credentials(scope: &str) -> bool {
    const WORDS: [&str; 5] = ["credential", "key", "secret", "token", "password"];
    let (_, noun) = scope.split_once(':').unwrap_or(("", scope));
    noun.split(['_', '-', ':', '.']).any(|word| WORDS.contains(&word.trim_end_matches('s')))
}

fn answers(scope: &str, item: &str) -> bool {
    scope == item || (is_glob(item) && matches(item, scope) && !hands_out_credentials(scope))
}

fn is_glob(item: &str) -> bool {
    item.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(family: &str, tool: &str, scopes: &[&str]) -> Need {
        let scopes = scopes.iter().map(ToString::to_string).collect();
        Need { family: family.into(), tool: tool.into(), scopes }
    }

    fn scopes() -> Scopes {
        Scopes::of(&[
            need("clients", "list_clients", &["read:clients"]),
            need("clients", "create_client", &["create:clients"]),
            need("actions", "get_action", &["read:actions"]),
            need("keys", "rotate", &["update:signing_keys", "read:clients"]),
            need("clients", "get_client", &["read:clients", "read:client_grants"]),
        ])
    }

    #[test]
    fn offers_are_grouped_and_name_their_tools() {
        let offers: Vec<_> = scopes()
            .offers()
            .iter()
            .map(|offer| format!("{} {} {}", offer.family, offer.scope, offer.tools.join("+")))
            .collect();
        assert_eq!(
            offers,
            [
                "clients read:clients list_clients+rotate+get_client",
                "clients create:clients create_client",
                "clients read:client_grants get_client",
                "actions read:actions get_action",
                "keys update:signing_keys rotate",
            ]
        );
    }

    #[test]
    fn a_list_selects_in_the_order_of_the_offers() {
        for (list, expected) in [
            ("read:clients", "read:clients"),
            (" read:actions ,, create:clients,read:actions", "create:clients read:actions"),
            ("read:*", "read:clients read:client_grants read:actions"),
            ("*:clients", "read:clients create:clients"),
            ("read:client?", "read:clients"),
            ("*", "read:clients create:clients read:client_grants read:actions"),
            (
                "*,update:signing_keys",
                "read:clients create:clients read:client_grants read:actions update:signing_keys",
            ),
            ("read:client_credentials", "read:client_credentials"),
        ] {
            assert_eq!(scopes().choose(list).unwrap().join(" "), expected, "{list}");
        }
    }

    #[test]
    fn what_selects_nothing_is_named_with_what_is_near() {
        for (list, says) in [
            (" , ", "is empty"),
            (
                "read:cleints",
                "`read:cleints` is not a scope of any tool; did you mean `read:clients`",
            ),
            ("Read:Clients", "`Read:Clients` is not a scope"),
            ("xyz", "the scopes are: read:clients, create:clients"),
            ("delete:*", "`delete:*` matches no scope"),
            ("*_keys", "hand out credentials (update:signing_keys): give the exact name"),
            ("*:client_credentials", "hand out credentials (read:client_credentials)"),
            ("zzz1,read:clients,zzz2", "`zzz1` is not"),
            ("zzz1,read:clients,zzz2", "`zzz2` is not"),
            ("read:clients,offline_access", "asked for with every sign-in"),
            (&"x".repeat(201), "more than 200"),
            ("\u{1b}[31m", "`\\u{1b}[31m`"),
        ] {
            let error = scopes().choose(list).unwrap_err().to_string();
            assert!(error.contains(says), "{list}: {error}");
        }
    }

    #[test]
    fn the_noun_says_what_hands_out_credentials() {
        for scope in ["read:client_credentials", "create:signing_keys", "read:scim_token"] {
            assert!(hands_out_credentials(scope), "{scope}");
        }
        for scope in ["read:clients", "read:client_grants", "update:token_exchange", "read:keyed"] {
            let expected = scope.contains("token");
            assert_eq!(hands_out_credentials(scope), expected, "{scope}");
        }
    }
}
