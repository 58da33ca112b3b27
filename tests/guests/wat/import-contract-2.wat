;; A contract that is not written yet.
;; expected: this host speaks auth0-mcp:plugin@1.0.0 and no other version
(component (import "auth0-mcp:plugin/management@2.0.0" (instance)))
