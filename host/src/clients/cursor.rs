//! Cursor.

use super::{Client, Format};

pub(super) const CLIENT: Client = Client {
    name: "cursor",
    title: "Cursor",
    file: |places| places.home.join(".cursor").join("mcp.json"),
    in_folder: None,
    format: Format::Json("mcpServers"),
    says_stdio: false,
    refuses: &[],
};
