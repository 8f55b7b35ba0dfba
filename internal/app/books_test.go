package app_test

import (
	"context"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// What a task says of its money is compared with what was moved, and an
// operator's alarm hears of a difference.
func TestBooksOfTasks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tamper, offence string }{
		"another charge":    {`UPDATE tasks SET charge = 100, fee = 15 WHERE status = 'failed'`, "it says another charge or fee"},
		"another budget":    {`UPDATE tasks SET max_budget = 900 WHERE status = 'failed'`, "its hold is not its budget"},
		"never failed":      {`UPDATE tasks SET status = 'executing' WHERE status = 'failed'`, "its hold was returned though"},
		"refunded for free": {`UPDATE tasks SET status = 'failed' WHERE status = 'executing'`, "its hold was not returned"},
		"a task gone":       {`DELETE FROM tasks WHERE status = 'failed'`, "there is no such task"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, s *apptest.Server) {
				ctx := t.Context()
				buyer, agent := s.Buyer(t, 2000), s.Agent(t, "research")
				for _, fail := range []bool{true, false} {
					task, err := buyer.Tasks.Submit(ctx, aicity.SubmitTask{TaskType: "research", MaxBudget: 500, Input: aicity.TaskInput{Description: "Compare two ways of keeping a log."}})
					if err != nil {
						t.Fatal(err)
					}
					if _, err := agent.Tasks.Executing(ctx, task.ID, ""); err != nil {
						t.Fatal(err)
					}
					if fail {
						if _, err := agent.Tasks.Fail(ctx, task.ID, "I cannot do this."); err != nil {
							t.Fatal(err)
						}
					}
				}
				if report, err := s.App.VerifyBooks(ctx); err != nil || !report.OK() {
					t.Fatalf("before: %+v, %v", report, err)
				}
				err := s.App.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
					_, err := tx.Exec(ctx, c.tamper)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				report, err := s.App.VerifyBooks(ctx)
				if err != nil || len(report.Offences) != 1 || !strings.Contains(report.Offences[0], c.offence) || !strings.Contains(report.Offences[0], "tsk_") {
					t.Errorf("want one offence with %q, got %q, %v", c.offence, report.Offences, err)
				}
				if _, body := get(t, s.URL+"/metrics", "operator's key"); !strings.Contains(body, "aicity_ledger_offences 1") {
					t.Error("the metric does not tell")
				}
			}, func(c *config.Config) { c.MetricsKey = "operator's key" })
		})
	}
}
