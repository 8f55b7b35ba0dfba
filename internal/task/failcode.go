package task

import "aicity.dev/aicity/internal/city"

// FailCode is why a task failed.
type FailCode string

// The codes; code that can never be had (hopeless) gives its own.
const (
	FailGaveUp    FailCode = "AGENT_GAVE_UP"
	FailWithdrawn FailCode = "AGENT_DEACTIVATED"
	FailRejected  FailCode = "QUALITY_GATE_FAILED"
	FailUnjudged  FailCode = "NO_VERDICT"
	FailDeadline           = FailCode(city.CodeDeadlinePassed)
	FailNoAgent            = FailCode(city.CodeNoAgent)
)

// FailCodes lists every code.
func FailCodes() []FailCode {
	codes := []FailCode{FailGaveUp, FailWithdrawn, FailRejected, FailUnjudged, FailDeadline, FailNoAgent}
	for _, code := range hopeless {
		codes = append(codes, FailCode(code))
	}
	return codes
}
