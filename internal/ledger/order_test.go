package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// Batches of every size over the same accounts, in opposite orders, every other
// account new: however they meet, none waits for another in a circle.
func TestBatchesLockInOneOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for round := range 2 {
			meet(t, db, fmt.Sprint("round", round, "/"))
		}
		mustVerify(t, db)
		wantNoDeadlocks(t, db)
	})
}

// meet posts the batches of one round at the same instant and looks where every
// cent is.
func meet(t *testing.T, db *store.DB, prefix string) {
	t.Helper()
	accounts := make([]ledger.Account, 250)
	want := map[ledger.Account]city.Cents{}
	var seeds []ledger.Transfer
	for i := range accounts {
		accounts[i] = ledger.OwnerCredits(fmt.Sprintf("%s%03d", prefix, i))
		if i%2 == 0 {
			seeds = append(seeds, transfer(fmt.Sprint(prefix, "seed", i), clearing, accounts[i], 100))
		}
	}
	mustPost(t, db, seeds...)
	batches := rivals(prefix, accounts)
	for _, x := range slices.Concat(append(batches, seeds)...) {
		want[x.Debit] -= x.Amount
		want[x.Credit] += x.Amount
	}
	begin := make(chan struct{})
	var all sync.WaitGroup
	for _, batch := range batches {
		all.Go(func() {
			<-begin
			if err := post(t.Context(), db, batch...); err != nil {
				t.Errorf("%d transfers: %v", len(batch), err)
			}
		})
	}
	close(begin)
	all.Wait()
	got, err := books.Balances(t.Context(), db.Read(), accounts...)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if got[a].Net() != want[a] {
			t.Errorf("%s has %s, want %s", a, got[a], want[a])
		}
	}
}

// rivals are batches of 150, of 250 and of 5 accounts that overlap: there and
// back, from nobody's account and from those that have money to those that are new.
func rivals(prefix string, accounts []ledger.Account) (batches [][]ledger.Transfer) {
	add := func(name string, credits []ledger.Account) {
		var batch []ledger.Transfer
		for i, a := range credits {
			batch = append(batch, transfer(fmt.Sprint(prefix, name, "/", i), clearing, a, 1))
		}
		batches = append(batches, batch)
	}
	back := slices.Clone(accounts)
	slices.Reverse(back)
	add("there", accounts[:150])
	add("back", back[:150])
	add("all back", back)
	var moves []ledger.Transfer
	for i := 0; i < len(accounts); i += 2 {
		moves = append(moves, transfer(fmt.Sprint(prefix, "move/", i), accounts[i], accounts[i+1], 10))
	}
	batches = append(batches, moves)
	for i := range 5 {
		few := []ledger.Account{accounts[i], accounts[51+i], accounts[110+i], accounts[141+i], accounts[200+i]}
		add(fmt.Sprint("few", i), few)
		slices.Reverse(few)
		add(fmt.Sprint("few back", i), few)
	}
	return batches
}

// A large batch that makes an account between others takes it in its turn: a small
// one that makes the same account and then wants one of the others would wait for
// the large one, and that for it.
func TestNewAccountsAreLockedInTheirTurn(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	named := func(name string) ledger.Account { return ledger.OwnerCredits(name) }
	large := []ledger.Transfer{transfer("large new", clearing, named("m"), 1)}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "z"} {
		mustPost(t, db, transfer("seed "+name, clearing, named(name), 1))
		large = append(large, transfer("large "+name, clearing, named(name), 1))
	}
	small := []ledger.Transfer{transfer("small z", clearing, named("z"), 1), transfer("small new", clearing, named("m"), 1)}

	var all sync.WaitGroup
	inTx := func(f func(ctx context.Context, tx store.Tx) error) {
		all.Go(func() {
			if err := db.InTx(t.Context(), f); err != nil {
				t.Error(err)
			}
		})
	}
	held, release := make(chan struct{}), make(chan struct{})
	inTx(func(ctx context.Context, tx store.Tx) error { // keeps both before their last account
		err := books.Post(ctx, tx, transfer("first", clearing, named("z"), 1))
		if _, sent := tx.Exec(ctx, `SELECT 1`); err != nil || sent != nil {
			return errors.Join(err, sent)
		}
		close(held)
		<-release
		return nil
	})
	<-held
	inTx(func(ctx context.Context, tx store.Tx) error {
		if tx.Hopeful() { // in vain, so that it asks
			return store.HopeNone(ctx, tx, "hope", `SELECT 1`)
		}
		return books.Post(ctx, tx, large...)
	})
	awaitWaiters(t, db, 1)
	inTx(func(ctx context.Context, tx store.Tx) error { return books.Post(ctx, tx, small...) })
	awaitWaiters(t, db, 2)
	close(release)
	all.Wait()
	if m, z := net(t, db, named("m")), net(t, db, named("z")); m != 2 || z != 4 {
		t.Errorf("%s and %s, want $0.02 and $0.04", m, z)
	}
	mustVerify(t, db)
	wantNoDeadlocks(t, db)
}

// awaitWaiters returns when n connections wait for a lock.
func awaitWaiters(t *testing.T, db *store.DB, n int) {
	t.Helper()
	for waiting := 0; waiting < n; {
		err := db.Read().QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Error(err)
			return
		}
	}
}
