package sandbox_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/sandbox/workspace"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// await waits until ok; what it waits for has no signal of its own.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-t.Context().Done():
			t.Fatalf("no %s", what)
		}
	}
}

// A full server lets tasks wait in order, tells them their position, and sends
// away those for whom there is no room.
func TestQueue(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Max, c.Queue = 1, 2 })
	b.provision(t, goCode)
	tasks := []string{city.NewID(city.PrefixTask), city.NewID(city.PrefixTask)}
	order := make(chan string, len(tasks))
	for i, task := range tasks {
		go func() {
			if _, err := b.Provision(t.Context(), task, sandbox.Source{Code: goCode}); err != nil {
				t.Errorf("number %d: %v", i+1, err)
			}
			order <- task
		}()
		await(t, "place in the queue", func() bool { return b.Condition(task).Position == i+1 })
	}
	_, err := b.Provision(t.Context(), city.NewID(city.PrefixTask), sandbox.Source{Code: goCode})
	citytest.WantCode(t, "one too many", err, city.CodeSandboxCapacity)
	for i, previous := range []string{b.task, tasks[0]} {
		if err := b.Destroy(t.Context(), previous); err != nil {
			t.Fatal(err)
		}
		if got := <-order; got != tasks[i] {
			t.Errorf("turn %d: got %s, want %s", i+1, got, tasks[i])
		}
	}
	if c := b.Condition(tasks[1]); c.Position != 0 || c.Length != 0 || !c.Running {
		t.Errorf("at the end: %+v", c)
	}
}

// Whoever leaves does not hold up those behind, and a task that is over leaves
// the queue.
func TestQueueGoesOnWithoutThoseWhoLeft(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Max, c.Queue = 1, 8 })
	b.provision(t, goCode)
	gone, over, last := city.NewID(city.PrefixTask), city.NewID(city.PrefixTask), city.NewID(city.PrefixTask)
	leaving, leave := context.WithCancel(t.Context())
	results := map[string]chan error{gone: make(chan error, 1), over: make(chan error, 1), last: make(chan error, 1)}
	for i, task := range []string{gone, over, last} {
		ctx := t.Context()
		if task == gone {
			ctx = leaving
		}
		go func() {
			_, err := b.Provision(ctx, task, sandbox.Source{Code: goCode})
			results[task] <- err
		}()
		await(t, "place in the queue", func() bool { return b.Condition(task).Position == i+1 })
	}
	leave()
	if err := <-results[gone]; !errors.Is(err, context.Canceled) {
		t.Errorf("the one who left: %v", err)
	}
	if got := b.Condition(gone).Position; got != 1 {
		t.Errorf("its place is kept: got %d, want 1", got)
	}
	if err := b.Destroy(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	citytest.WantCode(t, "the task that is over", <-results[over], city.CodeSandboxGone)
	if err := b.Destroy(t.Context(), b.task); err != nil {
		t.Fatal(err)
	}
	if err := <-results[last]; err != nil {
		t.Errorf("the last: %v", err)
	}
}

// warmed waits until as many unused sandboxes run.
func warmed(t *testing.T, b bundle, n int) []string {
	t.Helper()
	var ids []string
	await(t, "warm sandbox", func() bool {
		var err error
		ids, err = b.cfg.Backend.List(t.Context())
		return err == nil && b.Warm() == n
	})
	return ids
}

// Warm sandboxes are used once, by one task, and made anew.
func TestWarmPool(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Max, c.Warm = 2, 1 })
	if err := b.Available(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { defer close(stopped); b.Run(ctx) }()
	defer func() { stop(); <-stopped }()
	first := warmed(t, b, 1)
	box := b.provision(t, goCode)
	if box.ID != first[0] {
		t.Errorf("got %s, want the warm %s", box.ID, first[0])
	}
	if got := b.sh(t, "cat main.go | head -1; id -u; touch x && echo writable"); got == "" {
		t.Error("it has no code")
	}
	warmed(t, b, 1)
	other := city.NewID(city.PrefixTask)
	second, err := b.Provision(t.Context(), other, sandbox.Source{})
	if err != nil || second.ID == box.ID {
		t.Fatalf("got %s, %v", second.ID, err)
	}
	if got, err := b.ListFiles(t.Context(), other, workspace.ListOptions{Path: sandbox.RepoDir, Limit: 10, Recursive: true}); err != nil || len(got.Entries) > 1 { // .git
		t.Errorf("the second finds %v, %v", got.Entries, err)
	}
	if n := b.Warm(); n != 0 {
		t.Errorf("%d warm beyond the most there may be", n)
	}
	for _, task := range []string{b.task, other} {
		if err := b.Destroy(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
	sandboxtest.NothingLeft(t, box.ID)
}

// A warm workshop is used once, by one repository, is made anew, and never keeps
// a task from its place.
func TestWarmWorkshop(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Max, c.WarmWorkshop = 2, true })
	if err := b.Available(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { defer close(stopped); b.Run(ctx) }()
	defer func() { stop(); <-stopped }()
	await(t, "warm workshop", func() bool { return b.WarmWorkshopID() != "" })
	first := b.WarmWorkshopID()
	if _, err := b.Provision(t.Context(), b.task, sandbox.Source{Repo: source.Repo{URL: smallRepository(t)}}); err != nil {
		t.Fatal(err)
	}
	if got := b.sh(t, "ls | head -1; git log --format=%s"); got == "" {
		t.Error("it has no code")
	}
	sandboxtest.NothingLeft(t, first)
	await(t, "another workshop", func() bool { return b.WarmWorkshopID() != "" && b.WarmWorkshopID() != first })
	other := city.NewID(city.PrefixTask)
	if _, err := b.Provision(t.Context(), other, sandbox.Source{}); err != nil {
		t.Fatal(err)
	}
	if id := b.WarmWorkshopID(); id != "" {
		t.Errorf("workshop %s is kept beyond the most there may be", id)
	}
	for _, task := range []string{b.task, other} {
		if err := b.Destroy(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
}

// What is left of warm sandboxes when the server is killed goes at the next start.
func TestWarmOrphans(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Warm = 1 })
	if err := b.Available(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { defer close(stopped); b.Run(ctx) }()
	ids := warmed(t, b, 1)
	stop()
	<-stopped
	restart(t, b.cfg)
	sandboxtest.NothingLeft(t, ids[0])
	if left, _ := filepath.Glob(filepath.Join(b.cfg.Dir, "sbx_*")); len(left) > 0 {
		t.Errorf("folders left: %v", left)
	}
}

func TestLifetimeHasACode(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		b := setup(t, db, func(c *sandbox.Config) { c.Life = time.Hour })
		b.provision(t, goCode)
		clock.Advance(2 * time.Hour)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := b.Exec(t.Context(), b.task, sandbox.Request{Command: "true"})
		citytest.WantCode(t, "after its life", err, city.CodeSandboxExpired)
	})
}

// A sandbox that dies while nobody uses it is noticed.
func TestDeathIsSaid(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), nil)
	box := b.provision(t, goCode)
	if err := b.cfg.Backend.Destroy(t.Context(), box.ID); err != nil { // behind the service's back
		t.Fatal(err)
	}
	await(t, "notice of the death", func() bool { return b.Condition(b.task).Died == city.CodeSandboxGone })
	if b.Condition(b.task).Running {
		t.Error("it passes for running")
	}
	if got := b.sh(t, "echo on"); got != "on\n" {
		t.Errorf("after it: got %q", got)
	}
}

// A city that starts again with another lifetime still knows a sandbox that has
// lived its time from one that was thrown away.
func TestWhySandboxesEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		asked   bool // elsewhere, for its end
		running bool // the city, when its time is over
		want    city.Code
	}{
		"its time is over":                    {running: true, want: city.CodeSandboxExpired},
		"its time is over while it is down":   {want: city.CodeSandboxExpired},
		"it was thrown away":                  {asked: true, running: true},
		"it was thrown away while it is down": {asked: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
				b := setup(t, db, func(c *sandbox.Config) { c.Life = time.Hour })
				box := b.provision(t, goCode)
				if err := b.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				b.cfg.Life = 10 * time.Hour
				if test.running {
					b.Service = restart(t, b.cfg)
				}
				if test.asked {
					elsewhere := b.cfg
					elsewhere.Dir, elsewhere.Node = t.TempDir(), "there"
					there, err := sandbox.New(elsewhere)
					if err != nil {
						t.Fatal(err)
					}
					if err := there.Destroy(t.Context(), b.task); err != nil {
						t.Fatal(err)
					}
				} else {
					clock.Advance(time.Hour)
				}
				if test.running {
					if err := b.Sweep(t.Context()); err != nil {
						t.Fatal(err)
					}
				} else {
					b.Service = restart(t, b.cfg)
				}
				found, err := b.Find(t.Context(), b.task)
				if err != nil || found.ID != box.ID || found.State != sandbox.Destroyed || found.FailCode != test.want {
					t.Errorf("got %s for %q, %v", found.State, found.FailCode, err)
				}
				dropped, err := b.Dropped(t.Context(), b.task, box.CreatedAt)
				if err != nil || dropped != test.asked {
					t.Errorf("passes for thrown away: %v, %v", dropped, err)
				}
			})
		})
	}
}
