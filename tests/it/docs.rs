//! The generated parts of the documentation are what the code says. `just update` rewrites them.

use std::{fmt::Write as _, fs, path::PathBuf};

use auth0_mcp::{
    catalog::store::BUNDLE,
    exit,
    settings::env::VARIABLES,
    telemetry::event::{FIELDS, Field},
};
use auth0_mcp_sandbox::{Manifest, manifest::Effect};

#[test]
fn the_readme_tells_what_the_code_does() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));
    let text = fs::read_to_string(&path).unwrap();
    let parts = [("tools", tools()), ("variables", variables()), ("exit codes", exit_codes())];
    let expected =
        parts.into_iter().fold(text.clone(), |text, (name, part)| replace(&text, name, &part));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, expected).unwrap();
    } else {
        assert!(text == expected, "README.md is not current: run `just update`");
    }
}

#[test]
fn the_telemetry_page_tells_what_is_sent() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../TELEMETRY.md"));
    let text = fs::read_to_string(&path).unwrap();
    let expected = replace(&text, "telemetry", &telemetry());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, expected).unwrap();
    } else {
        assert!(text == expected, "TELEMETRY.md is not current: run `just update`");
    }
}

/// Puts `part` between the marks of this name.
fn replace(text: &str, name: &str, part: &str) -> String {
    let mark = format!("<!-- generated: {name} -->\n");
    let (before, rest) = text.split_once(&mark).unwrap_or_else(|| panic!("README.md lacks {mark}"));
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    format!("{before}{mark}{part}<!-- end -->{after}")
}

fn tools() -> String {
    let mut table = String::from("| tool | what it does | effect | scopes |\n|---|---|---|---|\n");
    for plugin in BUNDLE {
        let manifest: Manifest = serde_json::from_str(plugin.manifest).unwrap();
        for tool in manifest.tools {
            let first =
                tool.description.split_inclusive(['.', ':']).next().unwrap().trim_end_matches(':');
            let effect = match tool.effect {
                Effect::ReadOnly => "reads",
                Effect::Write { destructive: true, .. } => "changes",
                Effect::Write { destructive: false, .. } => "adds",
            };
            let mut scopes: Vec<_> =
                tool.endpoints.iter().flat_map(|row| &row.scopes).cloned().collect();
            scopes.sort();
            scopes.dedup();
            writeln!(table, "| `{}` | {first} | {effect} | {} |", tool.name, scopes.join(", "))
                .unwrap();
        }
    }
    table
}

fn telemetry() -> String {
    let mut table = String::from("| field | meaning | values |\n|---|---|---|\n");
    for Field { name, meaning, values } in FIELDS {
        writeln!(table, "| `{name}` | {meaning} | {values} |").unwrap();
    }
    table
}

fn variables() -> String {
    let mut table = String::from("| variable | meaning |\n|---|---|\n");
    for variable in VARIABLES {
        writeln!(table, "| `{}` | {} |", variable.name, variable.help).unwrap();
    }
    table
}

fn exit_codes() -> String {
    let mut table = String::from("| code | meaning |\n|---|---|\n");
    for (exit, meaning) in exit::CODES {
        writeln!(table, "| {} | {meaning} |", *exit as u8).unwrap();
    }
    table
}
