;; Wants more of a known interface than it has.
;; expected: does not fit the world
(component (import "auth0-mcp:plugin/log@1.0.0" (instance (export "read-all" (func (result string))))))
