//! Gemini CLI. It refuses a whole file whose entry has a key that it does not know; `capabilities`, which
//! other writers add, is one.

use super::{Client, Format};

pub(super) const CLIENT: Client = Client {
    name: "gemini",
    title: "Gemini CLI",
    file: |places| places.gemini.join(".gemini").join("settings.json"),
    in_folder: None,
    format: Format::Json("mcpServers"),
    says_stdio: false,
    refuses: &["capabilities"],
};
