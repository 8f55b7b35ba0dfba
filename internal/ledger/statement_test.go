package ledger_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// row is what a statement says about a transfer.
type row struct {
	ID              string
	Change, Balance city.Cents
}

// readAll reads a statement to its end in pages of limit.
func readAll(t *testing.T, db *store.DB, limit int, accounts ...ledger.Account) []row {
	t.Helper()
	var rows []row
	for cursor := ""; ; {
		page, err := books.Statement(t.Context(), db.Read(), accounts, cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range page.Lines {
			rows = append(rows, row{line.ID, line.Change, line.Balance})
		}
		if page.Next == "" {
			return rows
		}
		cursor = page.Next
	}
}

func TestStatement(t *testing.T) {
	t.Parallel()
	available := ledger.AgentAvailable("agt_1")
	cases := []struct {
		name     string
		accounts []ledger.Account
		want     []row
	}{
		{"a buyer", []ledger.Account{buyer}, []row{{"rest", 20, 920}, {"hold", -100, 900}, {"top", 1000, 1000}}},
		{"one side of a wallet", []ledger.Account{escrow}, []row{{"release", -70, 0}, {"earn", 70, 70}}},
		{"a wallet as one purse", []ledger.Account{escrow, available}, []row{{"release", 0, 70}, {"earn", 70, 70}}},
		{"a hot account", []ledger.Account{clearing}, []row{{"top", -1000, -1000}}},
		{"nobody", []ledger.Account{ledger.OwnerCredits("own_x")}, nil},
		{"no account", nil, nil},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 1000))
		mustPost(t, db, transfer("hold", buyer, hold, 100))
		mustPost(t, db, transfer("earn", hold, escrow, 70), transfer("fee", hold, ledger.PlatformFees, 10), transfer("rest", hold, buyer, 20))
		mustPost(t, db, transfer("release", escrow, available, 70))
		for range 2 { // before and after a roll-up
			for _, c := range cases {
				for _, limit := range []int{0, 1, 2, 1000} {
					if diff := cmp.Diff(c.want, readAll(t, db, limit, c.accounts...)); diff != "" {
						t.Errorf("%s by %d:\n%s", c.name, limit, diff)
					}
				}
			}
			if err := books.RollUp(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestStatementShowsWhatIsSetAsideWithoutCountingIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			if err := books.Reserve(ctx, tx, transfer("p1", buyer, hold, 60), transfer("p2", buyer, hold, 5)); err != nil {
				return err
			}
			if err := books.Void(ctx, tx, closing("p2", "v2")); err != nil {
				return err
			}
			return books.Capture(ctx, tx, closing("p1", "c1"), 40)
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []row{{"c1", -40, 60}, {"v2", 0, 100}, {"p2", 0, 100}, {"p1", 0, 100}, {"top", 100, 100}}
		if diff := cmp.Diff(want, readAll(t, db, 2, buyer)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStatementPagesStayPutWhileMoneyMoves(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for i := range 4 {
			mustPost(t, db, transfer(fmt.Sprint("t", i), clearing, buyer, 10))
		}
		first, err := books.Statement(t.Context(), db.Read(), []ledger.Account{buyer}, "", 2)
		if err != nil {
			t.Fatal(err)
		}
		mustPost(t, db, transfer("later", clearing, buyer, 500))
		second, err := books.Statement(t.Context(), db.Read(), []ledger.Account{buyer}, first.Next, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(second.Lines) != 2 || second.Lines[0].ID != "t1" || second.Lines[0].Balance != 20 || second.Next != "" {
			t.Errorf("second page: %+v", second)
		}
	})
}

func TestStatementRefusesForeignCursors(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	for _, cursor := range []string{"x", "1", "1.", ".1", "-1.5", "0.0", "1.2.3", "9223372036854775808.1", "1; DROP TABLE ledger_transfers"} {
		_, err := books.Statement(t.Context(), db.Read(), []ledger.Account{buyer}, cursor, 0)
		if city.CodeOf(err) != city.CodeValidation {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

func TestByRefIsInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100), transfer("hold", buyer, hold, 60))
		other := transfer("other", buyer, hold, 5)
		other.Ref = "another"
		mustPost(t, db, other)
		records, err := books.ByRef(t.Context(), db.Read(), "ref")
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != 2 || records[0].ID != "top" || records[1].ID != "hold" || records[1].Phase != ledger.Posted || records[1].At.IsZero() {
			t.Errorf("records: %+v", records)
		}
	})
}

// Whether or not a transfer's id begins with its ref, the ref finds it once.
func TestByRefFindsEveryID(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mine := []string{"x/earn", "x", "x/fee/2", "x-1", "a", "z/x", "x0", "x1/x"}
		for _, id := range append(slices.Clone(mine), "x/of another") {
			one := transfer(id, clearing, buyer, 1)
			one.Ref = "x"
			if id == "x/of another" {
				one.Ref = "y"
			}
			mustPost(t, db, one)
		}
		records, err := books.ByRef(t.Context(), db.Read(), "x")
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, r := range records {
			found = append(found, r.ID)
		}
		if !slices.Equal(found, mine) {
			t.Errorf("found %q, want %q", found, mine)
		}
	})
}
