package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// call is something that a goroutine asks of the ledger. Calls of other
// goroutines may come between any two, so no model knows beforehand whether one
// passes; but what it answered must be what it did.
type call struct {
	kind      string // post, reserve, capture, void
	transfers []ledger.Transfer
	pending   string // what capture and void close
	amount    city.Cents
}

// drawCalls is one goroutine's part: legal and illegal calls mixed, on accounts
// that all goroutines share, with ids that two of them may use.
func drawCalls(t *rapid.T, prefix string, worker int, accounts []ledger.Account) []call {
	calls := make([]call, rapid.IntRange(3, 8).Draw(t, "calls"))
	for i := range calls {
		id := fmt.Sprintf("%sw%d/%d", prefix, worker, i)
		if rapid.IntRange(0, 4).Draw(t, "shared") == 0 {
			id = fmt.Sprintf("%sshared/%d", prefix, rapid.IntRange(0, 2).Draw(t, "id"))
		}
		c := call{kind: rapid.SampledFrom([]string{"post", "post", "reserve", "capture", "void"}).Draw(t, "kind"), amount: drawAmount(t)}
		closes := rapid.IntRange(0, len(calls)-1).Draw(t, "closes")
		c.pending = fmt.Sprintf("%sw%d/%d/0", prefix, rapid.IntRange(0, workers-1).Draw(t, "of"), closes)
		for part := range rapid.IntRange(1, 3).Draw(t, "parts") {
			pick := rapid.SampledFrom(accounts)
			c.transfers = append(c.transfers, transfer(fmt.Sprintf("%s/%d", id, part), pick.Draw(t, "debit"), pick.Draw(t, "credit"), drawAmount(t)))
		}
		calls[i] = c
	}
	return calls
}

// drawAmount is mostly small, sometimes at an edge of int64 or of what the
// ledger takes.
func drawAmount(t *rapid.T) city.Cents {
	if rapid.IntRange(0, 7).Draw(t, "edge") > 0 {
		return city.Cents(rapid.Int64Range(1, 80).Draw(t, "amount"))
	}
	return rapid.SampledFrom([]city.Cents{
		0, -1, math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1, ledger.MaxAmount, ledger.MaxAmount + 1, 1 << 53, 1 << 32,
	}).Draw(t, "amount")
}

const workers = 6

func (c call) run(ctx context.Context, db *store.DB) error {
	id := c.transfers[0].ID
	return db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		switch c.kind {
		case "reserve":
			return books.Reserve(ctx, tx, c.transfers...)
		case "capture":
			return books.Capture(ctx, tx, closing(c.pending, id), c.amount)
		case "void":
			return books.Void(ctx, tx, closing(c.pending, id))
		default:
			return books.Post(ctx, tx, c.transfers...)
		}
	})
}

// ids are what the call writes when it passes: all of them or none.
func (c call) ids() []string {
	if c.kind == "capture" || c.kind == "void" {
		return []string{c.transfers[0].ID}
	}
	var ids []string
	for _, x := range c.transfers {
		ids = append(ids, x.ID)
	}
	return ids
}

// Many goroutines make random calls, legal and illegal, at once. A call that was
// acknowledged is in the books whole; of one that was refused nothing is there
// that nobody else wrote; and a model that replays the transfers alone comes to
// the balances that the ledger kept, none of them below zero.
func TestManyGoroutinesAgainstModel(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			crowd(t.Context(), rt, db, fmt.Sprint("crowd", run, "/"))
		})
		mustVerify(t, db)
		wantNoDeadlocks(t, db)
	})
}

func crowd(ctx context.Context, rt *rapid.T, db *store.DB, prefix string) {
	accounts := []ledger.Account{ledger.OwnerCredits(prefix + "a"), ledger.TaskHold(prefix + "b"), ledger.AgentEscrow(prefix + "c")}
	source := ledger.PaymentClearing(prefix)
	for i, a := range accounts {
		agree(rt, true, post(ctx, db, transfer(fmt.Sprint(prefix, "seed", i), source, a, 100)))
	}
	parts := make([][]call, workers)
	for w := range parts {
		parts[w] = drawCalls(rt, prefix, w, accounts)
	}
	answers := make([][]error, workers)
	var all sync.WaitGroup
	for w, part := range parts {
		answers[w] = make([]error, len(part))
		all.Go(func() {
			for i, c := range part {
				answers[w][i] = c.run(ctx, db)
			}
		})
	}
	all.Wait()
	written := replay(ctx, rt, db, prefix, append(accounts, source))
	allOrNone(rt, parts, answers, written)
}

// allOrNone compares what each call was told with what is in the books.
func allOrNone(rt *rapid.T, parts [][]call, answers [][]error, written map[string]bool) {
	claimed := map[string]bool{} // by a call that was acknowledged
	for w, part := range parts {
		for i, c := range part {
			if answers[w][i] != nil {
				refusedAsARule(rt, c, answers[w][i])
				continue
			}
			for _, id := range c.ids() {
				claimed[id] = true
				if !written[id] {
					rt.Fatalf("%s was acknowledged, but %s is not in the books", c.kind, id)
				}
			}
		}
	}
	for id := range written {
		if !claimed[id] {
			rt.Fatalf("%s is in the books, and nobody was told so", id)
		}
	}
}

// refusedAsARule fails when a call ended in anything but one of the ledger's rules.
func refusedAsARule(rt *rapid.T, c call, err error) {
	_, short := errors.AsType[*ledger.ShortfallError](err)
	_, conflict := errors.AsType[*ledger.ConflictError](err)
	known := short || conflict || errors.Is(err, ledger.ErrClosed) || errors.Is(err, ledger.ErrNotPending) || errors.Is(err, ledger.ErrTooMuch)
	nonsense := c.kind == "capture" && (c.amount <= 0 || c.amount > ledger.MaxAmount)
	for _, x := range c.transfers {
		nonsense = nonsense || x.Amount <= 0 || x.Amount > ledger.MaxAmount || x.Debit == x.Credit
	}
	if !known && !nonsense {
		rt.Fatalf("%s %v: %v", c.kind, c.transfers, err)
	}
}

// replay is the model: it takes the transfers in their order, keeps the rules by
// itself, compares with the balances of the ledger, and returns which ids were
// written besides the seeds.
func replay(ctx context.Context, rt *rapid.T, db *store.DB, prefix string, accounts []ledger.Account) map[string]bool {
	rows, err := db.Read().Query(ctx, `SELECT id, debit, credit, amount, phase, COALESCE(pending_id, '') FROM ledger_transfers
		WHERE id LIKE $1 ORDER BY seq`, prefix+"%")
	agree(rt, true, err)
	defer func() { _ = rows.Close() }()
	m := model{posted: map[ledger.Account]city.Cents{}, aside: map[ledger.Account]city.Cents{}, open: map[string]ledger.Transfer{}}
	written := map[string]bool{}
	for rows.Next() {
		var x ledger.Transfer
		var phase ledger.Phase
		var pending string
		agree(rt, true, rows.Scan(&x.ID, (*string)(&x.Debit), (*string)(&x.Credit), (*int64)(&x.Amount), (*string)(&phase), &pending))
		if x.Debit != accounts[len(accounts)-1] {
			written[x.ID] = true
		}
		set, open := m.open[pending]
		switch phase {
		case ledger.Pending:
			m.open[x.ID] = x
			m.aside[x.Debit] += x.Amount
			continue
		case ledger.Capture, ledger.Void:
			if !open || x.Amount > set.Amount {
				rt.Fatalf("%s closes %s, which is not open for so much", x.ID, pending)
			}
			delete(m.open, pending)
			m.aside[set.Debit] -= set.Amount
		}
		if phase != ledger.Void {
			m.move(x, x.Amount)
		}
	}
	agree(rt, true, rows.Err())
	balances, err := books.Balances(ctx, db.Read(), accounts...)
	agree(rt, true, err)
	var sum city.Cents
	for a, b := range balances {
		sum += b.Net()
		if b.Net() != m.posted[a] || b.Available() != m.available(a) || !a.Hot() && b.Available() < 0 {
			rt.Fatalf("%s: %s, the model has %s posted and %s available", a, b, m.posted[a], m.available(a))
		}
	}
	if sum != 0 {
		rt.Fatalf("the accounts sum up to %s", sum)
	}
	return written
}

// Amounts anywhere in int64, alone and linked: each is refused, or booked to the
// cent, and never is a part of a batch booked.
func FuzzAmounts(f *testing.F) {
	for _, a := range []int64{0, 1, -1, math.MinInt64, math.MaxInt64, int64(ledger.MaxAmount), int64(ledger.MaxAmount) + 1, math.MaxInt64/2 + 1, 1 << 53} {
		f.Add(a, int64(1), a)
		f.Add(int64(5), a, math.MaxInt64-a)
	}
	engines := []*store.DB{storetest.SQLite(f)}
	if os.Getenv("AICITY_TEST_POSTGRES") != "" {
		engines = append(engines, storetest.Postgres(f))
	}
	run := 0
	f.Fuzz(func(t *testing.T, first, second, captured int64) {
		run++
		for _, db := range engines {
			bookAmounts(t, db, fmt.Sprint("fuzz", run, "/"), first, second, captured)
		}
	})
}

// bookAmounts posts two amounts together, then sets the rest aside and captures
// an amount of it.
func bookAmounts(t *testing.T, db *store.DB, prefix string, first, second, captured int64) {
	t.Helper()
	from, to := ledger.OwnerCredits(prefix+"a"), ledger.TaskHold(prefix+"b")
	mustPost(t, db, transfer(prefix+"seed", clearing, from, 1000))
	sane := func(a int64) bool { return a > 0 && a <= int64(ledger.MaxAmount) }
	legal := sane(first) && sane(second) && first+second <= 1000
	err := post(t.Context(), db, transfer(prefix+"1", from, to, city.Cents(first)), transfer(prefix+"2", from, to, city.Cents(second)))
	left := city.Cents(1000)
	if legal {
		left -= city.Cents(first + second)
	}
	if (err == nil) != legal || net(t, db, from) != left || net(t, db, to) != 1000-left {
		t.Fatalf("%s: %d and %d: %v, %s left of $10.00", db.Dialect(), first, second, err, net(t, db, from))
	}
	if left == 0 {
		return
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if err := books.Reserve(ctx, tx, transfer(prefix+"p", from, to, left)); err != nil {
			return err
		}
		return books.Capture(ctx, tx, closing(prefix+"p", prefix+"c"), city.Cents(captured))
	})
	legal = captured > 0 && captured <= int64(left)
	if legal {
		left -= city.Cents(captured)
	}
	if (err == nil) != legal || net(t, db, from) != left {
		t.Fatalf("%s: capture %d: %v, %s left", db.Dialect(), captured, err, net(t, db, from))
	}
}
