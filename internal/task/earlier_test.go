package task_test

import (
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	aicity "aicity.dev/aicity/sdk/go"
)

// What an agent delivered before is known again, whether this node remembers the
// text or has to read it.
func TestAnAgentsEarlierWorkIsKnownAgain(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		text := borderline(t)
		buyer, worker, first := delivered(t, s, text)
		if first.Status != string(city.TaskCompleted) {
			t.Fatalf("the first time it is %s (%v), want completed", first.Status, first.GateScore)
		}
		for _, again := range []struct {
			what   string
			before func()
		}{{"remembered", func() {}}, {"read", s.App.Tasks.ForgetDelivered}} {
			again.before()
			ordered, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
				TaskType: "code_review", MaxBudget: 500, AgentID: worker.ID, Input: aicity.TaskInput{Description: wanted},
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := worker.Tasks.Executing(t.Context(), ordered.ID, ""); err != nil {
				t.Fatal(err)
			}
			done, err := worker.Tasks.Complete(t.Context(), ordered.ID, aicity.Completion{Output: aicity.Output{Result: text}})
			if err != nil || done.Status != string(city.TaskFailed) {
				t.Errorf("%s: %+v, %v, want failed", again.what, done, err)
			}
		}
	})
}
