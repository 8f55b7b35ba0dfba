package httpapi_test

import (
	"context"
	"net/http"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/idempotency"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// A call that moves money and dies, before or after it moved, is repeated at once:
// the money moves once, and nobody waits for the dead.
func TestMoneyMovesOnceWhoeverDied(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		agent := s.Agent(t, "research")
		owner := asOwner(s, agent.Owner)
		earned := ledger.Transfer{
			ID: "earned", Debit: ledger.PaymentClearing("testpay"), Credit: ledger.AgentAvailable(agent.ID), Amount: 5_000, Kind: "release", Ref: "earned",
		}
		inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.App.Ledger.Post(ctx, tx, earned) })
		for _, c := range []struct {
			path, body, table string
			status            int
		}{
			{"/vault/top-up", `{"amount":2000}`, "top_ups", http.StatusOK},
			{"/vault/withdrawals", `{"amount":1000}`, "withdrawals", http.StatusCreated},
		} {
			post := func() reply { return owner.call(t, http.MethodPost, c.path, c.body, "Idempotency-Key", c.path) }
			hash := idempotency.NewHash(http.MethodPost, "/api/v1"+c.path)
			_, _ = hash.Write([]byte(c.body))
			inTx(t, s, func(ctx context.Context, tx store.Tx) error { // a call that died before it did anything
				_, err := tx.Exec(ctx, `INSERT INTO idempotency_keys (caller, key, request_hash, status, answer, created_at) VALUES ($1, $2, $3, 0, '', $4)`,
					agent.Owner.ID, c.path, hash.String(), store.Micros(tx.Now()))
				return err
			})
			if got := owner.call(t, http.MethodPost, c.path, `{"amount":1001}`, "Idempotency-Key", c.path); got.code != "IDEMPOTENCY_CONFLICT" {
				t.Errorf("%s, another body: %d %s", c.path, got.status, got.body)
			}
			first := post()
			if first.status != c.status {
				t.Fatalf("%s after a dead call: %d %s", c.path, first.status, first.body)
			}
			inTx(t, s, func(ctx context.Context, tx store.Tx) error { // one that died after its work, before its answer
				_, err := tx.Exec(ctx, `UPDATE idempotency_keys SET status = 0, answer = '' WHERE caller = $1`, agent.Owner.ID)
				return err
			})
			if again := post(); again.status != c.status || made(t, s, c.table, agent.Owner.ID) != 1 {
				t.Errorf("%s again: %d %s, and %d were made", c.path, again.status, again.body, made(t, s, c.table, agent.Owner.ID))
			}
		}
		pool, err := agent.Owner.Vault.Pool(t.Context())
		if err != nil || pool.Balance != 2_000 {
			t.Errorf("credits %+v, %v", pool, err)
		}
		wallet, err := agent.Vault.Balance(t.Context())
		if err != nil || wallet.Available != 4_000 {
			t.Errorf("wallet %+v, %v", wallet, err)
		}
	})
}

func inTx(t *testing.T, s *apptest.Server, f func(ctx context.Context, tx store.Tx) error) {
	t.Helper()
	if err := s.App.DB.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}
