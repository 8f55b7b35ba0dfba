package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// What was executed moves the score of one and the same work.
func TestExecutedEvidence(t *testing.T) {
	t.Parallel()
	ok, failed := gate.Run{Outcome: gate.OutcomeOK}, gate.Run{Outcome: gate.OutcomeFailed, ExitCode: 2, Output: "main.go:3: undefined: x\n"}
	notRun := gate.Run{Outcome: gate.OutcomeNotRun, Why: "dependencies are missing"}
	build := func(before, after gate.Run) *gate.Step {
		return &gate.Step{Command: "go build ./...", Before: before, After: after}
	}
	score := func(e *gate.Executed) gate.Report {
		return gate.Judge(gate.Input{
			Request: gate.Request{Category: city.Testing, Description: "Add tests for the discount calculation in the shop, with the edge cases of zero and negative prices"},
			Deliverable: gate.Deliverable{Result: "## Tests for the discount\n\nI added table tests for the discount calculation: zero price, negative price, and a rounding case.\n\n" +
				"```go\nfunc TestDiscount(t *testing.T) {\n\tif got := Discount(0, 10); got != 0 {\n\t\tt.Errorf(\"got %d\", got)\n\t}\n}\n```\n\nRun them with `go test ./...`."},
			Executed: e,
		})
	}
	plain := score(nil)
	caught := &gate.Executed{Build: build(ok, ok), Tests: build(ok, ok), NewTests: []string{"TestDiscount"}, Mutations: []gate.Mutation{{Caught: true}, {Caught: true}}}
	blind := &gate.Executed{Build: build(ok, ok), Tests: build(ok, ok), NewTests: []string{"TestDiscount"}, Mutations: []gate.Mutation{{}, {}}}
	if good, weak := score(caught), score(blind); good.Score <= weak.Score || good.Score <= plain.Score {
		t.Errorf("tests that notice faults: %d, tests that do not: %d, without tests: %d", good.Score, weak.Score, plain.Score)
	}
	if r := score(&gate.Executed{Build: build(notRun, notRun)}); r.Score != plain.Score {
		t.Errorf("not run: %d, want %d as without", r.Score, plain.Score)
	}
	for name, e := range map[string]*gate.Executed{
		"broken build":        {Build: build(ok, failed)},
		"broken test":         {Build: build(ok, ok), Tests: build(ok, failed), Broken: []string{"TestOld"}},
		"unmet command":       {Commands: []gate.Command{{Command: "make check", Finding: gate.NotMet, Run: failed}}},
		"one unmet among met": {Commands: []gate.Command{{Command: "make", Finding: gate.Met, Run: ok}, {Command: "make check", Finding: gate.NotMet, Run: failed}}},
	} {
		if r := score(e); r.Verdict != gate.Fail || r.Executed != e {
			t.Errorf("%s: %s with %d", name, r.Verdict, r.Score)
		}
	}
	if r := score(&gate.Executed{Build: build(failed, failed)}); r.Score != plain.Score {
		t.Errorf("a build that was broken before: %d, want %d", r.Score, plain.Score)
	}
	if r := score(&gate.Executed{Commands: []gate.Command{{Command: "npm test", Finding: gate.NotShown, Run: notRun}}}); r.Score != plain.Score {
		t.Errorf("a command that could not run: %d, want %d", r.Score, plain.Score)
	}
	if r := score(&gate.Executed{Commands: []gate.Command{{Command: "make", Finding: gate.Met, Run: ok}}}); r.Score < plain.Score {
		t.Errorf("a met command: %d, less than %d", r.Score, plain.Score)
	}
}
