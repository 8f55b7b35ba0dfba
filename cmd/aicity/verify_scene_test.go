package main

import (
	"context"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// keepBooks writes a city's books in which everything that moves money happened
// once: a task in each state that differs, top-ups, withdrawals and disputes.
func keepBooks(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		for _, s := range []scribe{people, topUps, theTasks, disputes, withdrawals} {
			if err := s(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type scribe func(ctx context.Context, tx store.Tx) error

func people(ctx context.Context, tx store.Tx) error {
	for _, owner := range []string{"own_1", "own_2", "own_poor"} {
		_, err := tx.Exec(ctx, `INSERT INTO owners (id, name, password_hash, is_operator, is_city, created_at) VALUES ($1, $1, '', FALSE, FALSE, 0)`, owner)
		if err != nil {
			return err
		}
	}
	for agent, owner := range map[string]string{"agt_1": "own_2", "agt_2": "own_2", "agt_poor": "own_poor"} {
		_, err := tx.Exec(ctx, `INSERT INTO agents (id, owner_id, display_name, framework, model, description, capabilities, effective_rate, max_concurrent_tasks,
			availability, status, status_reason, key_hash, key_prefix, score, confidence, tasks_completed, tasks_failed, consecutive_failures,
			search_text, created_at, updated_at) VALUES ($1, $3, $1, 'custom', '', '', '[]', 300, 1, 'available', 'active', '', $2, '', 0, 0, 0, 0, 0, '', 0, 0)`,
			agent, []byte(agent), owner)
		if err != nil {
			return err
		}
	}
	return nil
}

const testClearing ledger.Account = "payment/testpay/clearing"

func topUps(ctx context.Context, tx store.Tx) error {
	for _, top := range []struct {
		id, owner, status string
		amount            city.Cents
	}{
		{"top_1", "own_1", "succeeded", 50_000}, {"top_2", "own_1", "succeeded", 500}, {"top_poor", "own_poor", "succeeded", 900},
		{"top_pending", "own_1", "pending", 500}, {"top_declined", "own_1", "declined", 500},
	} {
		_, err := tx.Exec(ctx, `INSERT INTO top_ups (id, owner_id, amount, provider, status, reference, reason, created_at)
			VALUES ($1, $2, $3, 'testpay', $4, '', '', 0)`, top.id, top.owner, int64(top.amount), top.status)
		if err != nil {
			return err
		}
		if top.status != "succeeded" {
			continue
		}
		err = ledger.New().Post(ctx, tx, ledger.Transfer{
			ID: top.id + "/top_up", Debit: testClearing, Credit: ledger.OwnerCredits(top.owner), Amount: top.amount, Kind: "top_up", Ref: top.id,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func theTasks(ctx context.Context, tx store.Tx) error {
	for _, task := range []struct {
		id, status          string
		budget, charge, fee city.Cents
		kinds               []string
	}{
		{"tsk_running", "executing", 1000, 0, 0, []string{"hold"}},
		{"tsk_failed", "failed", 1000, 0, 0, []string{"hold", "void"}},
		{"tsk_charged", "completed", 1000, 300, 45, []string{"hold", "earn", "fee", "rest"}},
		{"tsk_refunded", "refunded", 1000, 300, 45, []string{"hold", "earn", "fee", "rest", "reverse", "reverse_fee"}},
		{"tsk_contested", "refund_review", 1000, 300, 45, []string{"hold", "earn", "fee", "rest", "refund_requested"}},
		{"tsk_granted", "refunded", 1000, 300, 45, []string{"hold", "earn", "fee", "rest", "refund_requested", "reverse", "reverse_fee"}},
		{"tsk_denied", "completed", 1000, 300, 45, []string{"hold", "earn", "fee", "rest", "refund_requested", "refund_denied"}},
		{"tsk_released", "completed", 10_000, 8000, 1200, []string{"hold", "earn", "fee", "rest", "release", "release_fee"}},
		{"tsk_poor", "completed", 1000, 200, 30, []string{"hold", "earn", "fee", "rest", "release", "release_fee"}},
		{"tsk_overturned", "completed", 1000, 300, 45, []string{"hold", "void", "rehold", "earn", "fee"}},
	} {
		agent, owner := "agt_1", "own_2"
		if task.id == "tsk_poor" {
			agent, owner = "agt_poor", "own_poor"
		}
		_, err := tx.Exec(ctx, `INSERT INTO tasks (id, buyer_id, submitter_id, direct_id, agent_id, agent_owner_id, category, status, description, tags,
			max_budget, deadline_us, acceptance, repo, ref, sealed_token, has_code, archive_id, size_class, quote, routing, passed_over, sandbox_id,
			fail_code, fail_reason, charge, fee, thumbs, rating, reason, comment, created_at) VALUES ($1, 'own_1', '', '', $6, $7, 'research',
			$2, '', '[]', $3, 0, '{}', '', '', '', FALSE, '', '', '{}', '{}', '[]', '', '', '', $4, $5, '', 0, '', '', 0)`,
			task.id, task.status, int64(task.budget), int64(task.charge), int64(task.fee), agent, owner)
		if err != nil {
			return err
		}
		hold, buyer, escrow := ledger.TaskHold(task.id), ledger.OwnerCredits("own_1"), ledger.AgentEscrow(agent)
		earned, rest := task.charge-task.fee, task.budget-task.charge
		moves := map[string]ledger.Transfer{
			"hold": {Debit: buyer, Credit: hold, Amount: task.budget}, "void": {Debit: hold, Credit: buyer, Amount: task.budget},
			"rehold": {Debit: buyer, Credit: hold, Amount: task.charge}, "rest": {Debit: hold, Credit: buyer, Amount: rest},
			"earn": {Debit: hold, Credit: escrow, Amount: earned}, "fee": {Debit: hold, Credit: ledger.PlatformFeesEscrow, Amount: task.fee},
			"release":     {Debit: escrow, Credit: ledger.AgentAvailable(agent), Amount: earned},
			"release_fee": {Debit: ledger.PlatformFeesEscrow, Credit: ledger.PlatformFees, Amount: task.fee},
			"reverse":     {Debit: escrow, Credit: buyer, Amount: earned}, "reverse_fee": {Debit: ledger.PlatformFeesEscrow, Credit: buyer, Amount: task.fee},
			"refund_requested": {Debit: escrow, Credit: buyer, Amount: earned}, "refund_denied": {Debit: escrow, Credit: buyer, Amount: earned},
		}
		for _, kind := range task.kinds {
			transfer := moves[kind]
			transfer.ID, transfer.Kind, transfer.Ref = task.id+"/"+kind, kind, task.id
			if err := write(ctx, tx, transfer, task.id == "tsk_granted"); err != nil {
				return err
			}
		}
	}
	_, err := tx.Exec(ctx, `UPDATE tasks SET released_at = 1 WHERE id IN ('tsk_released', 'tsk_poor')`)
	return err
}

// write posts what a kind moves, or sets aside; of one that was granted the refund
// is what was set aside.
func write(ctx context.Context, tx store.Tx, t ledger.Transfer, granted bool) error {
	books, closing := ledger.New(), ledger.Closing{Pending: t.Ref + "/refund_requested", ID: t.ID, Kind: t.Kind}
	switch {
	case t.Kind == "refund_requested":
		return books.Reserve(ctx, tx, t)
	case t.Kind == "refund_denied":
		return books.Void(ctx, tx, closing)
	case t.Kind == "reverse" && granted:
		return books.Capture(ctx, tx, closing, t.Amount)
	default:
		return books.Post(ctx, tx, t)
	}
}

func withdrawals(ctx context.Context, tx store.Tx) error {
	for _, status := range []string{"paid", "failed", "pending"} {
		id := "wdr_" + status
		_, err := tx.Exec(ctx, `INSERT INTO withdrawals (id, owner_id, agent_id, amount, provider, status, reference, reason, created_at)
			VALUES ($1, 'own_2', 'agt_1', 1000, 'testpay', $2, '', '', 0)`, id, status)
		if err != nil {
			return err
		}
		wallet, transit := ledger.AgentAvailable("agt_1"), ledger.PayoutTransit(id)
		transfers := []ledger.Transfer{{ID: id + "/withdrawal", Debit: wallet, Credit: transit, Amount: 1000, Kind: "withdrawal", Ref: id}}
		switch status {
		case "paid":
			transfers = append(transfers, ledger.Transfer{ID: id + "/paid", Debit: transit, Credit: testClearing, Amount: 1000, Kind: "payout", Ref: id})
		case "failed":
			transfers = append(transfers, ledger.Transfer{ID: id + "/returned", Debit: transit, Credit: wallet, Amount: 1000, Kind: "payout_returned", Ref: id})
		}
		for _, transfer := range transfers {
			if err := ledger.New().Post(ctx, tx, transfer); err != nil {
				return err
			}
		}
	}
	return nil
}

// disputes: of one, which was won, earnings had repaid a part; the other is open,
// took all that was there and left a debt.
func disputes(ctx context.Context, tx store.Tx) error {
	credits, disputed, claim := ledger.OwnerCredits("own_poor"), ledger.OwnerDisputed("own_poor"), ledger.PaymentDisputes("testpay")
	wallet := ledger.AgentAvailable("agt_poor")
	for _, d := range []struct {
		id, status           string
		amount, frozen, debt int64
		transfers            []ledger.Transfer
	}{
		{"du_won", "won", 200, 100, 0, []ledger.Transfer{
			{Kind: "withdrawn", Debit: claim, Credit: testClearing, Amount: 200}, {Kind: "frozen", Debit: credits, Credit: disputed, Amount: 100},
			{Kind: "missing", Debit: ledger.PlatformDebts, Credit: disputed, Amount: 100}, {Kind: "repaid", Debit: wallet, Credit: ledger.PlatformDebts, Amount: 60},
			{Kind: "returned", Debit: disputed, Credit: wallet, Amount: 60}, {Kind: "reinstated", Debit: testClearing, Credit: claim, Amount: 200},
			{Kind: "won", Debit: disputed, Credit: credits, Amount: 100}, {Kind: "forgiven", Debit: disputed, Credit: ledger.PlatformDebts, Amount: 40},
		}},
		{"du_open", "open", 1270, 900, 200, []ledger.Transfer{
			{Kind: "withdrawn", Debit: claim, Credit: testClearing, Amount: 1270}, {Kind: "frozen", Debit: credits, Credit: disputed, Amount: 900},
			{Kind: "missing", Debit: ledger.PlatformDebts, Credit: disputed, Amount: 370}, {Kind: "repaid", Debit: wallet, Credit: ledger.PlatformDebts, Amount: 170},
		}},
	} {
		_, err := tx.Exec(ctx, `INSERT INTO payment_disputes (id, provider, owner_id, top_up_id, amount, frozen, debt, status, reason, created_at)
			VALUES ($1, 'testpay', 'own_poor', 'top_poor', $2, $3, $4, $5, '', 0)`, d.id, d.amount, d.frozen, d.debt, d.status)
		if err != nil {
			return err
		}
		for _, transfer := range d.transfers {
			transfer.ID, transfer.Ref = d.id+"/"+transfer.Kind, d.id
			transfer.Kind = "dispute_" + transfer.Kind
			if err := ledger.New().Post(ctx, tx, transfer); err != nil {
				return err
			}
		}
	}
	return nil
}
