;; A list of seven hundred thousand empty tools, all of them within its memory.
;; expected: too much data is being copied
(module
  (memory (export "memory") 1000)
  (data (i32.const 24) "\40\00\00\00\60\ae\0a\00")
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32) i32.const 0)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
