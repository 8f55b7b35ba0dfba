package event_test

import (
	"context"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestFollowLooksAfterEachWake(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l, looks := event.New(db), 0
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // a lost wake ends there
		defer stop()
		l.Follow(ctx, "tsk_1", time.Hour, func() bool {
			if looks++; looks < 3 {
				appendOne(t, db, l, "tsk_1", "task.assigned", nil)
			}
			return looks == 3
		})
		if looks != 3 {
			t.Errorf("looked %d times", looks)
		}
	})
}

func TestFollowLooksUnwokenAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l, looks := event.New(storetest.SQLite(t)), 0
	ctx, stop := context.WithCancel(t.Context())
	l.Follow(ctx, "tsk_1", time.Millisecond, func() bool {
		if looks++; looks == 3 {
			stop()
		}
		return false
	})
	if looks < 3 {
		t.Errorf("looked %d times without a wake", looks)
	}
}

func TestParseSeq(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]int64{"": 0, "0": 0, "12": 12, "9223372036854775807": 1<<63 - 1} {
		if got, err := event.ParseSeq("after", id); got != want || err != nil {
			t.Errorf("%q: %d, %v", id, got, err)
		}
	}
	for _, id := range []string{"x", "-1", "1.5", "9223372036854775808"} {
		if _, err := event.ParseSeq("after", id); city.CodeOf(err) != city.CodeValidation {
			t.Errorf("%q: %v", id, err)
		}
	}
}
