//! Auth0 APIs (resource servers in the Management API): find one, look at it, create one, change one.
//!
//! One file per tool; `settings` holds the types that creating and changing share.

mod create;
mod get;
mod list;
mod settings;
mod shape;
mod update;

auth0_mcp_plugin::plugin! {
    name: "resource-servers",
    description: "Lists, reads, creates and updates Auth0 APIs (resource servers).",
    tools: [list::List, get::Get, create::Create, update::Update],
}
