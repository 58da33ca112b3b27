//! Claude Code: the user's file, which holds much else, or `.mcp.json` in a project.

use super::{Client, Format};

pub(super) const CLIENT: Client = Client {
    name: "claude-code",
    title: "Claude Code",
    file: |places| places.claude_code.join(".claude.json"),
    in_folder: Some(".mcp.json"),
    format: Format::Json("mcpServers"),
    // As `claude mcp add` writes it.
    says_stdio: true,
    refuses: &[],
};
