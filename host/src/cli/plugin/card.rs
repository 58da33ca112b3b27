//! What a person or a script is shown of a plugin before and after it is added: the same for all of them.

use std::fmt::Write as _;

use auth0_mcp_sandbox::{Import, Manifest, manifest::Tool};
use serde_json::{Value, json};

use crate::{
    catalog::stored::lock,
    policy::{Maker, Policy},
};

/// Everything that is known of a plugin.
pub(super) struct Card<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) maker: Maker,
    /// Where it came from.
    pub(super) source: String,
    /// SHA-256 of the component, in hex.
    pub(super) digest: &'a str,
    /// Bytes of the component.
    pub(super) size: usize,
    /// Read from the bytes of the component.
    pub(super) imports: Vec<Import>,
    /// The publisher, or why there is none.
    pub(super) signer: String,
    pub(super) policy: &'a Policy,
    /// Why it is not admitted; empty if it is.
    pub(super) reasons: Vec<String>,
}

impl Card<'_> {
    /// For people.
    pub(super) fn text(&self) -> String {
        let Manifest { name, version, description, tools } = self.manifest;
        let mut text = format!("{name} {version}: {description}\n");
        let mut line = |key: &str, value: &str| {
            // Writing into a string cannot fail.
            _ = writeln!(text, "  {key:<8} {value}");
        };
        line("source", &self.source);
        line("sha256", self.digest);
        line("size", &size(self.size));
        line("signer", &self.signer);
        for import in &self.imports {
            line("import", &format!("{}: {}", import.name, import.gives()));
        }
        let scopes = scopes(self.manifest);
        line(
            "scopes",
            if scopes.is_empty() { "none".to_owned() } else { scopes.join(", ") }.as_str(),
        );
        for tool in tools {
            let effect = lock::effect_words(tool.effect);
            line("tool", &format!("{} ({effect}): {}", tool.name, tool.title));
            for row in &tool.endpoints {
                let scopes = row.scopes.join(" ");
                line("", &format!("  {} {}  {scopes}", row.method.as_str(), row.path));
            }
            if let Some(denial) = self.denial(tool) {
                line("", &format!("  off: {denial}"));
            }
        }
        for warning in self.manifest.warnings() {
            line("warning", &warning.to_string());
        }
        text.trim_end().to_owned()
    }

    /// For scripts.
    pub(super) fn json(&self) -> Value {
        let tools: Vec<_> = self.manifest.tools.iter().map(|tool| self.tool(tool)).collect();
        let import = |import: &Import| json!({"name": import.name, "gives": import.gives()});
        json!({
            "name": self.manifest.name,
            "version": self.manifest.version,
            "description": self.manifest.description,
            "first_party": self.maker == Maker::FirstParty,
            "source": self.source,
            "sha256": self.digest,
            "size": self.size,
            "signer": self.signer,
            "imports": self.imports.iter().map(import).collect::<Vec<_>>(),
            "scopes": scopes(self.manifest),
            "tools": tools,
            "warnings": self.manifest.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "admitted": self.reasons.is_empty(),
            "reasons": self.reasons,
        })
    }

    fn tool(&self, tool: &Tool) -> Value {
        let denial = self.denial(tool);
        json!({
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "effect": tool.effect,
            "endpoints": tool.endpoints,
            "allowed_by_policy": denial.is_none(),
            "denied_because": denial,
        })
    }

    fn denial(&self, tool: &Tool) -> Option<String> {
        let allowed = self.policy.tool(&self.manifest.name, self.maker, tool);
        allowed.err().map(|denial| denial.to_string())
    }
}

/// The scopes of all rows, each once, sorted.
fn scopes(manifest: &Manifest) -> Vec<&str> {
    let rows = manifest.tools.iter().flat_map(|tool| &tool.endpoints);
    let mut scopes: Vec<_> = rows.flat_map(|row| &row.scopes).map(String::as_str).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Bytes for people.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{:.1} kB ({bytes} bytes)", bytes as f64 / 1e3),
        _ => format!("{:.1} MB ({bytes} bytes)", bytes as f64 / 1e6),
    }
}
