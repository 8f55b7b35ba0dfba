package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

type work struct {
	Name string `json:"name"`
}

func (work) Kind() string { return "test_work" }

// running is a queue whose handler says what it was given, and answers with what
// answer says.
func running(t *testing.T, db *store.DB, answer func(n jobs.Attempt) error, opts ...jobs.HandleOption) (*jobs.Queue, <-chan string) {
	t.Helper()
	queue, ran := jobs.New(db, slog.New(slog.DiscardHandler)), make(chan string, 10)
	jobs.Handle(queue, func(_ context.Context, w work, n jobs.Attempt) error {
		ran <- fmt.Sprintf("%s %d/%d", w.Name, n.Number, n.Max)
		return answer(n)
	}, opts...)
	if err := queue.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = queue.Stop(context.WithoutCancel(t.Context())) })
	return queue, ran
}

// enqueue adds a job in a transaction that ends with an error, or without.
func enqueue(t *testing.T, db *store.DB, queue *jobs.Queue, name string, end error, opts ...jobs.Option) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if err := queue.Enqueue(ctx, tx, work{Name: name}, opts...); err != nil {
			return err
		}
		return end
	})
	if !errors.Is(err, end) {
		t.Fatal(err)
	}
}

// states are those of the jobs that there are, in order.
func states(t *testing.T, db *store.DB) []string {
	t.Helper()
	found, err := store.Texts(t.Context(), db.Read(), `SELECT CAST(state AS TEXT) FROM river_job WHERE kind = 'test_work' ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAJobIsPartOfItsTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		queue, ran := running(t, db, func(jobs.Attempt) error { return nil })
		enqueue(t, db, queue, "taken back", errors.New("rolled back"))
		enqueue(t, db, queue, "kept", nil, jobs.MaxAttempts(3))
		if got := <-ran; got != "kept 1/3" {
			t.Errorf("ran %q", got)
		}
		if err := queue.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := states(t, db); !slices.Equal(got, []string{"completed"}) {
			t.Errorf("jobs are %q, want the kept one alone", got)
		}
	})
}

func TestAFailedJobRunsAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		again := jobs.RetryAfter(func(jobs.Attempt) time.Duration { return 0 })
		queue, ran := running(t, db, func(n jobs.Attempt) error {
			if n.Number == 1 {
				return errors.New("not now")
			}
			return nil
		}, again)
		enqueue(t, db, queue, "flaky", nil)
		for _, want := range []string{"flaky 1/25", "flaky 2/25"} {
			if got := <-ran; got != want {
				t.Errorf("ran %q, want %q", got, want)
			}
		}
	})
}

func TestACancelledJobIsOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		queue, ran := running(t, db, func(jobs.Attempt) error { return jobs.Cancel(errors.New("never")) })
		enqueue(t, db, queue, "hopeless", nil)
		<-ran
		if err := queue.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := states(t, db); !slices.Equal(got, []string{"cancelled"}) {
			t.Errorf("the job is %q", got)
		}
	})
}

// A job for later waits, whoever runs meanwhile.
func TestADelayedJobWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		queue, ran := running(t, db, func(jobs.Attempt) error { return nil })
		enqueue(t, db, queue, "later", nil, jobs.At(time.Now().Add(time.Hour)))
		enqueue(t, db, queue, "now", nil)
		if got := <-ran; got != "now 1/25" {
			t.Errorf("ran %q", got)
		}
		if err := queue.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := states(t, db); !slices.Equal(got, []string{"scheduled", "completed"}) {
			t.Errorf("jobs are %q", got)
		}
	})
}

// A job that nobody writes down must not pass for one that will run.
func TestAForeignTransactionIsRefused(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	queue, _ := running(t, db, func(jobs.Attempt) error { return nil })
	err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		return queue.Enqueue(ctx, struct{ store.Tx }{tx}, work{Name: "lost"})
	})
	if err == nil {
		t.Error("a job was enqueued in a transaction that the queue does not know")
	}
}

// The workers are set when the queue is first used: a handler that came later
// would never be asked.
func TestAHandlerThatComesTooLatePanics(t *testing.T) {
	t.Parallel()
	queue, _ := running(t, storetest.SQLite(t), func(jobs.Attempt) error { return nil })
	defer func() {
		if recover() == nil {
			t.Error("the handler was taken")
		}
	}()
	jobs.Handle(queue, func(context.Context, late, jobs.Attempt) error { return nil })
}

type late struct{}

func (late) Kind() string { return "test_late" }
