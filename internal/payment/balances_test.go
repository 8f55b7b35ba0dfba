package payment_test

import (
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestBalancesAt(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		b := setup(t, db)
		begin := clock.Now()
		if _, _, err := b.TopUp(t.Context(), b.ann, 2000, ""); err != nil {
			t.Fatal(err)
		}
		b.earn(t, 0, 500)
		clock.Advance(time.Hour)
		noon := clock.Now()
		b.post(t, ledger.Transfer{ID: "release", Debit: ledger.AgentEscrow(b.agent), Credit: ledger.AgentAvailable(b.agent), Amount: 300, Kind: "release", Ref: "tsk_x"},
			ledger.Transfer{ID: "hold", Debit: ledger.OwnerCredits(b.ann), Credit: ledger.TaskHold("tsk_y"), Amount: 700, Kind: "hold", Ref: "tsk_y"})
		clock.Advance(time.Hour)
		for _, c := range []struct {
			at                           string
			credits, available, escrowed city.Cents
		}{
			{begin.Format(time.RFC3339Nano), 0, 0, 0}, {noon.Format(time.RFC3339Nano), 2000, 0, 500}, {"", 1300, 300, 200},
			{noon.In(time.FixedZone("east", 2*3600)).Format(time.RFC3339Nano), 2000, 0, 500}, {begin.Format(time.DateOnly), 0, 0, 0},
		} {
			got, err := b.BalancesAt(t.Context(), b.ann, c.at)
			if err != nil || len(got.Wallets) != 1 || got.Credits != c.credits || got.Wallets[0].Available != c.available || got.Wallets[0].Escrowed != c.escrowed {
				t.Errorf("at %q: %+v, %v, want %+v", c.at, got, err, c)
			}
			alone, err := b.AgentBalancesAt(t.Context(), c.at, b.agent)
			if err != nil || alone.Credits != 0 || alone.Wallets[0] != got.Wallets[0] || !alone.At.Equal(got.At) {
				t.Errorf("the agent at %q: %+v, %v", c.at, alone, err)
			}
		}
		for _, at := range []string{"now", "2026-13-01", "1969-12-31", clock.Now().Add(time.Second).Format(time.RFC3339Nano)} {
			_, err := b.BalancesAt(t.Context(), b.ann, at)
			citytest.WantCode(t, at, err, city.CodeValidation)
		}
	})
}
