;; Never gets as far as being asked.
;; expected: the call passed its deadline of 2 s
(module
  (memory (export "memory") 1)
  (func $start (loop $again (br $again)))
  (start $start)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32) i32.const 0)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
