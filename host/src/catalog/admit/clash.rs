//! Names that must not be mistaken for others: of tools, and of plugins.
//!
//! A model chooses a tool by its name, and an operator admits a plugin by its name. So a third party can use
//! neither a name that exists, nor one that looks like it, nor the prefix under which this program's own tools
//! are known. Names are ASCII (`wit/README.md`), which leaves `l` and `1`, `o` and `0`, `rn` and `m`, separators,
//! and one letter more or less.

use auth0_mcp_sandbox::Manifest;
use unicode_security::confusable_detection::skeleton;

/// The prefix of this program's own tools, and the word that its plugins' names begin with.
pub const RESERVED: &str = "auth0";

/// Shorter names are a letter apart from too many words to mean anything by it.
const SHORTEST_FOR_DISTANCE: usize = 6;

/// The names that are taken.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Plugins with their tools.
    pub plugins: Vec<Owner>,
    /// Whether the operator's policy gives the reserved prefix to third parties.
    pub reserved_is_free: bool,
}

/// A plugin and its tools.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The plugin.
    pub name: String,
    /// Its tools.
    pub tools: Vec<String>,
    /// Whether it is part of this program.
    pub first_party: bool,
}

/// A name that cannot be admitted. The operator and the plugin's author read it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} `{name}` {problem}")]
pub struct Clash {
    kind: &'static str,
    name: String,
    problem: String,
}

/// Every clash of a manifest with what is taken. A plugin does not clash with the version of itself that an
/// update replaces: leave that out of `taken`.
#[must_use]
pub fn clashes(manifest: &Manifest, taken: &Taken) -> Vec<Clash> {
    names_clash(&manifest.name, manifest.tools.iter().map(|tool| tool.name.as_str()), taken)
}

/// As [`clashes`], of the names alone.
#[must_use]
pub fn names_clash<'a>(
    plugin: &str,
    tools: impl Iterator<Item = &'a str>,
    taken: &Taken,
) -> Vec<Clash> {
    let names = taken.plugins.iter().map(|owner| (owner.name.as_str(), owner));
    let found = problem(plugin, names, taken);
    let mut found: Vec<_> = found.into_iter().map(|p| clash("plugin", plugin, p)).collect();
    for tool in tools {
        let names = taken
            .plugins
            .iter()
            .flat_map(|owner| owner.tools.iter().map(move |name| (name.as_str(), owner)));
        found.extend(problem(tool, names, taken).map(|p| clash("tool", tool, p)));
    }
    found
}

fn clash(kind: &'static str, name: &str, problem: String) -> Clash {
    Clash { kind, name: name.to_owned(), problem }
}

/// What is wrong with a name, if anything.
fn problem<'a>(
    name: &str,
    taken: impl Iterator<Item = (&'a str, &'a Owner)>,
    rules: &Taken,
) -> Option<String> {
    let folded = fold(name);
    for (other, owner) in taken {
        let whose = if owner.first_party {
            "of auth0-mcp itself".to_owned()
        } else {
            format!("of plugin `{}`", owner.name)
        };
        if name == other {
            return Some(format!("has the name of one {whose}"));
        }
        let other_folded = fold(other);
        if folded == other_folded || (owner.first_party && one_apart(&folded, &other_folded)) {
            return Some(format!("can be mistaken for `{other}` {whose}"));
        }
    }
    let reserved = !rules.reserved_is_free && folded.starts_with(&fold(RESERVED));
    reserved.then(|| {
        format!("begins with `{RESERVED}`, or looks like it, which is kept for auth0-mcp itself")
    })
}

/// What a name looks like at a glance: without separators, and with one letter for all that look like it.
fn fold(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    skeleton(&plain.to_lowercase()).collect::<String>().to_lowercase()
}

/// Whether one letter more, less, other or swapped makes one name of the other.
fn one_apart(name: &str, other: &str) -> bool {
    name.len().min(other.len()) >= SHORTEST_FOR_DISTANCE
        && name.len().abs_diff(other.len()) <= 1
        && strsim::osa_distance(name, other) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(plugin: &str, tool: &str) -> Manifest {
        let json = serde_json::json!({
            "name": plugin, "version": "1.0.0", "description": "x",
            "tools": [{"name": tool, "title": "x", "description": "x", "effect": "read-only",
                "input_schema": {"type": "object", "additionalProperties": false}, "endpoints": []}]
        });
        serde_json::from_value(json).unwrap()
    }

    fn taken(reserved_is_free: bool) -> Taken {
        let owner = |name: &str, tools: &[&str], first_party| Owner {
            name: name.into(),
            tools: tools.iter().map(|t| (*t).into()).collect(),
            first_party,
        };
        Taken {
            plugins: vec![
                owner("applications", &["auth0_list_applications", "auth0_get_form"], true),
                owner("logs", &["auth0_list_logs"], true),
                owner("billing", &["billing_list_items"], false),
            ],
            reserved_is_free,
        }
    }

    #[test]
    fn names_that_mislead_are_refused_with_their_reason() {
        let table = [
            // tools
            ("mine", "auth0_list_applications", "has the name of one of auth0-mcp itself"),
            ("mine", "auth0_list_application", "mistaken for `auth0_list_applications`"),
            ("mine", "auth0_list_appilcations", "mistaken for `auth0_list_applications`"),
            ("mine", "auth0_listapplications", "mistaken for `auth0_list_applications`"),
            ("mine", "autho_list_applications", "mistaken for `auth0_list_applications`"),
            ("mine", "auth0_1ist_app1ications", "mistaken for `auth0_list_applications`"),
            ("mine", "auth0_get_forrn", "mistaken for `auth0_get_form`"),
            ("mine", "auth0_anything_else", "begins with `auth0`"),
            ("mine", "autho_anything_else", "begins with `auth0`"),
            ("mine", "auth_0_anything_else", "begins with `auth0`"),
            ("mine", "billing_list_items", "has the name of one of plugin `billing`"),
            ("mine", "billing_1ist_items", "mistaken for `billing_list_items` of plugin `billing`"),
            // plugins
            ("logs", "mine_get", "has the name of one of auth0-mcp itself"),
            ("1ogs", "mine_get", "mistaken for `logs`"),
            ("application", "mine_get", "mistaken for `applications`"),
            ("billing", "mine_get", "has the name of one of plugin `billing`"),
            ("bi-lling", "mine_get", "mistaken for `billing`"),
            ("auth0-logs", "mine_get", "begins with `auth0`"),
        ];
        for (plugin, tool, expected) in table {
            let found = clashes(&manifest(plugin, tool), &taken(false));
            assert_eq!(found.len(), 1, "{plugin} {tool}: {found:?}");
            let text = found[0].to_string();
            assert!(text.contains(expected), "{plugin} {tool}: {text}");
        }
    }

    #[test]
    fn other_names_are_free() {
        for (plugin, tool) in
            [("mine", "mine_list_things"), ("log", "list_things"), ("blogs", "billing_list_item")]
        {
            assert_eq!(clashes(&manifest(plugin, tool), &taken(false)), [], "{plugin} {tool}");
        }
        assert_eq!(clashes(&manifest("mine", "auth0_list_connections"), &taken(true)), []);
        assert_eq!(clashes(&manifest("mine", "auth0_list_application"), &taken(true)).len(), 1);
    }
}
