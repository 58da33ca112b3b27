//! The tenant logs of Auth0: search them in words or Lucene, read one entry.
//!
//! One file per tool. `arguments` is what a search can be told, `query` turns its words into Lucene, `event` the words
//! for events into type codes, of which `codes` is the table; `entry` says what is shown of an entry.

mod arguments;
mod codes;
mod entry;
mod event;
mod get;
mod list;
mod query;

auth0_mcp_plugin::plugin! {
    name: "logs",
    description: "Searches and reads the tenant logs of Auth0.",
    tools: [list::List, get::Get],
}
