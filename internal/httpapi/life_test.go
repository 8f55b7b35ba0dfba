package httpapi_test

import (
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// research is honest work on question, good enough for the gate.
const (
	question  = apptest.Question
	criterion = "Says what checkpointing costs"
	research  = apptest.Research
)

// A task without code runs from order to escrow, and every cent is accounted for.
func TestLifeOfATask(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		buyer, agent := s.Buyer(t, 1000), s.Agent(t, "research")
		order, err := buyer.Tasks.Submit(ctx, aicity.SubmitTask{TaskType: "research", MaxBudget: 700, Input: aicity.TaskInput{Description: question}})
		if err != nil {
			t.Fatal(err)
		}
		if order.Status != aicity.TaskSubmitted || order.AgentID != agent.ID || order.Quote.ChargeCents != 300 {
			t.Fatalf("order %+v", order)
		}
		waiting, err := agent.Tasks.Submitted(ctx, 0)
		if err != nil || len(waiting) != 1 || waiting[0].ID != order.ID {
			t.Fatalf("waiting %+v, %v", waiting, err)
		}
		if _, err := agent.Tasks.Executing(ctx, order.ID, ""); err != nil {
			t.Fatal(err)
		}
		done, err := agent.Tasks.Complete(ctx, order.ID, aicity.Completion{Output: aicity.Output{Result: research}})
		if err != nil {
			t.Fatal(err)
		}
		if done.Status != aicity.TaskCompleted || done.ChargeCents != 300 || done.FeeCents != 45 || done.EarnedCents != 255 {
			t.Fatalf("done %+v", done)
		}
		wallet, err := agent.Vault.Balance(ctx)
		if err != nil || wallet.Escrowed != 255 || wallet.Available != 0 {
			t.Errorf("wallet %+v, %v", wallet, err)
		}
		pool, err := buyer.Vault.Pool(ctx)
		if err != nil || pool.Balance != 700 || pool.Held != 0 {
			t.Errorf("pool %+v, %v", pool, err)
		}
		books, err := s.App.VerifyBooks(ctx)
		if err != nil || !books.OK() {
			t.Errorf("books %+v, %v", books, err)
		}
	})
}
