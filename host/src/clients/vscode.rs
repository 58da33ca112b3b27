//! VS Code: the user's file, or `.vscode/mcp.json` in a workspace. Its servers are under `servers`.

use super::{Client, Format};

pub(super) const CLIENT: Client = Client {
    name: "vscode",
    title: "VS Code",
    file: |places| places.applications.join("Code").join("User").join("mcp.json"),
    in_folder: Some(".vscode/mcp.json"),
    format: Format::Json("servers"),
    says_stdio: true,
    refuses: &[],
};
