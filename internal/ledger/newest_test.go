package ledger_test

import (
	"fmt"
	"slices"
	"testing"

	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// What is asked of many purses at once is what each of them says.
func TestNewestOfManyPurses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var purses [][]ledger.Account
		for i := range 100 { // as many agents as an owner may have
			id := fmt.Sprintf("agt_%d", i)
			purses = append(purses, []ledger.Account{ledger.AgentEscrow(id), ledger.AgentAvailable(id)})
		}
		newest := func(limit int) []ledger.PurseLine {
			lines, err := books.Newest(t.Context(), db.Read(), purses, limit)
			if err != nil {
				t.Fatal(err)
			}
			return lines
		}
		if got := newest(20); len(got) != 0 {
			t.Errorf("of an empty ledger: %+v", got)
		}
		for n := range 40 {
			if n == 25 {
				skipTo(t, db, 4*stretch)
			}
			purse := purses[n%7*3]
			mustPost(t, db, transfer(fmt.Sprintf("earn %d", n), clearing, purse[0], 100),
				transfer(fmt.Sprintf("release %d", n), purse[0], purse[1], 60),
				transfer(fmt.Sprintf("paid %d", n), purse[1], clearing, 10))
		}
		mustPost(t, db, transfer("between", purses[0][1], purses[3][0], 5))
		for _, limit := range []int{1, 2, 20, 1000} {
			var want []ledger.PurseLine
			for i, purse := range purses {
				page, err := books.Statement(t.Context(), db.Read(), purse, "", 200)
				if err != nil {
					t.Fatal(err)
				}
				for _, line := range page.Lines {
					want = append(want, ledger.PurseLine{Line: line, Purse: i})
				}
			}
			slices.SortFunc(want, func(a, b ledger.PurseLine) int {
				if a.Seq != b.Seq {
					return int(b.Seq - a.Seq)
				}
				return a.Purse - b.Purse
			})
			want = want[:min(len(want), limit+1)] // the newest transfer is of two purses
			if got := newest(limit); !slices.Equal(got, want) {
				t.Errorf("the newest %d: %+v\nwant %+v", limit, got, want)
			}
		}
	})
}
