;; Name, version and description are one text of 60 MiB.
;; expected: too much data is being copied
(module
  (memory (export "memory") 1000)
  (data (i32.const 0) "\40\00\00\00\00\00\c0\03\40\00\00\00\00\00\c0\03\40\00\00\00\00\00\c0\03")
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32) i32.const 0)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
