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

// Work that is handed in again is answered like the first time, passed or failed.
// Other work is refused, or its agent would take the first verdict for one on it.
func TestOtherWorkIsRefused(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		findings := []aicity.Finding{{File: "main.go", Severity: "low", Claim: "Says little."}}
		for _, work := range []aicity.Output{{Result: apptest.Research}, {Result: "Fine & good <b>\u2028</b>.", Findings: findings}} {
			buyer, worker := s.Buyer(t, 1000), s.Agent(t, "research")
			ordered, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
				TaskType: "research", MaxBudget: 500, AgentID: worker.ID, Input: aicity.TaskInput{Description: apptest.Question},
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := worker.Tasks.Executing(t.Context(), ordered.ID, ""); err != nil {
				t.Fatal(err)
			}
			first, err := worker.Tasks.Complete(t.Context(), ordered.ID, aicity.Completion{Output: work})
			if err != nil {
				t.Fatal(err)
			}
			same := work
			same.Turns = 7
			if again, err := worker.Tasks.Complete(t.Context(), ordered.ID, aicity.Completion{Output: same, ExecutionTimeMs: 5}); err != nil || again.Status != first.Status {
				t.Errorf("the same work, which is %s: %+v, %v", first.Status, again, err)
			}
			for what, other := range map[string]aicity.Output{
				"other work": {Result: work.Result + "!", Findings: work.Findings}, "other findings": {Result: work.Result, Findings: append(findings, findings...)},
			} {
				if got, err := worker.Tasks.Complete(t.Context(), ordered.ID, aicity.Completion{Output: other}); aicity.ErrorCode(err) != aicity.CodeInvalidState {
					t.Errorf("%s, which is %s: %+v, %v", what, first.Status, got, err)
				}
			}
		}
	})
}
