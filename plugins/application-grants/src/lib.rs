//! Grants of APIs to applications (client grants in the Management API): which application may use which API with
//! which scopes. Find them, create one.
//!
//! One file per tool; `settings` holds the enums that they share.

mod create;
mod list;
mod settings;

auth0_mcp_plugin::plugin! {
    name: "application-grants",
    description: "Lists and creates the grants that let Auth0 applications use APIs.",
    tools: [create::Create, list::List],
}
