package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func closing(pending, id string) ledger.Closing {
	return ledger.Closing{Pending: pending, ID: id, Kind: "closing"}
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
		mustPost(t, db, transfer("max", clearing, buyer, ledger.MaxAmount))
		// Each of these sums would wrap an int64 somewhere if it were let in.
		for _, amount := range []city.Cents{ledger.MaxAmount + 1, math.MaxInt64 - 1, math.MaxInt64} {
			if err := post(t.Context(), db, transfer("a", clearing, buyer, amount), transfer("b", clearing, buyer, amount)); err == nil {
				t.Errorf("%d twice was accepted", amount)
			}
		}
		if got := net(t, db, buyer); got != ledger.MaxAmount {
			t.Errorf("balance %d", got)
		}
		mustVerify(t, db)
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
			return in(func(ctx context.Context, tx store.Tx) error {
				return books.Capture(ctx, tx, closing(pending, id), amount)
			})
		}
		void := func(pending, id string) error {
			return in(func(ctx context.Context, tx store.Tx) error { return books.Void(ctx, tx, closing(pending, id)) })
		}
		if err := reserve("p1", 70); err != nil {
			t.Fatal(err)
		}
		if err := in(func(ctx context.Context, tx store.Tx) error {
			return books.Reserve(ctx, tx, transfer("hot", buyer, clearing, 1))
		}); err == nil {
			t.Error("a hot account, whose pending sums nobody keeps, took a pending transfer")
		}
		var short *ledger.ShortfallError
		if err := reserve("p2", 31); !errors.As(err, &short) || short.Available != 30 {
			t.Errorf("reserving what is set aside: %v", err)
		}
		mustVerify(t, db)
		var conflict *ledger.ConflictError
		if err := post(t.Context(), db, transfer("p1", buyer, transit, 70)); !errors.As(err, &conflict) {
			t.Errorf("posting under the id of a pending transfer: %v", err)
		}
		if err := reserve("top", 100); !errors.As(err, &conflict) {
			t.Errorf("reserving under the id of a posted transfer: %v", err)
		}
		if err := capture("p1", "c1", 71); !errors.Is(err, ledger.ErrTooMuch) {
			t.Errorf("capturing too much: %v", err)
		}
		if err := errors.Join(capture("p1", "c1", 50), capture("p1", "c1", 50)); err != nil {
			t.Errorf("capture and its repeat: %v", err)
		}
		if err := capture("p1", "c1", 49); !errors.As(err, &conflict) {
			t.Errorf("the same capture of another amount: %v", err)
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
		statements := []string{`UPDATE ledger_transfers SET amount = 1`, `DELETE FROM ledger_transfers`}
		if db.Dialect() == store.Postgres {
			statements = append(statements, `TRUNCATE ledger_transfers`)
		} else {
			statements = append(statements, `INSERT OR REPLACE INTO ledger_transfers SELECT * FROM ledger_transfers`)
		}
		for _, statement := range statements {
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
		if !storetest.IsCheck(err, "ledger_accounts_floor") {
			t.Errorf("overdraft past the rules: %v", err)
		}
	})
}

func TestHeldForCountsOpenHoldsOfTheOwnerOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		other := ledger.OwnerCredits("own_c")
		mustPost(t, db, transfer("top", clearing, buyer, 1000), transfer("top2", clearing, other, 1000))
		mustPost(t, db, transfer("h1", buyer, hold, 300), transfer("h2", buyer, ledger.TaskHold("tsk_2"), 200),
			transfer("h3", other, ledger.TaskHold("tsk_3"), 70))
		mustPost(t, db, transfer("e1", hold, escrow, 250), transfer("r1", hold, buyer, 50))
		for owner, want := range map[string]city.Cents{"own_b": 200, "own_c": 70, "own_d": 0, "": 0} {
			if got, err := books.HeldFor(t.Context(), db.Read(), owner); err != nil || got != want {
				t.Errorf("held for %q: %s, %v, want %s", owner, got, err, want)
			}
		}
	})
}

func TestBalancesNameEveryAccountAskedFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 1000))
		got, err := books.Balances(t.Context(), db.Read(), buyer, clearing, escrow)
		if err != nil {
			t.Fatal(err)
		}
		want := map[ledger.Account]ledger.Balance{buyer: {CreditsPosted: 1000}, clearing: {DebitsPosted: 1000}, escrow: {}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLongBatch(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const count = 5000
		batch := make([]ledger.Transfer, count)
		for i := range batch {
			batch[i] = transfer(fmt.Sprint("t", i), clearing, buyer, ledger.MaxAmount)
		}
		mustPost(t, db, batch...)
		mustPost(t, db, batch[:count/2]...)
		if got := net(t, db, buyer); got != count*ledger.MaxAmount {
			t.Errorf("balance %s", got)
		}
		if err := post(t.Context(), db, append(batch, transfer("more", clearing, buyer, 1))...); err == nil {
			t.Error("a batch whose sum may wrap was accepted")
		}
		mustVerify(t, db)
	})
}

// Many transfers at once keep the rules that single ones keep, with accounts
// that are there and accounts that are new.
func TestManyTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		owner := func(i int) ledger.Account { return ledger.OwnerCredits(fmt.Sprintf("own_%03d", i)) }
		const n = 60
		var seed, onward []ledger.Transfer
		for i := range n {
			seed = append(seed, transfer(fmt.Sprintf("seed%d", i), clearing, owner(i), 10))
			// Half of what each has goes to the next; the last is new.
			onward = append(onward, transfer(fmt.Sprintf("on%d", i), owner(i), owner(i+1), 5))
		}
		mustPost(t, db, seed...)
		for range 2 { // a repeat moves nothing
			mustPost(t, db, onward...)
		}
		for i, want := range map[int]city.Cents{0: 5, 1: 10, n - 1: 10, n: 5} {
			if b, err := books.BalanceOf(t.Context(), db.Read(), owner(i)); err != nil || b.Available() != want {
				t.Errorf("%s: %v, %v; want %s", owner(i), b, err, want)
			}
		}
		short := slices.Clone(onward)
		for i := range short {
			short[i].ID = "short" + short[i].ID
		}
		short[0].Amount = 6
		err := post(t.Context(), db, short...)
		if s, ok := errors.AsType[*ledger.ShortfallError](err); !ok || s.Account != owner(0) || s.Required != 6 || s.Available != 5 {
			t.Errorf("one cent too much among many: %v", err)
		}
		short[0] = transfer("nobody", owner(999), owner(0), 1)
		err = post(t.Context(), db, short...)
		if s, ok := errors.AsType[*ledger.ShortfallError](err); !ok || s.Account != owner(999) || s.Available != 0 {
			t.Errorf("from an account that is not there: %v", err)
		}
		if report, err := books.Verify(t.Context(), db); err != nil || !report.OK() {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

// A transfer belongs to something.
func TestTransferNeedsARef(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		nobodys := transfer("x", clearing, buyer, 1)
		nobodys.Ref = ""
		if err := post(t.Context(), db, nobodys); err == nil {
			t.Error("a transfer that belongs to nothing was posted")
		}
	})
}
