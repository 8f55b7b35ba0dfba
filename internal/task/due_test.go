package task_test

import (
	"context"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/task"
	aicity "aicity.dev/aicity/sdk/go"
)

// A task whose turn fails holds up nobody's.
func TestWhatFailsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		buyer := s.Buyer(t, 1000)
		s.Agent(t, "code_review")
		order := func() string {
			ordered, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
				TaskType: "code_review", MaxBudget: 500, Input: aicity.TaskInput{Description: "Review the parser for bugs"},
			})
			if err != nil {
				t.Fatal(err)
			}
			return ordered.ID
		}
		broken, whole := order(), order()
		// The books refuse to return the hold: the transfer's id is taken.
		err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			err := s.App.Ledger.Post(ctx, tx, ledger.Transfer{
				ID: broken + "/void", Debit: ledger.PaymentClearing("test"), Credit: ledger.PlatformFees, Amount: 1, Kind: "void", Ref: broken,
			})
			if err != nil {
				return err
			}
			// Both accept windows end, that of the broken task first.
			_, err = tx.Exec(ctx, `UPDATE tasks SET accept_by = 2, due_at = CASE id WHEN $1 THEN 1 ELSE 2 END`, broken)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for event, err := range buyer.Tasks.Events(t.Context(), whole, "") {
			if err != nil {
				t.Fatal(err)
			}
			if event.Type == aicity.EventTaskFailed {
				break
			}
		}
		if task, err := buyer.Tasks.Get(t.Context(), broken); err != nil || task.Status != aicity.TaskSubmitted {
			t.Errorf("the broken task: %+v, %v", task, err)
		}
	})
}

// A task whose turn panics rests like one whose turn fails; the server goes on.
func TestPanicOfADueTaskIsAnError(t *testing.T) {
	t.Parallel()
	broken := new(task.Service) // has no database
	if err := broken.Guarded(t.Context(), city.NewID(city.PrefixTask)); err == nil || !strings.Contains(err.Error(), "panic") {
		t.Errorf("got %v", err)
	}
}
