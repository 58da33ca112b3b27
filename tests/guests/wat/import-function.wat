;; Wants a function that belongs to no interface.
;; expected: the component imports `run`: it is part of neither
(component (import "run" (func)))
