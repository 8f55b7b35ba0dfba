package task_test

import (
	"context"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// What counts for a period is what was ordered in it, by an owner and by an agent
// for its owner.
func TestSpentInAPeriod(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx, st, boss := t.Context(), newStage(t, s), s.Agent(t, "design")
		if _, err := boss.Owner.Vault.TopUp(ctx, 100_000); err != nil {
			t.Fatal(err)
		}
		order := func(by *aicity.Client, budget int64, at time.Time) {
			t.Helper()
			got, err := by.Tasks.Submit(ctx, aicity.SubmitTask{
				TaskType: "research", MaxBudget: budget, AgentID: st.worker.ID, Input: aicity.TaskInput{Description: "Compare two kinds of journals"},
			})
			if err != nil {
				t.Fatal(err)
			}
			err = s.App.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE tasks SET created_at = $2 WHERE id = $1`, got.ID, store.Micros(at))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		// A budget for each day, so that a sum says which days it is of.
		var days []time.Time
		now := time.Now()
		for i, budget := range []int64{1_000, 2_000, 4_000, 8_000} {
			day := now.AddDate(0, 0, i-4)
			days = append(days, day)
			order(st.buyer.Client, budget, day)
			order(boss.Client, budget+500, day.Add(time.Hour))
			order(boss.Owner.Client, 300, day.Add(2*time.Hour))
		}
		for _, c := range []struct {
			who  string
			get  func(since time.Time) (city.Cents, error)
			want []city.Cents // since each day
		}{
			{"the buyer", func(since time.Time) (city.Cents, error) {
				return s.App.Tasks.SpentSince(ctx, st.buyer.ID, since)
			}, []city.Cents{15_000, 14_000, 12_000, 8_000}},
			{"the owner whose agent orders", func(since time.Time) (city.Cents, error) {
				return s.App.Tasks.SpentSince(ctx, boss.Owner.ID, since)
			}, []city.Cents{18_200, 16_400, 13_600, 8_800}},
			{"the agent", func(since time.Time) (city.Cents, error) {
				return s.App.Tasks.SpentByAgentSince(ctx, boss.ID, since)
			}, []city.Cents{17_000, 15_500, 13_000, 8_500}},
			{"nobody", func(since time.Time) (city.Cents, error) {
				return s.App.Tasks.SpentSince(ctx, "own_nobody", since)
			}, []city.Cents{0, 0, 0, 0}},
		} {
			for i, since := range days {
				if got, err := c.get(since); err != nil || got != c.want[i] {
					t.Errorf("%s since day %d: %d, %v, want %d", c.who, i+1, got, err, c.want[i])
				}
			}
			if got, err := c.get(now); err != nil || got != 0 {
				t.Errorf("%s since now: %d, %v", c.who, got, err)
			}
		}
	})
}
