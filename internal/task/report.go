package task

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
)

// BuyerReport is the gate's report with a link from each reference to the line
// that it names, for those who may read the code.
func BuyerReport(t *Task, r gate.Report) gate.Report {
	r.References = slices.Clone(r.References)
	for i, ref := range r.References {
		if ref.Status == grounding.RefExists || ref.Status == grounding.RefLineOutOfRange {
			r.References[i].Link = CitedPath(t.ID, ref.Path, ref.Line)
		}
	}
	return r
}

// CitedPath is where the city's site shows a line of a file that a report cites.
func CitedPath(taskID, file string, line int) string {
	parts := strings.Split(file, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	path := "/tasks/" + taskID + "/files/" + strings.Join(parts, "/")
	if line > 0 {
		path += fmt.Sprintf("#L%d", line)
	}
	return path
}

// AgentReport is the gate's report as the agent sees it after its access to the
// code has ended: what ran and how it ended, with the output of its own change
// only, and no line of the code that faults were put into.
func AgentReport(r gate.Report) gate.Report {
	if r.Executed == nil {
		return r
	}
	e := *r.Executed
	e.Build, e.Tests = changedOnly(e.Build), changedOnly(e.Tests)
	e.Mutations = make([]gate.Mutation, len(r.Executed.Mutations))
	for i, m := range r.Executed.Mutations {
		e.Mutations[i] = gate.Mutation{File: m.File, Line: m.Line, Caught: m.Caught}
	}
	r.Executed = &e
	return r
}

func changedOnly(s *gate.Step) *gate.Step {
	if s == nil {
		return nil
	}
	step := *s
	step.Before.Output = ""
	return &step
}
