;; Another WASI.
;; expected: the component imports `wasi:clocks/monotonic-clock@0.3.0`: of WASI, this host gives version 0.2 only
(component (import "wasi:clocks/monotonic-clock@0.3.0" (instance)))
