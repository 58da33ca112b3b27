//! Tool patterns: `auth0_list_*,auth0_get_application`.
//!
//! `*` stands for any run of characters, `?` for one; everything else is literal and case counts. A pattern
//! that matches no tool is an error that names the nearest tools: a typo must never widen or empty the list
//! in silence.

use wildmatch::WildMatch;

/// No pattern is longer; tool names end at 60.
pub const LONGEST: usize = 200;

/// Why a list of patterns is refused. The operator reads it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing but commas and spaces.
    #[error(
        "the list of tool patterns is empty: name at least one tool, or leave the setting out to enable all"
    )]
    Empty,
    /// Longer than any tool's name could need.
    #[error("a tool pattern has more than {LONGEST} characters")]
    TooLong,
    /// It matches no tool.
    #[error("the tool pattern `{pattern}` matches no tool{hint}")]
    NoMatch {
        /// As it was given.
        pattern: String,
        /// Near matches, or the names of all tools.
        hint: String,
    },
}

/// A list of patterns; a tool is selected if one of them matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patterns(Vec<String>);

impl Patterns {
    /// Reads a comma-separated list.
    ///
    /// # Errors
    /// The list is empty or a pattern is too long.
    pub fn parse(list: &str) -> Result<Self, PatternError> {
        let patterns: Vec<_> =
            list.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect();
        if patterns.is_empty() {
            return Err(PatternError::Empty);
        }
        if patterns.iter().any(|pattern| pattern.len() > LONGEST) {
            return Err(PatternError::TooLong);
        }
        Ok(Self(patterns))
    }

    /// Every tool.
    #[must_use]
    pub fn all() -> Self {
        Self(vec!["*".to_owned()])
    }

    /// The first pattern that matches, which is also the reason why the tool is enabled.
    #[must_use]
    pub fn matching(&self, tool: &str) -> Option<&str> {
        self.0.iter().map(String::as_str).find(|pattern| matches(pattern, tool))
    }

    /// Checks that each pattern matches at least one of `tools`.
    ///
    /// # Errors
    /// The first pattern that does not.
    pub fn check(&self, tools: &[&str]) -> Result<(), PatternError> {
        for pattern in &self.0 {
            let wild = WildMatch::new(pattern);
            if !tools.iter().any(|tool| wild.matches(tool)) {
                return Err(PatternError::NoMatch {
                    pattern: pattern.clone(),
                    hint: hint(pattern, tools),
                });
            }
        }
        Ok(())
    }

    /// The list as one text.
    #[must_use]
    pub fn joined(&self) -> String {
        self.0.join(",")
    }
}

/// Whether one pattern matches a name.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    WildMatch::new(pattern).matches(name)
}

/// What to say about a name that does not exist: the nearest ones, or all.
fn hint(pattern: &str, tools: &[&str]) -> String {
    let near = nearest(pattern, tools);
    if near.is_empty() {
        return format!("; the tools are: {}", tools.join(", "));
    }
    format!(
        "; did you mean {}?",
        near.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
    )
}

/// At most three of `names` that look like `name`, best first.
#[must_use]
pub fn nearest<'a>(name: &str, names: &[&'a str]) -> Vec<&'a str> {
    // Nothing that long is a typing mistake, and comparing it would take long.
    if name.len() > LONGEST {
        return Vec::new();
    }
    let mut scored: Vec<_> = names
        .iter()
        .map(|known| (strsim::normalized_damerau_levenshtein(name, known), *known))
        .collect();
    scored.retain(|(score, _)| *score >= 0.6);
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    scored.into_iter().take(3).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOLS: [&str; 4] = [
        "auth0_list_applications",
        "auth0_get_application",
        "auth0_create_application",
        "auth0_create_application_grant",
    ];

    fn selected(list: &str) -> Vec<&'static str> {
        let patterns = Patterns::parse(list).unwrap();
        TOOLS.into_iter().filter(|tool| patterns.matching(tool).is_some()).collect()
    }

    #[test]
    fn patterns_are_anchored_and_literal_but_for_the_two_wildcards() {
        assert_eq!(selected("*"), TOOLS);
        assert_eq!(
            selected("auth0_*_application"),
            ["auth0_get_application", "auth0_create_application"]
        );
        assert_eq!(
            selected(" auth0_list_* , auth0_get_?pplication"),
            ["auth0_list_applications", "auth0_get_application"]
        );
        assert_eq!(selected("AUTH0_*,auth0_{get,list}_*,!auth0_get_application,[a]*"), [""; 0]);
    }

    #[test]
    fn a_pattern_without_a_match_names_near_ones() {
        let refused = |list| {
            Patterns::parse(list)
                .and_then(|patterns| patterns.check(&TOOLS))
                .unwrap_err()
                .to_string()
        };
        assert!(refused("auth0_get_aplication").contains("did you mean `auth0_get_application`"));
        assert!(
            refused("auth0_list_applications,zzz")
                .contains("`zzz` matches no tool; the tools are: auth0_list")
        );
        assert!(refused(" , ").contains("empty"));
        assert!(refused(&"x".repeat(201)).contains("more than 200"));
    }

    #[test]
    fn a_pathological_pattern_is_quick() {
        let patterns = Patterns::parse(&"*a".repeat(90)).unwrap();
        assert_eq!(patterns.matching(&"a".repeat(60)), None);
    }
}
