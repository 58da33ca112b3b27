//! Auth0 forms: find one, look at it, make one, change one, and bring it to users.
//!
//! One file per tool; `publish` is a folder. `arguments` holds what creating and changing share, `shape` the whole
//! shape of a form, `graph` what its nodes and pointers must be.

mod arguments;
mod create;
mod get;
mod graph;
mod list;
mod publish;
mod shape;
mod update;

use auth0_mcp_plugin::Object;

auth0_mcp_plugin::plugin! {
    name: "forms",
    description: "Lists, reads, creates, updates and publishes Auth0 forms.",
    tools: [list::List, get::Get, create::Create, update::Update, publish::Publish],
}
