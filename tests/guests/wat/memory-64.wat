;; Addresses of 64 bits are off.
;; expected: memory64
(component (core module (memory i64 1)))
