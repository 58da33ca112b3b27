//! Windsurf.

use super::{Client, Format};

pub(super) const CLIENT: Client = Client {
    name: "windsurf",
    title: "Windsurf",
    file: |places| places.home.join(".codeium").join("windsurf").join("mcp_config.json"),
    in_folder: None,
    format: Format::Json("mcpServers"),
    says_stdio: false,
    refuses: &[],
};
