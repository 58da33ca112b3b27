//! The bindings that wasmtime generates from `wit/`, and nothing else.
#![expect(missing_docs, reason = "generated code; the WIT holds the documentation")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "plugin",
    imports: { default: async | trappable },
    exports: { default: async },
});
