;; Grows its table until it may not.
;; expected: the plugin asked for a table of
(module
  (memory (export "memory") 1)
  (table $table 1 funcref)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#describe") (result i32)
    (loop $again
      (br_if $again (i32.ne (table.grow $table (ref.null func) (i32.const 1000)) (i32.const -1))))
    unreachable)
  (func (export "auth0-mcp:plugin/toolset@1.0.0#call") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))
