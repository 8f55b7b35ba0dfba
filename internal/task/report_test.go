package task_test

import (
	"encoding/json"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/task"
)

// The agent's access to the code has ended: its report holds nothing of the
// code as it was before the change.
func TestAgentReportShowsNoCode(t *testing.T) {
	t.Parallel()
	const secret, own = "line of the code before", "output of the change"
	step := &gate.Step{Command: "go test ./...", Before: gate.Run{Outcome: gate.OutcomeFailed, Output: secret}, After: gate.Run{Outcome: gate.OutcomeOK, Output: own}}
	full := gate.Report{Score: 70, Executed: &gate.Executed{
		Build: step, Tests: step, Mutations: []gate.Mutation{{File: "a.go", Line: 3, From: secret, To: secret, Caught: true}},
	}}
	seen, err := json.Marshal(task.AgentReport(full))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(seen), secret) || !strings.Contains(string(seen), own) || !strings.Contains(string(seen), `"a.go"`) {
		t.Errorf("the agent sees %s", seen)
	}
	if full.Executed.Tests.Before.Output != secret || full.Executed.Mutations[0].From != secret {
		t.Error("the buyer's report was changed")
	}
}
