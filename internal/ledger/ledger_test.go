package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

var (
	books    = ledger.New()
	clearing = ledger.PaymentClearing("test")
	buyer    = ledger.OwnerCredits("own_b")
	hold     = ledger.TaskHold("tsk_1")
	escrow   = ledger.AgentEscrow("agt_1")
)

func post(ctx context.Context, db *store.DB, transfers ...ledger.Transfer) error {
	return db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return books.Post(ctx, tx, transfers...) })
}

func transfer(id string, from, to ledger.Account, amount city.Cents) ledger.Transfer {
	return ledger.Transfer{ID: id, Debit: from, Credit: to, Amount: amount, Kind: "test", Ref: "ref"}
}

func mustPost(t *testing.T, db *store.DB, transfers ...ledger.Transfer) {
	t.Helper()
	if err := post(t.Context(), db, transfers...); err != nil {
		t.Fatal(err)
	}
}

func net(t *testing.T, db *store.DB, a ledger.Account) city.Cents {
	t.Helper()
	b, err := books.BalanceOf(t.Context(), db.Read(), a)
	if err != nil {
		t.Fatal(err)
	}
	return b.Net()
}

func mustVerify(t *testing.T, db *store.DB) {
	t.Helper()
	report, err := books.Verify(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() {
		t.Errorf("the books are wrong: %q", report.Offences)
	}
}

func TestPost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 1000))
		mustPost(t, db, transfer("hold", buyer, hold, 400))
		mustPost(t, db, transfer("earn", hold, escrow, 255), transfer("fee", hold, ledger.PlatformFeesEscrow, 45), transfer("rest", hold, buyer, 100))
		for account, want := range map[ledger.Account]city.Cents{
			clearing: -1000, buyer: 700, hold: 0, escrow: 255, ledger.PlatformFeesEscrow: 45,
		} {
			if got := net(t, db, account); got != want {
				t.Errorf("%s has %s, want %s", account, got, want)
			}
		}
		mustVerify(t, db)
	})
}

func TestRepeatIsNoOpAndConflictIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		top := transfer("top", clearing, buyer, 1000)
		mustPost(t, db, top)
		mustPost(t, db, top, transfer("hold", buyer, hold, 10))
		mustPost(t, db, top, top)
		if got := net(t, db, buyer); got != 990 {
			t.Errorf("after repeats: %s, want $9.90", got)
		}
		other := top
		other.Amount = 1
		var conflict *ledger.ConflictError
		if err := post(t.Context(), db, other); !errors.As(err, &conflict) || conflict.ID != "top" {
			t.Errorf("same id, other amount: %v", err)
		}
		mustVerify(t, db)
	})
}

func TestShortfallMovesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		var short *ledger.ShortfallError
		err := post(t.Context(), db, transfer("a", buyer, hold, 60), transfer("b", buyer, escrow, 41))
		if !errors.As(err, &short) || short.Account != buyer || short.Required != 101 || short.Available != 100 {
			t.Fatalf("overdraft: %v", err)
		}
		if err := post(t.Context(), db, transfer("c", ledger.OwnerCredits("own_nobody"), hold, 1)); !errors.As(err, &short) || short.Available != 0 {
			t.Errorf("account that was never touched: %v", err)
		}
		if got := net(t, db, hold); got != 0 {
			t.Errorf("hold has %s after refused transfers", got)
		}
		mustVerify(t, db)
	})
}

func TestRefusesNonsense(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	for _, bad := range []ledger.Transfer{
		transfer("zero", clearing, buyer, 0), transfer("negative", clearing, buyer, -5), transfer("self", buyer, buyer, 5),
		transfer("", clearing, buyer, 5), transfer("nowhere", clearing, "", 5),
	} {
		if err := post(t.Context(), db, bad); err == nil {
			t.Errorf("accepted %+v", bad)
		}
	}
}

func TestAmountsAtTheEdge(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("max", clearing, buyer, math.MaxInt64))
		if err := post(t.Context(), db, transfer("over", clearing, buyer, 1)); err == nil {
			t.Error("an amount over the largest integer was accepted")
		}
		if got := net(t, db, buyer); got != math.MaxInt64 {
			t.Errorf("balance %d", got)
		}
	})
}

func TestTwoPhase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		transit := ledger.PayoutTransit("wdr_1")
		in := func(f func(ctx context.Context, tx store.Tx) error) error { return db.InTx(t.Context(), f) }
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		reserve := func(id string, amount city.Cents) error {
			return in(func(ctx context.Context, tx store.Tx) error {
				return books.Reserve(ctx, tx, transfer(id, buyer, transit, amount))
			})
		}
		capture := func(pending, id string, amount city.Cents) error {
			return in(func(ctx context.Context, tx store.Tx) error { return books.Capture(ctx, tx, pending, id, amount) })
		}
		void := func(pending, id string) error {
			return in(func(ctx context.Context, tx store.Tx) error { return books.Void(ctx, tx, pending, id) })
		}
		if err := reserve("p1", 70); err != nil {
			t.Fatal(err)
		}
		var short *ledger.ShortfallError
		if err := reserve("p2", 31); !errors.As(err, &short) || short.Available != 30 {
			t.Errorf("reserving what is set aside: %v", err)
		}
		mustVerify(t, db)
		if err := capture("p1", "c1", 71); !errors.Is(err, ledger.ErrTooMuch) {
			t.Errorf("capturing too much: %v", err)
		}
		if err := errors.Join(capture("p1", "c1", 50), capture("p1", "c1", 50)); err != nil {
			t.Errorf("capture and its repeat: %v", err)
		}
		if err := void("p1", "v1"); !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("voiding a captured transfer: %v", err)
		}
		if err := void("nothing", "v2"); !errors.Is(err, ledger.ErrNotPending) {
			t.Errorf("voiding nothing: %v", err)
		}
		if b, got := net(t, db, buyer), net(t, db, transit); b != 50 || got != 50 {
			t.Errorf("after capture: buyer %s, transit %s", b, got)
		}
		if err := errors.Join(reserve("p3", 50), void("p3", "v3"), void("p3", "v3")); err != nil {
			t.Errorf("reserve, void and its repeat: %v", err)
		}
		mustPost(t, db, transfer("all", buyer, hold, 50))
		mustVerify(t, db)
	})
}

func TestTransfersAreNeverChanged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		for _, statement := range []string{`UPDATE ledger_transfers SET amount = 1`, `DELETE FROM ledger_transfers`} {
			err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Exec(ctx, statement)
				return err
			})
			if err == nil {
				t.Errorf("%s was accepted", statement)
			}
		}
	})
}

func TestTheDatabaseKeepsTheFloor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE ledger_accounts SET debits_posted = 101 WHERE name = $1`, string(buyer))
			return err
		})
		if !store.IsCheck(err, "ledger_accounts_floor") {
			t.Errorf("overdraft past the rules: %v", err)
		}
	})
}

func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE name = $1`, string(buyer))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		report, err := books.Verify(t.Context(), db)
		if err != nil || report.OK() {
			t.Errorf("a cent out of nothing was not found: %+v, %v", report, err)
		}
	})
}

// Many goroutines move money between few accounts, in both directions, with
// roll-ups in between; afterwards every cent is where the books say.
func TestConcurrentTransfers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const workers, moves = 8, 40
		accounts := make([]ledger.Account, 5)
		for i := range accounts {
			accounts[i] = ledger.OwnerCredits(fmt.Sprint(i))
			mustPost(t, db, transfer(fmt.Sprint("top", i), clearing, accounts[i], 300))
		}
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(uint64(w), 7))
				for m := range moves {
					order := random.Perm(len(accounts))
					amount := city.Cents(random.IntN(200) + 1)
					err := post(t.Context(), db,
						transfer(fmt.Sprint(w, "/", m, "/a"), accounts[order[0]], accounts[order[1]], amount),
						transfer(fmt.Sprint(w, "/", m, "/f"), accounts[order[2]], ledger.PlatformFees, 1))
					var short *ledger.ShortfallError
					if err != nil && !errors.As(err, &short) {
						t.Error(err)
					}
					if m%10 == 9 {
						if err := books.RollUp(t.Context(), db); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		var total city.Cents
		for _, a := range accounts {
			total += net(t, db, a)
		}
		if fees := net(t, db, ledger.PlatformFees); total+fees != 1500 {
			t.Errorf("accounts %s and fees %s: a cent was lost or made", total, fees)
		}
		mustVerify(t, db)
	})
}

func TestStatementPagesNewestFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("t0", clearing, buyer, 100))
		for i := range 5 {
			mustPost(t, db, transfer(fmt.Sprint("h", i), buyer, hold, 1), transfer(fmt.Sprint("b", i), hold, buyer, 1))
		}
		var ids []string
		before := int64(0)
		for {
			page, err := books.Statement(t.Context(), db.Read(), buyer, before, 4)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				ids = append(ids, r.ID)
				before = r.Seq
			}
			if len(page) < 4 {
				break
			}
		}
		if len(ids) != 11 || ids[0] != "b4" || ids[10] != "t0" {
			t.Errorf("statement: %v", ids)
		}
	})
}
