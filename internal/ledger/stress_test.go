package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// Many goroutines move money between few accounts, in every direction, while
// others roll up, verify and take trial balances: at no moment are the books
// wrong, and afterwards every cent is where they say.
func TestConcurrentTransfers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const workers, moves, start = 8, 40, 300
		accounts := make([]ledger.Account, 5)
		for i := range accounts {
			accounts[i] = ledger.OwnerCredits(fmt.Sprint(i))
			mustPost(t, db, transfer(fmt.Sprint("top", i), clearing, accounts[i], start))
		}
		var movers, watchers sync.WaitGroup
		done := make(chan struct{})
		for w := range workers {
			movers.Go(func() {
				random := rand.New(rand.NewPCG(uint64(w), 7)) // a repeatable test
				for m := range moves {
					moveAtRandom(t, db, random, accounts, fmt.Sprint(w, "/", m))
				}
			})
		}
		for range 3 { // roll-ups overtake each other too
			watchers.Go(func() { watch(t, db, done) })
		}
		movers.Wait()
		close(done)
		watchers.Wait()

		var total city.Cents
		for _, a := range accounts {
			total += net(t, db, a)
		}
		if fees := net(t, db, ledger.PlatformFees); fees == 0 || total+fees != start*city.Cents(len(accounts)) {
			t.Errorf("accounts %s and fees %s: a cent was lost or made, or nothing moved", total, fees)
		}
		mustVerify(t, db)
		wantNoDeadlocks(t, db)
	})
}

// wantNoDeadlocks asks PostgreSQL whether writers ever waited for each other in
// a circle: a retry would hide it.
func wantNoDeadlocks(t *testing.T, db *store.DB) {
	t.Helper()
	if db.Dialect() != store.Postgres {
		return
	}
	var deadlocks int64
	err := db.Read().QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks)
	if err != nil || deadlocks != 0 {
		t.Errorf("%d deadlocks, %v", deadlocks, err)
	}
}

func moveAtRandom(t *testing.T, db *store.DB, random *rand.Rand, accounts []ledger.Account, id string) {
	order := random.Perm(len(accounts))
	amount := city.Cents(random.IntN(200) + 1)
	batch := []ledger.Transfer{
		transfer(id+"/a", accounts[order[0]], accounts[order[1]], amount),
		transfer(id+"/f", accounts[order[2]], ledger.PlatformFees, 1),
	}
	err := post(t.Context(), db, batch...)
	if err == nil && random.IntN(4) == 0 {
		err = post(t.Context(), db, batch...) // a repeat moves nothing
	}
	if _, short := errors.AsType[*ledger.ShortfallError](err); err != nil && !short {
		t.Errorf("move %s: %v", id, err)
	}
}

func watch(t *testing.T, db *store.DB, done <-chan struct{}) {
	for {
		if err := books.RollUp(t.Context(), db); err != nil {
			t.Errorf("roll up: %v", err)
		}
		report, err := books.Verify(t.Context(), db)
		if err != nil || !report.OK() {
			t.Errorf("verify under load: %q, %v", report.Offences, err)
		}
		lines, err := books.TrialBalance(t.Context(), db.Read())
		if err != nil || ledger.Sum(lines) != 0 {
			t.Errorf("trial balance under load: %v, %v", lines, err)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

// Twenty buyers' calls race for money that is enough for seven.
func TestOverdraftRace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, c := range []struct {
			name    string
			balance city.Cents
			want    int64
		}{{"enough for seven", 70, 7}, {"never had any", 0, 0}} {
			owner := ledger.OwnerCredits(c.name)
			if c.balance > 0 {
				mustPost(t, db, transfer("top "+c.name, clearing, owner, c.balance))
			}
			var passed atomic.Int64
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					err := post(t.Context(), db, transfer(fmt.Sprint(c.name, i), owner, ledger.TaskHold(fmt.Sprint(c.name, i)), 10))
					if err == nil {
						passed.Add(1)
						return
					}
					if _, short := errors.AsType[*ledger.ShortfallError](err); !short {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got := passed.Load(); got != c.want {
				t.Errorf("%s: %d holds passed, want %d", c.name, got, c.want)
			}
		}
		mustVerify(t, db)
	})
}

// The same transfer, and rival closings of the same pending one, at the same
// instant: each happens once.
func TestRaceForTheSameID(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if err := post(t.Context(), db, transfer("once", buyer, hold, 60)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := net(t, db, hold); got != 60 {
			t.Errorf("hold has %s, want $0.60", got)
		}
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			return books.Reserve(ctx, tx, transfer("p", buyer, hold, 40))
		})
		if err != nil {
			t.Fatal(err)
		}
		var closed atomic.Int64
		for i := range 10 {
			wg.Go(func() {
				err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
					if i%2 == 0 {
						return books.Void(ctx, tx, closing("p", fmt.Sprint("v", i)))
					}
					return books.Capture(ctx, tx, closing("p", fmt.Sprint("c", i)), 40)
				})
				switch {
				case err == nil:
					closed.Add(1)
				case !errors.Is(err, ledger.ErrClosed):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := closed.Load(); got != 1 {
			t.Errorf("closed %d times", got)
		}
		mustVerify(t, db)
	})
}
