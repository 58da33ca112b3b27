;; The right name over something else.
;; expected: does not fit the world
(component
  (component $empty)
  (instance $nothing (instantiate $empty))
  (export "auth0-mcp:plugin/toolset@1.0.0" (instance $nothing)))
