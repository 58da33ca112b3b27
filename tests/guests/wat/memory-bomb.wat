;; Grows its memory until it may not.
;; expected: bytes of memory; the limit is 67108864 bytes
(module
  (memory (export "memory") 1)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32)
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 100)) (i32.const -1))))
    unreachable)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
