;; A component of nothing.
;; expected: does not fit the world auth0-mcp:plugin@1.0.0
(component)
