//! Write a tool plugin for auth0-mcp: typed tools in, one sandboxed component out.
//!
//! A plugin is a list of [`Tool`]s registered with [`plugin!`]. A tool states what it is in a [`Definition`], takes
//! its arguments as a Rust type and asks the host for one Management API request at a time through [`Api`]. The host
//! owns the credentials and the HTTP; it lets a request out only where a row of the tool's definition covers it.
//!
//! In reading order: [`tool`] says what a tool is, [`api`] what it may ask for, [`request`] and [`response`] how to
//! ask, [`listing`], [`scan`] and [`fields`] how to answer lists truthfully, [`given`] how to pass on what the caller
//! wrote. [`schema`] turns argument types into JSON Schema. `testing` is the double of the host for unit tests.

pub mod api;
pub mod fields;
pub mod given;
pub mod listing;
#[doc(hidden)]
pub mod plugin;
pub mod request;
pub mod response;
pub mod scan;
pub mod schema;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod tool;
pub mod wit;

pub use api::{Api, Level};
pub use given::{Given, Patch};
pub use listing::{Listing, Pagination, Window};
pub use request::Request;
pub use response::Response;
pub use scan::{Scan, Scanner};
pub use tool::{Definition, Effect, Endpoint, Tool};
pub use wit::auth0_mcp::plugin::types::{Failure, Manifest, Method, Refusal, TenantError};

/// A JSON object with its keys in the order they came.
pub type Object = serde_json::Map<String, serde_json::Value>;

// The plugin in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
