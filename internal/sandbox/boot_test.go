package sandbox_test

import (
	"context"
	"sync/atomic"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/store/storetest"
)

// belated is a stubborn backend that says late that the first sandbox has died.
type belated struct {
	*stubborn
	asked   atomic.Bool
	notice  chan struct{}
	created atomic.Int64
}

func (b *belated) Done(id string) <-chan struct{} {
	if b.asked.CompareAndSwap(false, true) {
		return b.notice
	}
	return b.Backend.Done(id)
}

func (b *belated) Create(ctx context.Context, spec sandbox.Spec) error {
	b.created.Add(1)
	return b.Backend.Create(ctx, spec)
}

// Who notices late that a sandbox died does not bury the one that runs since.
func TestLateNoticeBuriesNobody(t *testing.T) {
	t.Parallel()
	backend := &belated{stubborn: newStubborn(t), notice: make(chan struct{})}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Backend = backend })
	box := b.provision(t, goCode)
	late := make(chan error)
	go func() {
		_, err := b.Exec(context.WithoutCancel(t.Context()), b.task, sandbox.Request{Argv: []string{"hang"}})
		late <- err
	}()
	<-backend.hanging
	if err := backend.Backend.Destroy(t.Context(), box.ID); err != nil { // it dies
		t.Fatal(err)
	}
	_, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "true"})
	citytest.WantCode(t, "the first to notice", err, city.CodeSandboxGone)
	b.sh(t, "true") // a fresh one runs
	created, died := backend.created.Load(), b.Condition(b.task)
	if !died.Running || died.Died != city.CodeSandboxGone {
		t.Fatalf("got %+v", died)
	}
	close(backend.letGo)
	citytest.WantCode(t, "who notices late", <-late, city.CodeSandboxGone)
	close(backend.notice)
	for range 5 {
		if got := b.Condition(b.task); got != died {
			t.Errorf("after a late notice: got %+v, want %+v", got, died)
		}
		b.sh(t, "true")
	}
	if again := backend.created.Load(); again != created {
		t.Errorf("%d sandboxes were started though the second runs", again)
	}
}
