package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// lineOf is what a test compares of a line.
type lineOf struct {
	Seq             int64
	ID              string
	Change, Balance city.Cents
}

func extracted(t *testing.T, e *ledger.Extract, each func(n int)) []lineOf {
	t.Helper()
	var got []lineOf
	err := e.Lines(t.Context(), func(l ledger.Line) error {
		got = append(got, lineOf{l.Seq, l.ID, l.Change, l.Balance})
		each(len(got))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// An extract has every line of the accounts and the time asked for, in order: those
// that the chain holds, in whatever stretch, those that it does not hold yet, and
// those that come while it is read.
func TestExtract(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		purse, other := []ledger.Account{buyer, hold}, ledger.Account("owner/own_2/credits")
		n := 0
		post := func(count int) {
			batch := make([]ledger.Transfer, count)
			for i := range batch {
				batch[i] = transfer(fmt.Sprintf("t%d", n), clearing, buyer, 10)
				switch n % 5 {
				case 1:
					batch[i].Credit = hold
				case 2:
					batch[i].Debit, batch[i].Credit, batch[i].Amount = buyer, hold, 2 // moves inside
				case 3:
					batch[i].Credit = other
				case 4:
					batch[i].Debit, batch[i].Credit, batch[i].Amount = buyer, other, 3
				}
				n++
			}
			mustPost(t, db, batch...)
		}
		post(7)
		clock.Advance(time.Hour)
		from := clock.Now()
		post(5000)
		for _, seq := range []int64{stretch - 3, 2 * stretch, 6*stretch - 1} {
			skipTo(t, db, seq)
			post(11)
		}
		chain(t, db)
		post(4)
		clock.Advance(time.Hour)
		to := clock.Now()
		post(3)

		begin := func(to time.Time) *ledger.Extract {
			e, err := books.Extract(t.Context(), db, purse, from, to)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		want, err := books.Between(t.Context(), db.Read(), purse, from, to)
		if err != nil || len(want.Lines) < 4000 {
			t.Fatalf("%d lines, %v", len(want.Lines), err)
		}
		var lines []lineOf
		for _, l := range want.Lines {
			lines = append(lines, lineOf{l.Seq, l.ID, l.Change, l.Balance})
		}
		e := begin(to)
		if diff := cmp.Diff(lines, extracted(t, e, func(int) {})); diff != "" {
			t.Error(diff)
		}
		if e.Opening != want.Opening || e.Closing != want.Closing || e.UpTo != lines[len(lines)-1].Seq {
			t.Errorf("%s to %s, up to %d; want %s to %s, up to %d", e.Opening, e.Closing, e.UpTo, want.Opening, want.Closing, lines[len(lines)-1].Seq)
		}
		// What comes while it is read is in it: also when the chain has moved on.
		later := clock.Now().Add(time.Hour)
		e = begin(later)
		got := extracted(t, e, func(line int) {
			if line == 1 || line == 3000 {
				post(5)
				chain(t, db)
			}
		})
		whole, err := books.Between(t.Context(), db.Read(), purse, from, later)
		if err != nil || len(got) != len(whole.Lines) || e.Closing != whole.Closing || e.UpTo != whole.Lines[len(whole.Lines)-1].Seq {
			t.Errorf("%d lines to %s, up to %d, of %d to %s, %v", len(got), e.Closing, e.UpTo, len(whole.Lines), whole.Closing, err)
		}
		stop := errors.New("the reader is gone")
		if err := begin(to).Lines(t.Context(), func(ledger.Line) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("a reader that stops: %v", err)
		}
	})
}

// More than a statement shows, none of it linked yet.
func TestExtractOfManyLines(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes as many transfers as a period shows")
	}
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		from, n := clock.Now(), 0
		for n <= ledger.MaxPeriod {
			batch := make([]ledger.Transfer, 5000)
			for i := range batch {
				batch[i] = transfer(fmt.Sprintf("t%d", n), clearing, buyer, 1)
				n++
			}
			mustPost(t, db, batch...)
		}
		e, err := books.Extract(t.Context(), db, []ledger.Account{buyer}, from, from.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		got := extracted(t, e, func(int) {})
		if last := got[len(got)-1]; len(got) != n || int(last.Balance) != n || e.Closing != last.Balance || e.UpTo != last.Seq {
			t.Errorf("%d lines up to %+v of %d, closing %s, up to %d", len(got), last, n, e.Closing, e.UpTo)
		}
	})
}

func chain(t *testing.T, db *store.DB) {
	t.Helper()
	if err := books.Chain(t.Context(), db); err != nil {
		t.Fatal(err)
	}
}
