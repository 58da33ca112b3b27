//! What the kit found: one line a check for people, the same as JSON for scripts.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Passed,
    /// The host would refuse it, or a user would be hurt by it.
    Failed,
    /// It works, and could be better.
    Warning,
    /// There was nothing to check it on.
    Skipped,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where and what: the tool, the call, what happened.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

/// One rule, and whether the plugin keeps it.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// A word for scripts.
    pub id: &'static str,
    /// The rule as a statement.
    pub rule: &'static str,
    /// Why there is such a rule.
    pub why: &'static str,
    /// Whether it is kept.
    pub status: Status,
    /// What was looked at, such as `12 calls`.
    pub looked_at: String,
    /// Where it is not.
    pub findings: Vec<Finding>,
}

/// One call of the fixtures and how it ended, byte for byte.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// As the fixtures call it.
    pub name: String,
    /// The tool.
    pub tool: String,
    /// The requests that were sent, as `GET clients/{…}`-like lines with their ids.
    pub requests: Vec<String>,
    /// The plugin's answer, if it gave one.
    pub answer: Option<String>,
    /// Its failure: the case and the text, if it gave one.
    pub failure: Option<Value>,
    /// What stopped it, if anything did.
    pub fault: Option<String>,
}

/// What was tested.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Subject {
    /// The plugin's name; empty where it could not be asked.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component, in hex.
    pub digest: String,
    /// Size of the component.
    pub bytes: usize,
    /// What it imports, read from the bytes.
    pub imports: Vec<String>,
    /// How long compiling took, in seconds; 0 if it was not compiled.
    pub compile_seconds: f64,
    /// A call from a fresh instance to its answer, the stub's time included: the median, in milliseconds.
    pub call_milliseconds: Option<f64>,
}

/// Everything.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What was tested.
    pub plugin: Subject,
    /// Whether every required check passed.
    pub passed: bool,
    /// How many calls were made.
    pub calls: usize,
    /// How long it all took, compiling included.
    pub seconds: f64,
    /// Each rule.
    pub checks: Vec<Check>,
    /// The fixtures' calls.
    pub fixtures: Vec<Exchange>,
    /// The manifest as it was admitted.
    pub manifest: Option<Value>,
}

/// How many findings of one check are shown to people; JSON has all.
const SHOWN: usize = 5;

impl Check {
    /// A check whose findings are failures.
    #[must_use]
    pub fn required(
        [id, rule, why]: [&'static str; 3],
        looked_at: impl Into<String>,
        findings: Vec<Finding>,
    ) -> Self {
        let status = if findings.is_empty() { Status::Passed } else { Status::Failed };
        Self { id, rule, why, status, looked_at: looked_at.into(), findings }
    }

    /// A check whose findings are advice.
    #[must_use]
    pub fn advisory(
        texts: [&'static str; 3],
        looked_at: impl Into<String>,
        findings: Vec<Finding>,
    ) -> Self {
        let mut check = Self::required(texts, looked_at, findings);
        if check.status == Status::Failed {
            check.status = Status::Warning;
        }
        check
    }

    /// Skipped, unless something was found, where there was nothing to look at.
    #[must_use]
    pub fn or_skipped(mut self, nothing: bool) -> Self {
        if nothing && self.status == Status::Passed {
            self.status = Status::Skipped;
        }
        self
    }
}

impl Finding {
    /// What was found, and what to do.
    #[must_use]
    pub fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into() }
    }
}

impl Report {
    /// How many checks ended so.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.head();
        for check in &self.checks {
            // Writing into a string cannot fail.
            _ = write!(text, "\n{:<5} {:<12} {}", word(check.status), check.id, check.rule);
            if !check.looked_at.is_empty() {
                _ = write!(text, " ({})", check.looked_at);
            }
            details(check, &mut text);
        }
        _ = write!(text, "\n\n{}", self.tail());
        text
    }

    fn head(&self) -> String {
        let Subject { name, version, digest, bytes, imports, .. } = &self.plugin;
        let name = match (name.is_empty(), imports.is_empty()) {
            (false, _) => format!("{name} {version}"),
            (true, false) => "a component that no host takes".to_owned(),
            (true, true) => "a file that is no plugin".to_owned(),
        };
        let imports = if imports.is_empty() { "nothing".to_owned() } else { imports.join(", ") };
        format!("{name}: {bytes} bytes, sha256:{digest}\nimports {imports}\n")
    }

    fn tail(&self) -> String {
        let counts = [Status::Passed, Status::Failed, Status::Warning, Status::Skipped]
            .map(|status| self.count(status));
        let [passed, failed, warnings, skipped] = counts;
        let compiled = self.plugin.compile_seconds;
        let compiled = if compiled > 0.0 {
            format!(", of which {compiled:.1} s compiling")
        } else {
            String::new()
        };
        let call = self.plugin.call_milliseconds.map(|ms| format!("; {ms:.1} ms a call"));
        let verdict = if self.passed {
            "the plugin conforms"
        } else {
            "the plugin does not conform: each FAIL above says what to do"
        };
        format!(
            "{passed} passed, {failed} failed, {warnings} with advice, {skipped} skipped; {} calls in {:.1} s{compiled}{}\n{verdict}",
            self.calls,
            self.seconds,
            call.unwrap_or_default()
        )
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "ok",
        Status::Failed => "FAIL",
        Status::Warning => "note",
        Status::Skipped => "-",
    }
}

fn details(check: &Check, text: &mut String) {
    if check.findings.is_empty() {
        return;
    }
    for finding in check.findings.iter().take(SHOWN) {
        _ = write!(text, "\n        {}\n          do: {}", finding.what, finding.advice);
    }
    if check.findings.len() > SHOWN {
        _ = write!(text, "\n        and {} more, see --json", check.findings.len() - SHOWN);
    }
    _ = write!(text, "\n        why: {}", check.why);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_decide_and_are_explained() {
        let texts = ["id", "the rule", "the reason"];
        let finding = || vec![Finding::new("it happened", "do this")];
        assert_eq!(Check::required(texts, "", vec![]).status, Status::Passed);
        assert_eq!(Check::required(texts, "", vec![]).or_skipped(true).status, Status::Skipped);
        assert_eq!(Check::required(texts, "", finding()).or_skipped(true).status, Status::Failed);
        assert_eq!(Check::advisory(texts, "", finding()).status, Status::Warning);
        let mut many = Check::required(texts, "7 calls", (0..7).flat_map(|_| finding()).collect());
        many.findings[6].what = "the last".into();
        let report = Report {
            plugin: Subject::default(),
            passed: false,
            calls: 7,
            seconds: 0.5,
            checks: vec![many],
            fixtures: vec![],
            manifest: None,
        };
        let text = report.text();
        for part in [
            "FAIL  id",
            "the rule (7 calls)",
            "it happened\n          do: do this",
            "and 2 more",
            "why: the reason",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("the last"));
    }
}
