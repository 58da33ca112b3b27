//! The choice of scopes on the terminal: arrow keys, space, and a filter that takes globs.

use std::fmt;

use inquire::{MultiSelect, list_option::ListOption, validator::Validation};

use crate::{
    auth::scopes::{Offer, Scopes, hands_out_credentials},
    catalog::pattern::matches,
    cli::terminal::AskError,
};

const QUESTION: &str = "Which scopes may the session have?";

const HELP: &str =
    "↑↓ move, space ticks, type to filter (read:*), → all shown, ← none, enter goes on, esc stops";

/// How many rows are shown at once: a terminal of 24 lines has room for them when some of them wrap.
const ROWS: usize = 14;

/// Asks which scopes to request; nothing is ticked beforehand, and at least one must be.
pub(super) fn pick(scopes: &Scopes) -> Result<Vec<String>, AskError> {
    let offers = scopes.offers();
    let width = |of: fn(&Offer) -> usize| offers.iter().map(of).max().unwrap_or_default();
    let (family, scope) = (width(|offer| offer.family.len()), width(|offer| offer.scope.len()));
    let rows = offers.iter().map(|offer| Row { offer: offer.clone(), family, scope }).collect();
    let chosen = MultiSelect::new(QUESTION, rows)
        .with_help_message(HELP)
        .with_page_size(ROWS)
        .with_scorer(&|filter, row, _, at| shows(filter, &row.offer).then(|| order(at)))
        .with_validator(|chosen: &[ListOption<&Row>]| {
            Ok(match chosen {
                [] => Validation::Invalid("tick at least one scope with space".into()),
                _ => Validation::Valid,
            })
        })
        .with_formatter(&|chosen| {
            let names: Vec<_> = chosen.iter().map(|row| row.value.offer.scope.as_str()).collect();
            names.join(", ")
        })
        .prompt()?;
    Ok(chosen.into_iter().map(|row| row.offer.scope).collect())
}

/// One scope of the list: family, scope, the tools that it opens.
struct Row {
    offer: Offer,
    family: usize,
    scope: usize,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offer: Offer { scope, family, tools }, .. } = self;
        let short = |tool: &String| tool.strip_prefix("auth0_").unwrap_or(tool).to_owned();
        let tools = fitting(&tools.iter().map(short).collect::<Vec<_>>());
        let (wide, wider) = (self.family, self.scope);
        write!(f, "{family:wide$}  {scope:wider$}  {tools}")
    }
}

/// As many names as fit into a terminal of 80 columns, and how many more there are. A row that wraps would tear the
/// list apart.
fn fitting(tools: &[String]) -> String {
    const ROOM: usize = 28;
    let all = tools.join(", ");
    let [first, more @ ..] = tools else { return all };
    if all.len() <= ROOM || more.is_empty() {
        return all;
    }
    let shown = (2..tools.len()).rev().find_map(|count| {
        let text = format!("{} +{}", tools[..count].join(", "), tools.len() - count);
        (text.len() <= ROOM).then_some(text)
    });
    shown.unwrap_or_else(|| format!("{first} +{}", more.len()))
}

/// The list keeps its order under every filter; higher scores come first.
fn order(at: usize) -> i64 {
    -i64::try_from(at).unwrap_or(i64::MAX)
}

/// Whether a row is shown. A glob is about scopes; other words are looked for in scope, family and tools. A scope
/// that hands out credentials needs its whole name, because one key ticks all that is shown.
fn shows(filter: &str, offer: &Offer) -> bool {
    let filter = filter.trim();
    if hands_out_credentials(&offer.scope) {
        return filter == offer.scope;
    }
    if filter.contains(['*', '?']) {
        return matches(filter, &offer.scope);
    }
    let texts = [&offer.scope, &offer.family].into_iter().chain(&offer.tools);
    texts.into_iter().any(|text| text.contains(&filter.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(scope: &str) -> Offer {
        Offer {
            scope: scope.into(),
            family: "actions".into(),
            tools: vec!["auth0_publish_form".into()],
        }
    }

    #[test]
    fn names_of_tools_are_counted_where_they_do_not_fit() {
        for (tools, shown) in [
            (&["list_logs", "get_log"] as &[&str], "list_logs, get_log"),
            (&["list_actions", "get_action", "create_action"], "list_actions, get_action +1"),
            (&["create_action", "deploy_action", "publish_form"], "create_action +2"),
            (&["list_resource_servers", "get_resource_server"], "list_resource_servers +1"),
            (&["a_tool_with_a_name_that_is_too_long"], "a_tool_with_a_name_that_is_too_long"),
        ] {
            let tools: Vec<_> = tools.iter().map(ToString::to_string).collect();
            assert_eq!(fitting(&tools), shown);
        }
    }

    #[test]
    fn a_filter_shows_what_it_names() {
        for (filter, scope, shown) in [
            ("", "read:actions", true),
            ("read:*", "read:actions", true),
            ("read", "read:actions", true),
            ("read:actio", "read:actions", true),
            ("r?ad:actions", "read:actions", true),
            ("form", "read:actions", true),
            ("ACTIONS", "read:actions", true),
            ("*form*", "read:actions", false),
            ("update", "read:actions", false),
            ("", "read:client_keys", false),
            ("read:*", "read:client_keys", false),
            ("client", "read:client_keys", false),
            (" read:client_keys ", "read:client_keys", true),
        ] {
            assert_eq!(shows(filter, &offer(scope)), shown, "{filter} {scope}");
        }
        assert!(order(0) > order(1));
    }
}
