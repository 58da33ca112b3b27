;; Bulk instructions without end, each as long as it can be.
;; expected: the call passed its deadline of 2 s
(module
  (memory (export "memory") 1000)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32)
    (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 65000000))
      (memory.copy (i32.const 0) (i32.const 30000000) (i32.const 30000000))
      (br $again))
    unreachable)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
