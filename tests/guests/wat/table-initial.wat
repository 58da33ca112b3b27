;; Wants a table of a hundred million elements to begin with.
;; expected: table
(module
  (memory (export "memory") 1)
  (table 9000000 funcref)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32) i32.const 0)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
