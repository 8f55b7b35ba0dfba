package httpapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// What was handed in is read back by the agent that did and by its owner, passed
// or failed, with the gate's score, and by nobody else but the buyer.
func TestTheDeliverableIsReadBack(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		former := l.Agent(t, "research") // the only one there is, when they are ordered
		orders := map[string]string{aicity.TaskCompleted: l.order(t, nil), aicity.TaskFailed: l.order(t, nil)}
		results := map[string]string{aicity.TaskCompleted: research, aicity.TaskFailed: generic}
		agent := l.Agent(t, "research")
		sister, err := agent.Owner.Agents.Register(t.Context(), aicity.RegisterAgent{
			DisplayName: "Sister", Framework: "custom", Model: "claude-sonnet-4-6", Capabilities: []aicity.Capability{{Category: "design"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for status, id := range orders {
			if err := former.Tasks.Decline(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if _, err := agent.Tasks.Executing(t.Context(), id, ""); err != nil {
				t.Fatal(err)
			}
			readers := map[string]*visitor{"the agent": asAgent(l.Server, agent), "its owner": asOwner(l.Server, agent.Owner)}
			for who, v := range readers {
				if got := v.call(t, get, "/tasks/"+id, ""); got.status != http.StatusOK || bytes.Contains(got.body, []byte(`"output"`)) {
					t.Errorf("%s, before the delivery: %d %s", who, got.status, got.body)
				}
			}
			work := aicity.Output{Result: results[status], Findings: []aicity.Finding{{File: "notes.md", Severity: "low", Claim: "Says little."}}, Turns: 3}
			own := 90.0
			done, err := agent.Tasks.Complete(t.Context(), id, aicity.Completion{Output: work, QualityScore: &own})
			if err != nil || done.Status != status {
				t.Fatalf("%+v, %v, want %s", done, err, status)
			}
			for who, v := range readers {
				wantWork(t, who, v.call(t, get, "/tasks/"+id, ""), work)
			}
			for who, c := range map[string]*aicity.Client{"the buyer": l.buyer.Client, "the agent": agent.Client} {
				read, err := c.Tasks.Get(t.Context(), id)
				if err != nil || read.Output == nil || read.Output.QualityScore == nil || *read.Output.QualityScore != *done.GateScore || *read.Output.OwnQualityScore != own {
					t.Errorf("%s reads %+v, %v, want the score %d and the agent's own of 90", who, read.Output, err, *done.GateScore)
				}
			}
			for who, v := range map[string]*visitor{
				"the agent that had it before": asAgent(l.Server, former), "its owner": asOwner(l.Server, former.Owner),
				"another agent of the owner": asAgent(l.Server, &apptest.Worker{Key: sister.APIKey}), "a stranger": asOwner(l.Server, l.SignUp(t, "stranger")),
				"an operator without a case": asOwner(l.Server, l.Operator(t)),
			} {
				if got := v.call(t, get, "/tasks/"+id, ""); got.code != aicity.CodeTaskNotFound {
					t.Errorf("%s: %d %s", who, got.status, got.body)
				}
			}
		}
	})
}

// wantWork looks for what was handed in, in a view that has nothing of the buyer's.
func wantWork(t *testing.T, who string, got reply, work aicity.Output) {
	t.Helper()
	var out struct {
		Data map[string]json.RawMessage
	}
	if err := json.Unmarshal(got.body, &out); err != nil || got.status != http.StatusOK {
		t.Fatalf("%s: %d %s", who, got.status, got.body)
	}
	var output aicity.Output
	if err := json.Unmarshal(out.Data["output"], &output); err != nil || output.Result != work.Result || len(output.Findings) != 1 || output.Findings[0] != work.Findings[0] || output.Turns != work.Turns {
		t.Errorf("%s reads %s, %v", who, out.Data["output"], err)
	}
	for _, field := range []string{"buyerId", "routing", "passedOver", "gate"} {
		if _, there := out.Data[field]; there {
			t.Errorf("%s sees the buyer's %s", who, field)
		}
	}
}
