;; Wants to run programs.
;; expected: the component imports `guests:shell/run@1.0.0`: it is part of neither
(component (import "guests:shell/run@1.0.0" (instance (export "run" (func (param "command" string))))))
