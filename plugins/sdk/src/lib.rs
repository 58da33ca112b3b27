//! Write a tool plugin for auth0-mcp: typed tools in, one sandboxed component out.
//!
//! A plugin is a list of [`Tool`]s registered with [`plugin!`]. A tool states what it is in a [`Definition`], takes
//! its arguments as a Rust type and asks the host for one Management API request at a time through [`Api`]. The host
//! owns the credentials and the HTTP; it lets a request out only where a row of the tool's definition covers it.
//!
//! In reading order: [`tool`] says what a tool is, [`api`] what it may ask for, [`request`] and [`response`] how to
//! ask, [`listing`], [`scan`], [`fields`] and [`view`] how to answer lists truthfully, [`time`] how to read dates and
//! spans, [`whole`] how to show all of an object, [`given`] how to pass on what the
//! caller wrote. [`schema`] turns argument types into JSON Schema, [`shape`]
//! checks what it leaves open. `testing` is the double of the host for unit tests.
//!
//! For particular families: [`pages`] reads whole lists without totals, [`actions`] knows how an Action is built and
//! deployed, [`masked`] refuses secrets that the host masked and the model sends back.

pub mod actions;
pub mod api;
pub mod fields;
pub mod given;
pub mod listing;
pub mod masked;
pub mod pages;
#[doc(hidden)]
pub mod plugin;
pub mod request;
pub mod response;
pub mod scan;
pub mod schema;
pub mod shape;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod time;
pub mod tool;
pub mod view;
pub mod whole;
pub mod wit;

pub use api::{Api, Level};
pub use fields::Fields;
pub use given::{Given, Patch};
pub use listing::{Listing, Pagination, Window};
pub use request::Request;
pub use response::{Response, malformed};
pub use scan::{Scan, Scanner};
pub use time::Moment;
pub use tool::{Definition, Effect, Endpoint, Tool};
pub use view::View;
pub use whole::Whole;
pub use wit::auth0_mcp::plugin::types::{Failure, Manifest, Method, Refusal, TenantError};

/// A JSON object with its keys in the order they came.
pub type Object = serde_json::Map<String, serde_json::Value>;

// The plugin in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
