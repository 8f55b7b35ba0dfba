package task_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/receipt"
	"aicity.dev/aicity/internal/store/storetest"
	aicity "aicity.dev/aicity/sdk/go"
)

// A receipt is issued once for each place where the money comes to, and every
// one of them can be checked with the keys that the city publishes.
func TestReceipts(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		st, ctx := newStage(t, s), t.Context()
		keys, err := s.App.Tasks.ReceiptKeys(ctx)
		if err != nil || len(keys.Keys) != 1 {
			t.Fatalf("keys %+v, %v", keys, err)
		}
		want := func(id string, number int, state receipt.State, transfers int) {
			t.Helper()
			for range 2 { // asked twice, issued once
				signed, err := s.App.Tasks.Receipt(ctx, st.buyer.ID, id)
				if err != nil {
					t.Fatal(err)
				}
				file, err := json.Marshal(signed)
				if err != nil {
					t.Fatal(err)
				}
				r, err := receipt.Verify(file, keys.Keys)
				if err != nil || r.Number != number || r.State != state || r.ChargeCents != 300 || r.FeeCents != 45 || len(r.Transfers) != transfers {
					t.Errorf("want %d, %s: %+v, %v", number, state, r, err)
				}
				if q := r.Quote; q.PriceSource == "" || q.PriceDate == "" || q.CentsPerMTok == 0 || q.Factor == 0 || q.MaxBudget != 500 {
					t.Errorf("the quote without its inputs: %+v", q)
				}
				if refunded := state == receipt.Refunded; refunded != (r.RefundedCents == 300) {
					t.Errorf("refunded %s in state %s", r.RefundedCents, state)
				}
			}
		}
		kept, returned := st.completed(60), st.completed(60)
		want(kept, 1, receipt.Charged, 4)
		want(returned, 1, receipt.Charged, 4)
		if _, err := st.down(returned, 0); err != nil {
			t.Fatal(err)
		}
		want(returned, 2, receipt.Refunded, 6)
		clock.Advance(15 * time.Minute)
		if err := s.App.Tasks.ReleaseNow(ctx, kept); err != nil {
			t.Fatal(err)
		}
		want(kept, 2, receipt.Released, 6)
		if _, err := s.App.Tasks.Receipt(ctx, st.buyer.ID, st.ordered()); city.CodeOf(err) != city.CodeReceiptNotReady {
			t.Errorf("of what was not charged: %v", err)
		}
		if _, err := s.App.Tasks.Receipt(ctx, st.worker.Owner.ID, kept); city.CodeOf(err) != city.CodeTaskNotFound {
			t.Errorf("of somebody else's task: %v", err)
		}
		page, err := s.App.Tasks.Charged(ctx, st.buyer.ID, "", 1)
		if err != nil || len(page.Tasks) != 1 || page.Tasks[0].ID != returned || page.Next == "" {
			t.Errorf("receipts %+v, %v", page, err)
		}
	})
}

// Each side of a task reads what it moved, and nothing of the other's purse.
func TestStatements(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		st, ctx := newStage(t, s), t.Context()
		id := st.completed(60)
		if _, err := st.down(id, 0); err != nil {
			t.Fatal(err)
		}
		buyer, err := st.buyer.Tasks.Statement(ctx, id)
		if err != nil || buyer.Party != "buyer" || len(buyer.Transfers) != 6 || buyer.ReturnedCents != 500 || buyer.ChargeCents != 300 {
			t.Errorf("the buyer reads %+v, %v", buyer, err)
		}
		agent, err := st.worker.Tasks.Statement(ctx, id)
		if err != nil || agent.Party != "agent" || len(agent.Transfers) != 4 || agent.ReturnedCents != 300 || agent.EarnedCents != 0 {
			t.Errorf("the agent reads %+v, %v", agent, err)
		}
		for _, got := range []*aicity.TaskStatement{buyer, agent} {
			if got.FeeCents != 45 || got.RefundedCents != 300 || got.FeeReversedCents != 45 || got.PaidCents != 0 || got.EarnedCents != 0 {
				t.Errorf("of a refunded task: %+v", got)
			}
		}
		if task, err := st.worker.Tasks.Get(ctx, id); err != nil || task.EarnedCents != 0 {
			t.Errorf("the agent's task: %+v, %v", task, err)
		}
		kept, err := st.worker.Tasks.Statement(ctx, st.completed(60))
		if err != nil || kept.RefundedCents != 0 || kept.FeeReversedCents != 0 || kept.PaidCents != 300 || kept.EarnedCents != 255 {
			t.Errorf("of a task that was not refunded: %+v, %v", kept, err)
		}
		if owner, err := st.worker.Owner.Tasks.Statement(ctx, id); err != nil || owner.Party != "agent" || len(owner.Transfers) != 4 {
			t.Errorf("the agent's owner reads %+v, %v", owner, err)
		}
		raw, err := json.Marshal(agent)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), st.buyer.ID) {
			t.Errorf("the agent learns who the buyer is: %s", raw)
		}
		if _, err := s.SignUp(t, "stranger").Tasks.Statement(ctx, id); err == nil {
			t.Error("a stranger reads it")
		}
	})
}
