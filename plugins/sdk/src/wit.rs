//! The contract as Rust, generated from `wit/`. Nothing is written by hand here; the crate root re-exports by name
//! what authors need.

#![expect(missing_docs, reason = "generated from documented WIT")]

wit_bindgen::generate!({
    path: "wit",
    world: "plugin",
    pub_export_macro: true,
    default_bindings_module: "auth0_mcp_plugin::wit",
    additional_derives: [PartialEq],
});
