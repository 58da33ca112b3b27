//! Auth0 applications (clients in the Management API): find one, look at it, create one, change one.
//!
//! One file per tool. `settings` holds the types that creating and changing share, `shape` what they leave open, `callbacks` the rule for callback
//! URLs that Auth0 cannot verify, `secret` the hint where a client secret is to be had.

mod callbacks;
mod create;
mod get;
mod list;
mod secret;
mod settings;
mod shape;
mod update;

auth0_mcp_plugin::plugin! {
    name: "applications",
    description: "Lists, reads, creates and updates Auth0 applications.",
    tools: [list::List, get::Get, create::Create, update::Update],
}
