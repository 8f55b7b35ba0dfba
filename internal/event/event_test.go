package event_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func appendOne(t *testing.T, db *store.DB, l *event.Log, subject string, kind event.Type, fail error, topics ...string) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if err := l.Append(ctx, tx, subject, kind, map[string]int{"n": 1}, topics...); err != nil {
			return err
		}
		return fail
	})
	if err != fail { //nolint:errorlint // the very error
		t.Fatal(err)
	}
}

func woken(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestAppendWakesAndLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := event.New(db)
		subject, cancelSubject := l.Subscribe("tsk_1")
		defer cancelSubject()
		topic, cancelTopic := l.Subscribe("tasks/own_1")
		defer cancelTopic()
		appendOne(t, db, l, "tsk_1", "task.lost", context.Canceled, "tasks/own_1")
		if woken(subject) || woken(topic) {
			t.Error("woken by a transaction that rolled back")
		}
		for _, kind := range []event.Type{"task.submitted", "task.assigned"} {
			appendOne(t, db, l, "tsk_1", kind, nil, "tasks/own_1")
			if !woken(subject) || !woken(topic) {
				t.Errorf("%s: nobody was woken", kind)
			}
		}
		appendOne(t, db, l, "tsk_2", "task.submitted", nil)
		events, err := l.List(t.Context(), db.Read(), "tsk_1", 0, 10)
		if err != nil || len(events) != 2 || events[0].Type != "task.submitted" || events[1].Type != "task.assigned" {
			t.Fatalf("events %+v, %v", events, err)
		}
		later, err := l.List(t.Context(), db.Read(), "tsk_1", events[0].Seq, 10)
		if err != nil || len(later) != 1 || later[0].ID != events[1].ID || string(later[0].Data) != `{"n":1}` {
			t.Errorf("after the first: %+v, %v", later, err)
		}
		cancelTopic()
		appendOne(t, db, l, "tsk_1", "task.executing", nil, "tasks/own_1")
		if woken(topic) {
			t.Error("woken after the subscription ended")
		}
	})
}

// Two logs on one database are two nodes.
func TestNodesWakeEachOther(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	here, there := event.New(db), event.New(db)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{}, 2)
	for _, node := range []*event.Log{here, there} {
		go func() {
			node.Run(ctx, slog.New(slog.DiscardHandler))
			done <- struct{}{}
		}()
	}
	wake, cancel := there.Subscribe("work/agt_1")
	defer cancel()
	<-wake // the listener has connected: everybody looks again
	for range 3 {
		appendOne(t, db, here, "tsk_1", "task.assigned", nil, "work/agt_1")
		<-wake
	}
	stop()
	<-done
	<-done
}

func TestMemoForgetsOnWake(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		l := event.New(db)
		m := event.NewMemo[string](l, time.Hour)
		remember := func(during func()) {
			load := m.Begin()
			defer load.End()
			during()
			load.Keep("key", "agt_1", "answer")
		}
		if _, ok := m.Look("key"); ok {
			t.Error("an empty memo remembers")
		}
		remember(func() {})
		if v, ok := m.Look("key"); !ok || v != "answer" {
			t.Errorf("remembered %q, %t", v, ok)
		}
		appendOne(t, db, l, "agt_2", "agent.updated", nil)
		if _, ok := m.Look("key"); !ok {
			t.Error("forgotten by the wake of another topic")
		}
		load := m.Begin()
		load.Keep("another", "agt_1", "answer")
		load.End()
		for _, key := range []string{"key", "another"} {
			if _, ok := m.Look(key); !ok {
				t.Errorf("%s was forgotten for another key of its topic", key)
			}
		}
		appendOne(t, db, l, "agt_1", "agent.key_rotated", nil)
		for _, key := range []string{"key", "another"} {
			if _, ok := m.Look(key); ok {
				t.Errorf("%s is remembered after its topic woke", key)
			}
		}
		remember(func() { appendOne(t, db, l, "agt_1", "agent.key_rotated", nil) })
		if _, ok := m.Look("key"); ok {
			t.Error("what was read before the wake was kept after it")
		}
		remember(func() {})
		clock.Advance(time.Hour)
		if _, ok := m.Look("key"); ok {
			t.Error("remembered for longer than told")
		}
	})
}
