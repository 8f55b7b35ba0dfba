package task_test

import (
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/task"
	aicity "aicity.dev/aicity/sdk/go"
)

// Of two deliveries that race, one is the task's work. The other must know that
// it is not, or its verdict would settle work that it did not judge.
func TestOneDeliveryIsTaken(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		buyer, worker := s.Buyer(t, 1000), s.Agent(t, "code_review")
		ordered, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
			TaskType: "code_review", MaxBudget: 500, AgentID: worker.ID, Input: aicity.TaskInput{Description: "Review the parser for bugs"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := worker.Tasks.Executing(t.Context(), ordered.ID, ""); err != nil {
			t.Fatal(err)
		}
		for i, result := range []string{"the first", "the second"} {
			_, taken, err := s.App.Tasks.DeliverUnjudged(t.Context(), worker.ID, ordered.ID, task.Deliverable{Result: result})
			if err != nil {
				t.Fatal(err)
			}
			if want := i == 0; taken != want {
				t.Errorf("%s delivery: taken %v, want %v", result, taken, want)
			}
		}
		kept, _, err := s.App.Tasks.Deliverable(t.Context(), ordered.ID)
		if err != nil || kept.Result != "the first" {
			t.Errorf("the work is %q (%v), want the first", kept.Result, err)
		}
	})
}
