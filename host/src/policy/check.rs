//! Whether the names in a policy are names of something.
//!
//! A name in an `allow` list that nothing has is an error: somebody wanted it allowed, and it is not. In a `deny`
//! list it is a warning: what is not there yet may be denied ahead, but it may also be a slip that leaves open
//! what was meant to be closed.

use std::path::PathBuf;

use auth0_mcp_sandbox::manifest::{Endpoint, Manifest};

use super::{
    Policy, PolicyError, Rule,
    endpoint::Pattern,
    read::{Allowed, Entry, Layer, ToolPattern},
    toml::{Problem, hint},
};

/// What there is to name: every plugin that is part of the binary or was added, enabled or not.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    families: Vec<&'a str>,
    tools: Vec<&'a str>,
    rows: Vec<&'a Endpoint>,
}

impl<'a> Known<'a> {
    /// The names in these manifests.
    pub fn of(manifests: impl IntoIterator<Item = &'a Manifest>) -> Self {
        let mut known = Self::default();
        for manifest in manifests {
            known.families.push(&manifest.name);
            known.tools.extend(manifest.tools.iter().map(|tool| tool.name.as_str()));
            known.rows.extend(manifest.tools.iter().flat_map(|tool| &tool.endpoints));
        }
        known
    }
}

impl Policy {
    /// Compares the names in the policy with what there is.
    ///
    /// # Errors
    /// An allowed name that nothing has. The warnings are about denied ones.
    pub fn check(&self, known: &Known<'_>) -> Result<Vec<String>, PolicyError> {
        let mut warnings = Vec::new();
        for layer in self.layers() {
            let problems = allowed(layer, known);
            if !problems.is_empty() {
                return Err(PolicyError::Wrong { file: PathBuf::from(&*layer.file), problems });
            }
            warnings.extend(denied(layer, known));
        }
        Ok(warnings)
    }
}

fn allowed(layer: &Layer, known: &Known<'_>) -> Vec<Problem> {
    let allow = &layer.allow;
    let mut problems = Vec::new();
    let mut gather = |found: Vec<(&Rule, String)>| {
        problems.extend(found.into_iter().map(|(rule, text)| Problem {
            line: rule.line,
            column: rule.column,
            text: format!("{}, {text}", rule.text),
        }));
    };
    gather(families(entries(&allow.families), known));
    gather(tools(entries(&allow.tools), known));
    gather(endpoints(entries(&allow.endpoints), known, Pattern::meets));
    problems
}

fn denied(layer: &Layer, known: &Known<'_>) -> Vec<String> {
    let deny = &layer.deny;
    let found = [
        families(&deny.families, known),
        tools(&deny.tools, known),
        endpoints(&deny.endpoints, known, Pattern::touches),
    ];
    found.into_iter().flatten().map(|(rule, text)| format!("{rule}, {text}")).collect()
}

fn entries<T>(allowed: &Option<Allowed<T>>) -> &[Entry<T>] {
    allowed.as_ref().map_or(&[], |allowed| &allowed.entries)
}

fn families<'e>(entries: &'e [Entry<String>], known: &Known<'_>) -> Vec<(&'e Rule, String)> {
    let unknown = entries.iter().filter(|entry| !known.families.contains(&entry.value.as_str()));
    let say = |entry: &'e Entry<String>| {
        let hint = hint(&entry.value, &known.families, "the families are");
        (&entry.rule, format!("and no family has this name{hint}"))
    };
    unknown.map(say).collect()
}

fn tools<'e>(entries: &'e [Entry<ToolPattern>], known: &Known<'_>) -> Vec<(&'e Rule, String)> {
    let idle = |entry: &&Entry<ToolPattern>| !known.tools.iter().any(|t| entry.value.matches(t));
    let say = |entry: &'e Entry<ToolPattern>| {
        let hint = hint(entry.value.as_str(), &known.tools, "the tools are");
        (&entry.rule, format!("and no tool matches{hint}"))
    };
    entries.iter().filter(idle).map(say).collect()
}

fn endpoints<'e>(
    entries: &'e [Entry<Pattern>],
    known: &Known<'_>,
    fits: fn(&Pattern, &Endpoint) -> bool,
) -> Vec<(&'e Rule, String)> {
    let idle = |entry: &&Entry<Pattern>| !known.rows.iter().any(|row| fits(&entry.value, row));
    let say = |entry: &'e Entry<Pattern>| (&entry.rule, "and no tool has such a row".to_owned());
    entries.iter().filter(idle).map(say).collect()
}
