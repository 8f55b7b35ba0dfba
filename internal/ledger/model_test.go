package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// model is the ledger's rules in a few lines: what is posted and what is set
// aside in each account, and the pending transfers that are open.
type model struct {
	posted, aside map[ledger.Account]city.Cents
	open          map[string]ledger.Transfer
	done          []ledger.Transfer // to repeat
}

func (m *model) available(a ledger.Account) city.Cents { return m.posted[a] - m.aside[a] }

func (m *model) move(t ledger.Transfer, amount city.Cents) {
	m.posted[t.Debit] -= amount
	m.posted[t.Credit] += amount
}

// Random sequences of legal and illegal calls end as the model says.
func TestAgainstModel(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			drive(t.Context(), rt, db, fmt.Sprint("run", run, "/"))
		})
		mustVerify(t, db)
	})
}

func drive(ctx context.Context, rt *rapid.T, db *store.DB, prefix string) {
	m := model{posted: map[ledger.Account]city.Cents{}, aside: map[ledger.Account]city.Cents{}, open: map[string]ledger.Transfer{}}
	source := ledger.PaymentClearing(prefix)
	accounts := []ledger.Account{ledger.OwnerCredits(prefix + "a"), ledger.TaskHold(prefix + "b"), ledger.AgentEscrow(prefix + "c")}
	serial := 0
	next := func() string {
		serial++
		return fmt.Sprint(prefix, serial)
	}
	draw := func(rt *rapid.T, from []ledger.Account) ledger.Transfer {
		pick := rapid.SampledFrom(from)
		return transfer(next(), pick.Draw(rt, "debit"), pick.Draw(rt, "credit"), city.Cents(rapid.Int64Range(-1, 60).Draw(rt, "amount")))
	}
	sane := func(x ledger.Transfer) bool { return x.Amount > 0 && x.Debit != x.Credit }
	inTx := func(f func(ctx context.Context, tx store.Tx) error) error { return db.InTx(ctx, f) }

	rt.Repeat(map[string]func(*rapid.T){
		"post": func(rt *rapid.T) {
			x := draw(rt, append([]ledger.Account{source}, accounts...))
			legal := sane(x) && (x.Debit == source || m.available(x.Debit) >= x.Amount)
			agree(rt, legal, post(ctx, db, x))
			if legal {
				m.move(x, x.Amount)
				m.done = append(m.done, x)
			}
		},
		"batch": func(rt *rapid.T) {
			// The floor counts at the end of the batch, whatever its order.
			batch := []ledger.Transfer{draw(rt, accounts), draw(rt, accounts), draw(rt, accounts)}
			after, legal := model{posted: map[ledger.Account]city.Cents{}}, true
			for _, x := range batch {
				legal = legal && sane(x)
				after.move(x, x.Amount)
			}
			for _, a := range accounts {
				legal = legal && (after.posted[a] >= 0 || m.available(a)+after.posted[a] >= 0)
			}
			agree(rt, legal, post(ctx, db, batch...))
			if legal {
				for _, x := range batch {
					m.move(x, x.Amount)
				}
			}
		},
		"repeat": func(rt *rapid.T) {
			if len(m.done) == 0 {
				rt.Skip()
			}
			x := rapid.SampledFrom(m.done).Draw(rt, "done")
			agree(rt, true, post(ctx, db, x))
			x.Amount++
			var conflict *ledger.ConflictError
			if err := post(ctx, db, x); !errors.As(err, &conflict) {
				rt.Fatalf("same id, other amount: %v", err)
			}
		},
		"reserve": func(rt *rapid.T) {
			x := draw(rt, accounts)
			legal := sane(x) && m.available(x.Debit) >= x.Amount
			agree(rt, legal, inTx(func(ctx context.Context, tx store.Tx) error { return books.Reserve(ctx, tx, x) }))
			if legal {
				m.aside[x.Debit] += x.Amount
				m.open[x.ID] = x
			}
		},
		"close": func(rt *rapid.T) {
			ids := []string{prefix + "nothing"}
			for i := range serial {
				ids = append(ids, fmt.Sprint(prefix, i+1))
			}
			id := rapid.SampledFrom(ids).Draw(rt, "pending")
			amount := city.Cents(rapid.Int64Range(0, 60).Draw(rt, "amount")) // 0 voids
			x, open := m.open[id]
			legal := open && amount <= x.Amount
			agree(rt, legal, inTx(func(ctx context.Context, tx store.Tx) error {
				if amount == 0 {
					return books.Void(ctx, tx, closing(id, next()))
				}
				return books.Capture(ctx, tx, closing(id, next()), amount)
			}))
			if legal {
				delete(m.open, id)
				m.aside[x.Debit] -= x.Amount
				m.move(x, amount)
			}
		},
		"roll up": func(rt *rapid.T) { agree(rt, true, books.RollUp(ctx, db)) },
		"": func(rt *rapid.T) {
			balances, err := books.Balances(ctx, db.Read(), append([]ledger.Account{source}, accounts...)...)
			agree(rt, true, err)
			for a, b := range balances {
				if b.Net() != m.posted[a] || b.Available() != m.available(a) {
					rt.Fatalf("%s: %s, the model has %s posted and %s available", a, b, m.posted[a], m.available(a))
				}
			}
		},
	})
}

func agree(rt *rapid.T, legal bool, err error) {
	rt.Helper()
	if legal != (err == nil) {
		rt.Fatalf("legal: %v, but the ledger says: %v", legal, err)
	}
}
