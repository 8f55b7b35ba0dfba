package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"aicity.dev/aicity/internal/wait"
)

// stopPatience bounds how long running requests and jobs may take to finish, and
// then how long what was halted may take to end.
const stopPatience = 20 * time.Second

// Stop ends the city in order: no new requests, then jobs, background work, sandboxes,
// database. What does not end in time is left behind and named in the error.
func (a *App) Stop(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	if a.halt != nil {
		errs = append(errs, a.stopServing(ctx), a.stopBackground())
	} else {
		errs = append(errs, a.listener.Close())
	}
	a.Tasks.Close(ctx)
	errs = append(errs, a.Sandboxes.Close(ctx), a.backend.Close(), a.flushUses(ctx), a.closeDB(), a.held.Close())
	return errors.Join(errs...)
}

func (a *App) stopServing(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.patience)
	defer cancel()
	a.stopStreams() // long polls and live streams would hold up Shutdown
	a.Tasks.Halt()
	return errors.Join(a.server.Shutdown(ctx), a.Jobs.Stop(ctx))
}

func (a *App) stopBackground() error {
	a.halt()
	if wait.Within(a.patience, a.background.Wait) {
		return nil
	}
	return fmt.Errorf("left behind, not ended %s after they were halted: %s", a.patience, strings.Join(a.background.Running(), ", "))
}

// flushUses has a time of its own: the one for requests and jobs may be used up.
func (a *App) flushUses(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.patience)
	defer cancel()
	return errors.Join(a.Accounts.FlushUses(ctx), a.Agents.FlushUses(ctx))
}

// closeDB does not wait for ever for a connection that what was left behind holds.
func (a *App) closeDB() error {
	var err error
	if wait.Within(a.patience, func() { err = a.DB.Close() }) {
		return err
	}
	return errors.New("left behind: the database does not close, its connections are in use")
}

// background is work that goes on beside the requests, each with a name for the case
// that it does not end. Its zero value has none.
type background struct {
	sync.WaitGroup
	mu      sync.Mutex
	running map[string]int
}

// Go runs f until it returns.
func (b *background) Go(name string, f func()) {
	b.count(name, 1)
	b.WaitGroup.Go(func() {
		defer b.count(name, -1)
		f()
	})
}

func (b *background) count(name string, by int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == nil {
		b.running = map[string]int{}
	}
	if b.running[name] += by; b.running[name] == 0 {
		delete(b.running, name)
	}
}

// Running names what has not ended, in order.
func (b *background) Running() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.running))
}
