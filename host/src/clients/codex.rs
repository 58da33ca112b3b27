//! Codex, which keeps its settings in TOML.

use super::{Client, Format};

pub(super) const CLIENT: Client = Client {
    name: "codex",
    title: "Codex",
    file: |places| places.codex.join("config.toml"),
    in_folder: None,
    format: Format::Toml("mcp_servers"),
    says_stdio: false,
    refuses: &[],
};
