;; A name of bytes that are no text.
;; expected: utf-8
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\04\00\00\00")
  (data (i32.const 64) "\ff\fe\fd\fc")
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32) i32.const 0)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
