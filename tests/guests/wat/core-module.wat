;; What comes out of a compiler before the component step.
;; expected: this is a core WebAssembly module, not a component
(module (memory (export "memory") 1))
