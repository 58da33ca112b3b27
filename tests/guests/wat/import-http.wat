;; A part of WASI that has no place here.
;; expected: the component imports `wasi:http/outgoing-handler@0.2.3`: this part of WASI is not given
(component (import "wasi:http/outgoing-handler@0.2.3" (instance)))
