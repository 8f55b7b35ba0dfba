package sandbox_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store/storetest"
)

// counted is a backend that counts how many of its sandboxes there are at once.
type counted struct {
	sandbox.Backend
	mu    sync.Mutex
	there map[string]bool
	most  int
}

func (c *counted) Create(ctx context.Context, spec sandbox.Spec) error {
	c.mu.Lock()
	c.there[spec.ID] = true
	c.most = max(c.most, len(c.there))
	c.mu.Unlock()
	err := c.Backend.Create(ctx, spec)
	if err != nil {
		c.gone(spec.ID)
	}
	return err
}

func (c *counted) Destroy(ctx context.Context, id string) error {
	err := c.Backend.Destroy(ctx, id)
	c.gone(id)
	return err
}

func (c *counted) gone(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.there, id)
}

func (c *counted) atMost(t *testing.T, most int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.most > most || c.most == 0 {
		t.Errorf("%d sandboxes at once, of %d that may be", c.most, most)
	}
}

// However code comes and work is tried, no more sandboxes run than may: workshops
// and rehearsals count.
func TestNoMoreThanMax(t *testing.T) {
	t.Parallel()
	count := func(t *testing.T, change func(*sandbox.Config)) (bundle, *counted) {
		t.Helper()
		c := &counted{there: map[string]bool{}}
		return setup(t, storetest.SQLite(t), func(cfg *sandbox.Config) {
			change(cfg)
			c.Backend, cfg.Backend = cfg.Backend, c
		}), c
	}
	repo := sandbox.Source{Repo: source.Repo{URL: smallRepository(t)}}
	read := func(t *testing.T, b bundle) {
		t.Helper()
		if _, err := b.Provision(t.Context(), b.task, repo); err != nil {
			t.Fatal(err)
		}
		if got := b.sh(t, "head -1 pkg0/file0.go"); got != "package pkg0\n" {
			t.Errorf("got %q", got)
		}
	}
	t.Run("a workshop", func(t *testing.T) {
		t.Parallel()
		b, c := count(t, func(cfg *sandbox.Config) { cfg.Max = 1 })
		read(t, b)
		c.atMost(t, 1)
	})
	t.Run("a rehearsal", func(t *testing.T) {
		t.Parallel()
		b, c := count(t, func(cfg *sandbox.Config) { cfg.Max = 1 })
		b.provision(t, goCode)
		b.sh(t, "echo changed > main.go")
		rehearsal, err := b.Rehearse(t.Context(), b.task)
		if err != nil {
			t.Fatal(err)
		}
		result, err := rehearsal.Run(t.Context(), sandbox.Request{Command: "head -1 main.go"})
		if err != nil || result.Stdout != "package main\n" {
			t.Errorf("in the rehearsal: %+v, %v", result, err)
		}
		if err := rehearsal.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := b.sh(t, "cat main.go"); got != "changed\n" {
			t.Errorf("after the rehearsal: %q", got)
		}
		c.atMost(t, 1)
	})
	t.Run("warm ones", func(t *testing.T) {
		t.Parallel()
		b, c := count(t, func(cfg *sandbox.Config) { cfg.Max, cfg.Warm, cfg.WarmWorkshop = 1, 1, true })
		if err := b.Available(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan struct{})
		go func() { defer close(ran); b.Run(ctx) }()
		await(t, "warm sandbox", func() bool { return b.Warm() == 1 })
		read(t, b)
		stop()
		<-ran
		c.atMost(t, 1)
	})
	t.Run("a workshop that gives way", func(t *testing.T) {
		t.Parallel()
		b, c := count(t, func(cfg *sandbox.Config) { cfg.Max, cfg.WarmWorkshop = 2, true })
		if err := b.Available(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan struct{})
		go func() { defer close(ran); b.Run(ctx) }()
		await(t, "workshop", b.WarmWorkshop)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if _, err := b.Provision(t.Context(), city.NewID(city.PrefixTask), sandbox.Source{Code: goCode}); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		stop()
		<-ran
		c.atMost(t, 2)
	})
	t.Run("many tasks", func(t *testing.T) {
		t.Parallel()
		b, c := count(t, func(cfg *sandbox.Config) { cfg.Max, cfg.Queue, cfg.WarmWorkshop = 3, 8, true })
		if err := b.Available(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan struct{})
		go func() { defer close(ran); b.Run(ctx) }()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				task := city.NewID(city.PrefixTask)
				if _, err := b.Provision(t.Context(), task, repo); err != nil {
					t.Error(err)
				}
				if err := b.Destroy(t.Context(), task); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		stop()
		<-ran
		c.atMost(t, 3)
	})
}

// endless is a backend in which commands of the city's own never end by themselves.
type endless struct {
	sandbox.Backend
	mu    sync.Mutex
	asked int
}

func (e *endless) Exec(ctx context.Context, id string, c sandbox.Command, stdout, stderr io.Writer) (sandbox.Exit, error) {
	e.mu.Lock()
	e.asked++
	e.mu.Unlock()
	if c.Timeout == 0 {
		return sandbox.Exit{}, errors.New("it would wait for ever")
	}
	return sandbox.Exit{TimedOut: true}, nil
}

func (e *endless) times() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.asked
}

// A sandbox that does not answer is no warm one, and nobody waits for it for ever.
func TestWarmOneThatHangs(t *testing.T) {
	t.Parallel()
	e := &endless{}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) {
		c.Warm, c.WarmWorkshop = 1, true
		e.Backend, c.Backend = c.Backend, e
	})
	if err := b.Available(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	ran := make(chan struct{})
	go func() { defer close(ran); b.Run(ctx) }()
	await(t, "attempt to warm both", func() bool { return e.times() >= 2 })
	stop()
	<-ran
	if err := b.Close(t.Context()); err != nil { // it waits for what is being made
		t.Error(err)
	}
	if b.Warm() > 0 || b.WarmWorkshop() {
		t.Error("one that hangs was kept")
	}
}
