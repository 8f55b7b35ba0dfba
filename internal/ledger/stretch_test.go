package ledger_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// stretch is how many numbers the indexes of transfers by account take together.
const stretch = 1 << 15

// skipTo makes seq the number of the next transfer.
func skipTo(t *testing.T, db *store.DB, seq int64) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		skip := fmt.Sprintf(`ALTER TABLE ledger_transfers ALTER COLUMN seq RESTART WITH %d`, seq)
		if tx.Dialect() == store.SQLite {
			skip = fmt.Sprintf(`INSERT INTO ledger_transfers (seq, id, debit, credit, amount, kind, ref, phase, created_at)
				SELECT %[1]d, 'skip/%[1]d', 'payment/skipped/clearing', 'platform/skipped', 1, 'skip', 'skip', 'posted', 0
				WHERE NOT EXISTS (SELECT 1 FROM ledger_transfers WHERE seq = %[1]d)`, seq-1)
		}
		_, err := tx.Exec(ctx, skip)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What is asked by account finds the transfers of all stretches: at their first
// and last numbers, and where stretches between have none.
func TestStretches(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var want []row
		var balance city.Cents
		for i, seq := range []int64{1, 2, stretch - 1, stretch, stretch + 1, 2*stretch - 1, 5 * stretch, 9*stretch - 2, 9*stretch - 1, 9 * stretch} {
			if seq > 2 {
				skipTo(t, db, seq)
			}
			id := fmt.Sprintf("number %d", seq)
			if i%3 == 2 {
				mustPost(t, db, transfer(id, buyer, hold, 100))
				balance -= 100
				want = append(want, row{id, -100, balance})
				continue
			}
			mustPost(t, db, transfer(id, clearing, buyer, 1000))
			balance += 1000
			want = append(want, row{id, 1000, balance})
		}
		slices.Reverse(want)
		for _, limit := range []int{1, 2, 3, 200} {
			if diff := cmp.Diff(want, readAll(t, db, limit, buyer)); diff != "" {
				t.Errorf("statement in pages of %d (-want +got):\n%s", limit, diff)
			}
		}
		if rows := readAll(t, db, 2, buyer, hold); len(rows) != len(want) {
			t.Errorf("%d lines for both accounts, want %d", len(rows), len(want))
		}
		sumsOverStretches(t, db, balance)
	})
}

func sumsOverStretches(t *testing.T, db *store.DB, balance city.Cents) {
	t.Helper()
	q := db.Read()
	if got, err := books.BalanceAt(t.Context(), q, []ledger.Account{buyer}, time.Now().Add(time.Hour)); err != nil || got != balance {
		t.Errorf("balance at the end: %s, %v; want %s", got, err, balance)
	}
	const topUps = 7_000
	if got, err := books.Credited(t.Context(), q, buyer, "test", time.Time{}); err != nil || got != topUps {
		t.Errorf("credited: %s, %v; want %s", got, err, city.Cents(topUps))
	}
	for _, when := range []string{"before a roll-up", "after it", "after more"} {
		want := city.Cents(topUps)
		switch when {
		case "after it":
			if err := books.RollUp(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		case "after more":
			skipTo(t, db, 12*stretch)
			mustPost(t, db, transfer("later", clearing, buyer, 1000))
			want += 1000
		}
		b, err := books.BalanceOf(t.Context(), q, clearing)
		if err != nil || b.DebitsPosted != want {
			t.Errorf("clearing %s: %s, %v; want debits of %s", when, b, err, want)
		}
	}
	if err := books.Chain(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if r, err := books.Verify(t.Context(), db); err != nil || !r.OK() {
		t.Errorf("verify: %+v, %v", r, err)
	}
}
