;; Calls a function that is not there.
;; expected: the component could not describe itself
(module
  (memory (export "memory") 1)
  (table 10 funcref)
  (type $none (func (result i32)))
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32) (call_indirect (type $none) (i32.const 5)))
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
