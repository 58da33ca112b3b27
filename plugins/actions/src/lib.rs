//! Auth0 Actions: find one, look at it, write one, make it live.
//!
//! One file per tool. `settings` holds the types that creating and changing share, `shown` what is shown of an Action.
//! How a draft is built and deployed is in the SDK, because publishing a form does the same.

mod create;
mod deploy;
mod get;
mod list;
mod settings;
mod shown;
mod update;

auth0_mcp_plugin::plugin! {
    name: "actions",
    description: "Lists, reads, creates, updates and deploys Auth0 Actions.",
    tools: [list::List, get::Get, create::Create, update::Update, deploy::Deploy],
}
