package web

import (
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/gate"
)

// stepsOf are the steps of a trial that were found.
func stepsOf(e *gate.Executed) []*gate.Step {
	var steps []*gate.Step
	for _, s := range []*gate.Step{e.Build, e.Tests} {
		if s != nil {
			steps = append(steps, s)
		}
	}
	return steps
}

func runText(r gate.Run) string {
	switch r.Outcome {
	case gate.OutcomeOK:
		if r.Passed > 0 {
			return fmt.Sprintf("ok, %d passed", r.Passed)
		}
		return "ok"
	case gate.OutcomeFailed:
		if r.Failed > 0 {
			return fmt.Sprintf("failed, %d of %d tests", r.Failed, r.Failed+r.Passed)
		}
		return fmt.Sprintf("failed with exit code %d", r.ExitCode)
	default:
		return "not run. " + r.Why
	}
}

// shownTests are the first few of many.
func shownTests(tests []string) []string {
	const shown = 8
	if len(tests) <= shown {
		return tests
	}
	return append(tests[:shown:shown], fmt.Sprintf("and %d more", len(tests)-shown))
}

func criterionLabel(k gate.CriterionKind) string {
	if k == gate.InPaths {
		return "Changes only"
	}
	return "Succeeds:"
}

func findingText(finding string) string { return strings.ReplaceAll(finding, "_", " ") }

func findingClass(finding string) string {
	switch finding {
	case gate.Met:
		return "good"
	case gate.NotMet:
		return "bad"
	default:
		return ""
	}
}

func verdictClass(v gate.Verdict) string {
	if v == gate.Pass {
		return "good"
	}
	return "bad"
}
