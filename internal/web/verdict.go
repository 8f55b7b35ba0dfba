package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/task"
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

// citedLink is the page of a finding's line, "" when the report does not cite it.
func (v taskView) citedLink(file string, line int) string {
	if v.Gate == nil {
		return ""
	}
	for _, r := range v.Gate.References {
		if r.Link != "" && r.Path == file {
			return task.CitedPath(v.Task.ID, file, line)
		}
	}
	return ""
}

// referencesChecked counts the cited places, and how many of them are listed.
func (v taskView) referencesChecked() string {
	listed := len(v.Gate.References)
	all := listed + v.Gate.More
	text := itoa(all) + " " + plural(all, "reference", "references") + " checked"
	if v.Gate.More > 0 {
		text += ", " + itoa(listed) + " listed"
	}
	return text
}

// speakingSignals are those that added to the score or took from it.
func (v taskView) speakingSignals() []gate.Signal {
	return slices.DeleteFunc(slices.Clone(v.Gate.Signals), gate.Signal.Quiet)
}

// quietSignals names the checks that found nothing.
func (v taskView) quietSignals() string {
	var names []string
	for _, signal := range v.Gate.Signals {
		if signal.Quiet() {
			names = append(names, signal.Name)
		}
	}
	return strings.Join(names, ", ")
}

func points(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) }

func place(file string, line int) string {
	if line > 0 {
		return file + ":" + itoa(line)
	}
	return file
}

func severityClass(severity string) string {
	switch strings.ToLower(severity) {
	case "critical", "high":
		return "bad"
	case "medium":
		return "warn"
	default:
		return ""
	}
}

func referenceClass(status string) string {
	switch status {
	case "exists", "new_file":
		return "good"
	case "missing", "line_out_of_range":
		return "bad"
	default:
		return ""
	}
}
