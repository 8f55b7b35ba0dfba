package archive

import (
	"context"
	"testing"
	"testing/synctest"

	"aicity.dev/aicity/internal/city"
)

// However many uploads one owner sends, another owner's is checked next to the
// first of them.
func TestEachOwnerHasOneTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns()
		enter := func(id string) *owner {
			t.Helper()
			o, leave, err := turns.enter(id)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(leave)
			return o
		}
		take := func(o *owner) <-chan func() {
			got := make(chan func(), 1)
			go func() {
				done, err := turns.take(t.Context(), o)
				if err != nil {
					t.Error(err)
				}
				got <- done
			}()
			synctest.Wait()
			return got
		}
		first, second := take(enter("own_1")), take(enter("own_1"))
		if len(first) != 1 || len(second) != 0 {
			t.Fatalf("of one owner's uploads %d and %d have their turn", len(first), len(second))
		}
		other := take(enter("own_2"))
		if len(other) != 1 {
			t.Fatal("another owner's upload waits for the first one's")
		}
		third := take(enter("own_3"))
		if len(third) != 0 {
			t.Fatal("more are checked at once than may be")
		}
		(<-first)()
		synctest.Wait()
		if len(third) != 1 || len(second) != 0 {
			t.Fatal("who was first passes a place over to themselves")
		}
		(<-other)()
		synctest.Wait()
		if len(second) != 1 {
			t.Fatal("the second upload never has its turn")
		}
		(<-second)()
		(<-third)()
	})
}

func TestUploadsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	turns := newTurns()
	var leaves []func()
	for range uploadsAtOnce {
		_, leave, err := turns.enter("own_1")
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	if _, _, err := turns.enter("own_1"); city.CodeOf(err) != city.CodeRateLimited {
		t.Errorf("one too many: %v", err)
	}
	o, leave, err := turns.enter("own_2")
	if err != nil {
		t.Errorf("another owner: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	done, err := turns.take(gone, o)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := turns.take(gone, o); err == nil {
		t.Error("who hung up has a turn")
	}
	done()
	for _, leave := range append(leaves, leave) {
		leave()
	}
	if len(turns.owners) != 0 || len(turns.slots) != 0 {
		t.Errorf("left: %d owners, %d turns", len(turns.owners), len(turns.slots))
	}
}
