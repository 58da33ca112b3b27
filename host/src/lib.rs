//! `auth0-mcp`: an MCP server for Auth0 that runs its tools in a WebAssembly sandbox.
//!
//! In reading order, which is the order of one `tools/call`: [`mcp`] reads a line from standard input;
//! [`catalog`] knows which tools are enabled and checks the arguments; [`call`] gives the tool its grant and
//! runs it in the sandbox (package `auth0-mcp-sandbox`); [`management`] sends what the grant allows, with the
//! token of [`auth`], and masks the answer. [`cli`] and [`settings`] start it all. `ARCHITECTURE.md` is the map.

pub mod audit;
pub mod auth;
pub mod call;
pub mod catalog;
pub mod cli;
pub mod clients;
pub mod conformance;
#[cfg(feature = "demo")]
mod demo;
pub mod exit;
pub mod log;
pub mod management;
pub mod mcp;
pub mod policy;
pub mod secret;
pub mod settings;
pub mod telemetry;
