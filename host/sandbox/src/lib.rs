//! Runs plugins: the only code that knows wasmtime.
//!
//! It is a package of its own, not a module of the host, because the host is not its only user: the
//! build step that describes and precompiles the first-party plugins must use exactly this engine.
//!
//! In reading order: [`contract`] holds the words of the WIT; [`Engine`] the settings that make a guest
//! harmless; [`Plugin`] opens a component and calls it in a fresh instance; [`Capabilities`] is what one
//! call may ask of the host; [`Limits`] what it may use; [`Folders`] what it may see of the disk;
//! [`PluginFault`] how it can go wrong.

mod bindings;
mod capabilities;
mod compiled;
pub mod contract;
mod engine;
mod fault;
mod imports;
mod limits;
mod log;
pub mod manifest;
mod places;
mod plugin;
mod sealed;
mod shape;
mod state;
mod store;
mod text;
mod ticker;
mod turns;
mod wasi;

pub use capabilities::{Answer, Capabilities, Deny};
pub use compiled::Compiled;
pub use engine::{Engine, check};
pub use fault::{OpenError, PluginFault};
pub use imports::{Import, ImportKind, Unknown, classified, imports};
pub use limits::Limits;
pub use manifest::Manifest;
pub use plugin::Plugin;
pub use sealed::{SealError, SealKey};
pub use wasi::{Folder, FolderError, Folders};
