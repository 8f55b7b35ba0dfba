package sandbox_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store/storetest"
)

// stubborn is a backend that hangs, whatever it is told: in the command "hang",
// or when one sandbox is destroyed.
type stubborn struct {
	sandbox.Backend
	hanging chan struct{} // gets a word from each command that hangs
	letGo   chan struct{} // ends the hanging

	mu   sync.Mutex
	keep string // the sandbox that cannot be destroyed
}

func newStubborn(t *testing.T) *stubborn {
	t.Helper()
	return &stubborn{Backend: sandboxtest.Backend(t), hanging: make(chan struct{}, 1), letGo: make(chan struct{})}
}

func (b *stubborn) Exec(ctx context.Context, id string, c sandbox.Command, stdout, stderr io.Writer) (sandbox.Exit, error) {
	if slices.Equal(c.Argv, []string{"hang"}) {
		b.hanging <- struct{}{}
		<-b.letGo
		return sandbox.Exit{}, sandbox.ErrGone
	}
	return b.Backend.Exec(ctx, id, c, stdout, stderr)
}

func (b *stubborn) Destroy(ctx context.Context, id string) error {
	b.mu.Lock()
	hang := b.keep == id
	b.mu.Unlock()
	if hang {
		<-b.letGo
	}
	return b.Backend.Destroy(ctx, id)
}

func (b *stubborn) keepAlive(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keep = id
}

// A sandbox that does not end holds up neither the sweep of others nor the
// server's end.
func TestStuckSandboxHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	for name, hold := range map[string]func(t *testing.T, b bundle, backend *stubborn, id string) (left func()){
		"a command": func(t *testing.T, b bundle, backend *stubborn, _ string) func() {
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, err := b.Exec(context.WithoutCancel(t.Context()), b.task, sandbox.Request{Argv: []string{"hang"}})
				citytest.WantCode(t, "the command", err, city.CodeSandboxNotFound)
			}()
			<-backend.hanging
			return func() { <-done }
		},
		"the backend": func(_ *testing.T, _ bundle, backend *stubborn, id string) func() {
			backend.keepAlive(id)
			return func() {}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backend := newStubborn(t)
			b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Backend, c.Life = backend, time.Microsecond })
			b.SetPatience(100 * time.Millisecond)
			stuck := b.provision(t, goCode)
			left := hold(t, b, backend, stuck.ID)
			other, err := b.Provision(t.Context(), city.NewID(city.PrefixTask), sandbox.Source{Code: goCode})
			if err != nil {
				t.Fatal(err)
			}
			sweep(t, b, func() bool {
				found, err := b.Find(t.Context(), other.TaskID)
				return err != nil || found.State == sandbox.Destroyed
			})
			if name == "a command" { // it has nothing to work with any more
				if err := b.Destroy(t.Context(), b.task); err != nil {
					t.Error(err)
				}
				if _, err := os.Stat(filepath.Join(b.cfg.Dir, stuck.ID)); !os.IsNotExist(err) {
					t.Errorf("files of the stuck one: %v", err)
				}
			}
			if err := b.Close(t.Context()); err != nil {
				t.Error(err)
			}
			close(backend.letGo)
			left()
			restart(t, b.cfg)
			b.AwaitEnds() // what was let go is carried through beside it
			sandboxtest.NothingLeft(t, stuck.ID)
		})
	}
}

// sweep sweeps until what is waited for has come.
func sweep(t *testing.T, b bundle, come func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	swept := make(chan error)
	go func() { swept <- b.Sweep(ctx) }()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !come() {
		<-look.C
	}
	cancel()
	if err := <-swept; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// unwilling is a backend that destroys nothing while it refuses.
type unwilling struct {
	sandbox.Backend
	refuses atomic.Bool
}

func (b *unwilling) Destroy(ctx context.Context, id string) error {
	if b.refuses.Load() {
		return errors.New("refused")
	}
	return b.Backend.Destroy(ctx, id)
}

// What could not be destroyed is destroyed by a later sweep.
func TestFailedEndIsTriedAgain(t *testing.T) {
	t.Parallel()
	backend := &unwilling{Backend: sandboxtest.Backend(t)}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Backend = backend })
	box := b.provision(t, goCode)
	b.sh(t, "true") // it runs
	backend.refuses.Store(true)
	if err := b.Destroy(t.Context(), b.task); err == nil {
		t.Error("destroyed by a backend that refuses")
	}
	if err := b.Sweep(t.Context()); err == nil {
		t.Error("a sweep that is refused says nothing")
	}
	_, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "true"})
	citytest.WantCode(t, "Exec", err, city.CodeSandboxNotFound)
	backend.refuses.Store(false)
	if err := b.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	sandboxtest.NothingLeft(t, box.ID)
	if left, err := filepath.Glob(filepath.Join(b.cfg.Dir, "sbx_*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if box, err := b.Find(t.Context(), b.task); err != nil || box.State != sandbox.Destroyed {
		t.Errorf("row: got %+v, %v", box, err)
	}
}
