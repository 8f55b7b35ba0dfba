package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

const (
	accounts = 1_600 // that transfers go between, a hundred for each worker
	young    = 2_000 // transfers of the young ledger
	batch    = 100   // transfers in one commit, where callers may be batched
	beside   = 20    // pages of the deep statement to each look at its first
	turns    = 5     // of each side of a comparison
)

// books is a ledger of its own, without the city around it.
type books struct {
	*ledger.Ledger
	db   *store.DB
	next atomic.Int64
	// toPopular counts the transfers to the popular account.
	toPopular int
}

// sizes are the transfers at which the ledger is measured, up to the one that
// was asked for.
func sizes(grown int) []int {
	if grown > 100_000 {
		return []int{100_000, grown}
	}
	return []int{grown}
}

// measureLedger posts transfers on a young and on a grown ledger. What is compared
// is measured in turns, because a machine's disk is not always as fast.
func measureLedger(ctx context.Context, s settings, e engine, grown int) ([]measurement, error) {
	s.seconds /= turns
	bare := func() (float64, error) { return bareCommits(ctx, s, e) }
	fresh := func() (float64, error) { return youngPosts(ctx, s, e) }
	single, commits, err := compared(fresh, bare)
	if err != nil {
		return nil, err
	}
	lines := []measurement{againstCommits(e.name+": ledger transfers, one to a commit, 16 at once", single, commits, 0.7)}
	b, closing, err := openBooks(ctx, s, e)
	if err != nil {
		return nil, err
	}
	defer closing()
	for i, size := range sizes(grown) {
		if err := b.fill(ctx, size); err != nil {
			return nil, err
		}
		later, single, err := compared(func() (float64, error) { return b.posts(ctx, s, 1) }, fresh)
		if err != nil {
			return nil, err
		}
		lines = append(lines, measurement{
			what: fmt.Sprintf("%s: ledger transfers, one to a commit, 16 at once, after %d others", e.name, size), got: fmt.Sprintf("%.0f/s", later),
			limit: fmt.Sprintf("%.0f/s with %d", single, young), ratio: later / single, aim: "≥ 0.85", met: later/single >= 0.85,
		})
		if i > 0 {
			continue
		}
		batched, commits, err := compared(func() (float64, error) { return b.posts(ctx, s, batch) }, bare)
		if err != nil {
			return nil, err
		}
		lines = append(lines, againstCommits(fmt.Sprintf("%s: ledger transfers, %d to a commit, 16 at once", e.name, batch), batched, commits, 5))
	}
	first, deep, err := b.statement(ctx)
	if err != nil {
		return nil, err
	}
	return append(lines, measurement{
		what: fmt.Sprintf("%s: statement page of an account with %d transfers, p95", e.name, grown/2), got: deep.Round(time.Microsecond).String(),
		limit: first.Round(time.Microsecond).String() + " for its first page", ratio: deep.Seconds() / first.Seconds(), aim: "≤ 1.3", met: deep.Seconds()/first.Seconds() <= 1.3,
	}), nil
}

func againstCommits(what string, got, commits, aim float64) measurement {
	return measurement{
		what: what, got: fmt.Sprintf("%.0f/s", got), limit: fmt.Sprintf("%.0f durable commits/s, 16 at once", commits),
		ratio: got / commits, aim: fmt.Sprintf("≥ %g", aim), met: got/commits >= aim,
	}
}

// compared measures two rates in turns and returns their means.
func compared(one, other func() (float64, error)) (a, b float64, err error) {
	for range turns {
		for _, side := range []struct {
			measure func() (float64, error)
			mean    *float64
		}{{other, &b}, {one, &a}} {
			got, err := side.measure()
			if err != nil {
				return 0, 0, err
			}
			*side.mean += got / turns
		}
	}
	return a, b, nil
}

// youngPosts is how many transfers are posted a second on a new ledger, one to a
// commit.
func youngPosts(ctx context.Context, s settings, e engine) (float64, error) {
	b, closing, err := openBooks(ctx, s, e)
	if err != nil {
		return 0, err
	}
	defer closing()
	if err := b.fill(ctx, young); err != nil {
		return 0, err
	}
	return b.posts(ctx, s, 1)
}

func openBooks(ctx context.Context, s settings, e engine) (*books, func(), error) {
	dir, err := os.MkdirTemp(s.dir, "books-")
	if err != nil {
		return nil, nil, err
	}
	opts := store.Options{Path: filepath.Join(dir, "books.db"), MaxConns: 40}
	drop := func() { _ = os.RemoveAll(dir) }
	if e.url != "" {
		if opts.URL, drop, err = freshDatabase(ctx, e.url); err != nil {
			return nil, nil, err
		}
	}
	db, err := store.Open(ctx, opts)
	if err != nil {
		return nil, nil, err
	}
	closing := func() { _ = db.Close(); drop() }
	if err := db.Migrate(ctx); err != nil {
		closing()
		return nil, nil, err
	}
	return &books{Ledger: ledger.New(), db: db}, closing, nil
}

// transfer is the next one: money that an owner has goes to another.
func (b *books) transfer(from, to ledger.Account) ledger.Transfer {
	id := "b/" + strconv.FormatInt(b.next.Add(1), 10)
	return ledger.Transfer{ID: id, Debit: from, Credit: to, Amount: 1, Kind: "bench", Ref: id}
}

func account(n int64) ledger.Account {
	return ledger.OwnerCredits("own_" + strconv.FormatInt(n%accounts, 10))
}

// popular is the account whose statement is long.
var popular = ledger.OwnerCredits("own_popular")

// fill gives every account money and posts transfers until there are size of
// them, half of them to the popular account.
func (b *books) fill(ctx context.Context, size int) error {
	const chunk = 2_000
	together := make([]ledger.Transfer, 0, chunk)
	post := func(t ledger.Transfer, last bool) error {
		if together = append(together, t); len(together) < chunk && !last {
			return nil
		}
		err := b.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return b.Post(ctx, tx, together...) })
		together = together[:0]
		return err
	}
	for i := range accounts {
		t := b.transfer(ledger.PaymentClearing("bench"), account(int64(i)))
		t.Amount = 1_000_000
		if err := post(t, i == accounts-1); err != nil {
			return err
		}
	}
	for i, more := int64(0), true; more; i++ {
		to := account(i + 1)
		if b.toPopular < size/2 && i%2 == 0 {
			to = popular
			b.toPopular++
		}
		more = b.toPopular < size/2 || b.next.Load() < int64(size)
		if err := post(b.transfer(account(i), to), !more); err != nil {
			return err
		}
	}
	return b.RollUp(ctx, b.db)
}

// posts is how many transfers are posted a second, so many to a commit.
func (b *books) posts(ctx context.Context, s settings, together int) (float64, error) {
	commits, err := rate(ctx, s.workers, s.seconds, func(ctx context.Context, w int) error {
		transfers := make([]ledger.Transfer, together)
		for i := range transfers {
			// Each worker has accounts of its own, since they are a multiple of the workers: what is measured is the ledger, not a queue for a row.
			n := b.next.Load()*int64(s.workers) + int64(w)
			transfers[i] = b.transfer(account(n), account(n+int64(s.workers)))
		}
		return b.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return b.Post(ctx, tx, transfers...) })
	})
	return commits * float64(together), err
}

// statement times the first page of the popular account's statement, and the
// slowest but for five of a hundred of its later ones.
func (b *books) statement(ctx context.Context) (first, deep time.Duration, err error) {
	page := func(cursor string) (string, time.Duration, error) {
		began := time.Now()
		p, err := b.Statement(ctx, b.db.Read(), []ledger.Account{popular}, cursor, 50)
		return p.Next, time.Since(began), err
	}
	var firsts, later []time.Duration
	for cursor := ""; ; {
		if len(later)%beside == 0 { // in turns: neither side has the quieter seconds
			_, took, err := page("")
			if err != nil {
				return 0, 0, err
			}
			firsts = append(firsts, took)
		}
		next, took, err := page(cursor)
		if err != nil {
			return 0, 0, err
		}
		later = append(later, took)
		if cursor = next; cursor == "" {
			return p95(firsts), p95(later), nil
		}
	}
}

func p95(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)*95/100]
}
