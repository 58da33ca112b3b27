;; Its manifest lies where none can.
;; expected: the component could not describe itself
(module
  (memory (export "memory") 1)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32) i32.const 13)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
