;; Calls itself without end, with nothing in memory.
;; expected: the plugin used up its stack
(module
  (memory (export "memory") 1)
  (func $deeper (result i32) (i32.add (call $deeper) (i32.const 1)))
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32) (call $deeper))
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
