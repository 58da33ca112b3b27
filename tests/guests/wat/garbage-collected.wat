;; Objects of the engine are off.
;; expected: gc
(component (core module (type (struct (field i32)))))
