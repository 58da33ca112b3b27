//! `init`: sign in, keep the session, set up MCP clients.

pub mod clients;
