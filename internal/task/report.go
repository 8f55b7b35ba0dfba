package task

import "aicity.dev/aicity/internal/gate"

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
