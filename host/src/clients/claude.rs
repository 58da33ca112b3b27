//! Claude Desktop.

use super::{Client, Format};

pub(super) const CLIENT: Client = Client {
    name: "claude",
    title: "Claude Desktop",
    file: |places| places.applications.join("Claude").join("claude_desktop_config.json"),
    in_folder: None,
    format: Format::Json("mcpServers"),
    says_stdio: false,
    refuses: &[],
};
