;; Looks like the contract.
;; expected: the component imports `auth0-mcp:plugin/secrets@1.0.0`: it is part of neither
(component (import "auth0-mcp:plugin/secrets@1.0.0" (instance (export "token" (func (result string))))))
