//! Which version and runtime a new Action gets: what the tenant says is current, not a constant of ours.

use serde_json::Value;

use crate::{Api, Failure, Object, Request};

/// What the tenant recommends for a trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    /// The version, such as `v3`: the one asked for, else the current one.
    pub version: Option<String>,
    /// The runtime, such as `node22`.
    pub runtime: Option<String>,
}

/// Asks `GET actions/triggers`. The runtime is the newest default of the trigger's current version; where the version
/// asked for cannot run that, it is that version's own default.
///
/// # Errors
/// What the tenant or the host answered instead. The API has defaults of its own, so a caller can go on without.
pub fn trigger(api: &impl Api, id: &str, version: Option<&str>) -> Result<Trigger, Failure> {
    let mut answer: Object = Request::get(["actions", "triggers"]).send(api)?.json()?;
    let rows = match answer.remove("triggers") {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    };
    let rows: Vec<&Value> = rows.iter().filter(|row| row["id"] == id).collect();
    Ok(choose(&rows, version))
}

fn choose(rows: &[&Value], version: Option<&str>) -> Trigger {
    let newest = rows
        .iter()
        .filter(|row| row["status"] == "CURRENT")
        .max_by_key(|row| age(text(row, "default_runtime")));
    let current = newest.map(|row| text(row, "version")).filter(|version| !version.is_empty());
    let mut runtime = newest.map(|row| text(row, "default_runtime"));
    if let Some(row) = rows.iter().find(|row| Some(text(row, "version")) == version) {
        let runs = row["runtimes"].as_array().filter(|runtimes| !runtimes.is_empty());
        if runs.is_some_and(|runs| !runs.iter().any(|run| run.as_str() == runtime)) {
            runtime = Some(text(row, "default_runtime"));
        }
    }
    Trigger {
        version: version.or(current).map(str::to_owned),
        runtime: runtime.filter(|name| !name.is_empty()).map(str::to_owned),
    }
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// The number in `node18-actions`: a larger one is newer.
fn age(runtime: &str) -> u32 {
    let digits = runtime.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Trigger, trigger};
    use crate::testing::Script;
    use serde_json::json;

    #[track_caller]
    fn check(id: &str, version: Option<&str>, expected: (Option<&str>, Option<&str>)) {
        let row = |id: &str, version: &str, status: &str, runtimes: &[&str], default: &str| json!({ "id": id, "version": version, "status": status, "runtimes": runtimes, "default_runtime": default });
        let rows = json!({ "triggers": [
            row("post-login", "v1", "DEPRECATED", &["node12"], "node12"),
            row("post-login", "v3", "CURRENT", &["node18-actions", "node22"], "node22"),
            row("post-login", "v2", "DEPRECATED", &["node18", "node22"], "node16"),
            row("two", "v1", "CURRENT", &[], "node8"),
            row("two", "v2", "CURRENT", &[], "node18-actions"),
            { "id": "bare", "version": "v1", "status": "CURRENT" },
        ] });
        let found = trigger(&Script::new().answer(200, rows), id, version).expect("triggers");
        let (version, runtime) = expected;
        let expected =
            Trigger { version: version.map(Into::into), runtime: runtime.map(Into::into) };
        assert_eq!(found, expected, "{id} {version:?}");
    }

    #[test]
    fn the_current_version_decides() {
        check("post-login", None, (Some("v3"), Some("node22")));
        check("post-login", Some("v3"), (Some("v3"), Some("node22")));
        check("two", None, (Some("v2"), Some("node18-actions")));
    }

    #[test]
    fn an_older_version_gets_what_it_can_run() {
        check("post-login", Some("v2"), (Some("v2"), Some("node22")));
        check("post-login", Some("v1"), (Some("v1"), Some("node12")));
    }

    #[test]
    fn what_nobody_knows_is_left_out() {
        check("bare", None, (Some("v1"), None));
        check("mcp-tool", None, (None, None));
        check("mcp-tool", Some("v1"), (Some("v1"), None));
    }
}
