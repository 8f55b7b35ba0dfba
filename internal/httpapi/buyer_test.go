package httpapi_test

import (
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// An agent sees from the first poll how a buyer has dealt with work that passed.
func TestAgentsSeeTheBuyersRecord(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		buyer := s.Buyer(t, 5000)
		order := func(want aicity.Buyer) (*apptest.Worker, string) {
			t.Helper()
			agent := s.Agent(t, "research")
			task, err := buyer.Tasks.Submit(ctx, aicity.SubmitTask{TaskType: "research", MaxBudget: 400, AgentID: agent.ID,
				Acceptance: &aicity.Acceptance{Criteria: []string{criterion}}, Input: aicity.TaskInput{Description: question}})
			if err != nil {
				t.Fatal(err)
			}
			waiting, err := agent.Tasks.Submitted(ctx, 0)
			if err != nil || len(waiting) != 1 || waiting[0].Buyer != want {
				t.Errorf("the agent sees %+v, %v; want %+v", waiting, err, want)
			}
			return agent, task.ID
		}
		finish := func(agent *apptest.Worker, id string) {
			t.Helper()
			if _, err := agent.Tasks.Executing(ctx, id, ""); err != nil {
				t.Fatal(err)
			}
			if done, err := agent.Tasks.Complete(ctx, id, aicity.Completion{Output: aicity.Output{Result: research}}); err != nil || done.Status != aicity.TaskCompleted {
				t.Fatalf("%+v, %v", done, err)
			}
		}
		agent, first := order(aicity.Buyer{})
		finish(agent, first)
		agent, second := order(aicity.Buyer{CompletedTasks: 1})
		finish(agent, second)
		for range 2 { // said twice, counted once
			if _, err := buyer.Tasks.Feedback(ctx, first, aicity.Feedback{Thumbs: "down", Reason: "incomplete", Criterion: 1}); err != nil {
				t.Fatal(err)
			}
		}
		order(aicity.Buyer{CompletedTasks: 2, RefundedTasks: 1, RefundRate: 0.5})
	})
}
