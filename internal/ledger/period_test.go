package ledger_test

import (
	"context"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestBetween(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		purse := []ledger.Account{buyer}
		begin := clock.Now()
		mustPost(t, db, transfer("a", clearing, buyer, 1000))
		clock.Advance(time.Hour)
		noon := clock.Now()
		mustPost(t, db, transfer("b", buyer, hold, 400), transfer("c", clearing, buyer, 50))
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			return books.Reserve(ctx, tx, transfer("aside", buyer, hold, 30)) // set aside, not moved
		})
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Hour)
		evening := clock.Now()
		mustPost(t, db, transfer("d", hold, buyer, 100))
		clock.Advance(time.Hour)
		for at, want := range map[time.Time]city.Cents{begin: 0, noon: 1000, evening: 650, clock.Now(): 750} {
			if got, err := books.BalanceAt(t.Context(), db.Read(), purse, at); err != nil || got != want {
				t.Errorf("balance at %s: %s, %v; want %s", at, got, err, want)
			}
		}
		p, err := books.Between(t.Context(), db.Read(), purse, noon, evening)
		if err != nil || p.Opening != 1000 || p.Closing != 650 || len(p.Lines) != 3 || p.Cut {
			t.Fatalf("%+v, %v", p, err)
		}
		for i, want := range []struct {
			id              string
			change, balance city.Cents
		}{{"b", -400, 600}, {"c", 50, 650}, {"aside", 0, 650}} {
			if l := p.Lines[i]; l.ID != want.id || l.Change != want.change || l.Balance != want.balance {
				t.Errorf("line %d: %s %s %s, want %+v", i, l.ID, l.Change, l.Balance, want)
			}
		}
		// Two accounts are one purse: what moves between them changes nothing.
		both, err := books.Between(t.Context(), db.Read(), []ledger.Account{buyer, hold}, begin, clock.Now())
		if err != nil || both.Opening != 0 || both.Closing != 1050 || len(both.Lines) != 5 || both.Lines[1].Change != 0 {
			t.Errorf("%+v, %v", both, err)
		}
	})
}

// The trial balance of the past is what was posted and set aside until then, on both
// sides zero.
func TestTrialBalanceAt(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		begin := clock.Now()
		mustPost(t, db, transfer("a", clearing, buyer, 1000))
		clock.Advance(time.Hour)
		noon := clock.Now()
		mustPost(t, db, transfer("b", buyer, hold, 400))
		setAside := func(f func(ctx context.Context, tx store.Tx) error) (since time.Time) {
			clock.Advance(time.Hour)
			if err := db.InTx(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			clock.Advance(time.Hour)
			return clock.Now()
		}
		two := setAside(func(ctx context.Context, tx store.Tx) error {
			return books.Reserve(ctx, tx, transfer("p1", hold, buyer, 90), transfer("p2", hold, buyer, 7))
		})
		one := setAside(func(ctx context.Context, tx store.Tx) error {
			return books.Capture(ctx, tx, closing("p1", "c1"), 50)
		})
		none := setAside(func(ctx context.Context, tx store.Tx) error { return books.Void(ctx, tx, closing("p2", "v2")) })
		if err := books.RollUp(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			at                            time.Time
			credits, held, cleared, aside city.Cents
		}{{begin, 0, 0, 0, 0}, {noon, 1000, 0, -1000, 0}, {two, 600, 400, -1000, 97}, {one, 650, 350, -1000, 7}, {none, 650, 350, -1000, 0}} {
			lines, err := books.TrialBalanceAt(t.Context(), db.Read(), c.at)
			if err != nil || ledger.Sum(lines) != 0 {
				t.Fatalf("%s: sum %s, %v", c.at, ledger.Sum(lines), err)
			}
			got, aside := map[string]city.Cents{}, city.Cents(0)
			for _, line := range lines {
				got[line.Name] = line.Balance.Net()
				aside += line.Balance.DebitsPending
			}
			if aside != c.aside || got["owner credits"] != c.credits || got["task holds"] != c.held || got[string(clearing)] != c.cleared {
				t.Errorf("%s: %v and %s set aside, want %+v", c.at, got, aside, c)
			}
		}
	})
}
