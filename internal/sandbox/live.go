package sandbox

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/workspace"
	"aicity.dev/aicity/internal/wait"
)

// live is a sandbox of this server: its workspace is on disk, and a backend's
// sandbox runs on it or is started when the next command comes.
type live struct {
	box Sandbox // fixed
	dir string  // fixed
	// baseline is the folder of the code as it was delivered; fixed.
	baseline string
	log      *accessLog

	starting chan struct{}  // holds one token; who has it starts or stops the backend
	hushing  chan struct{}  // holds one token; who has it makes the patch
	users    sync.WaitGroup // who works with it
	// Closed when nobody starts it, or works with it, any more. Asked for when it
	// is finished; one wait does for all who try to see it off.
	startsOver, usersLeft func() <-chan struct{}

	mu       sync.Mutex
	running  bool                                        // guarded by mu: the backend's sandbox should be there
	boot     int                                         // guarded by mu: how often it was started; see bury
	commands map[string]context.CancelCauseFunc          // guarded by mu: what ends each that runs, by its id
	copied   map[string]string                           // guarded by mu: see copies
	stirs    map[context.Context]context.CancelCauseFunc // guarded by mu: what may change the workspace
	quiet    bool                                        // guarded by mu: nothing may begin to
	still    chan struct{}                               // guarded by mu: closed when nothing does any more; nil when nobody waits
	diedOf   city.Code                                   // guarded by mu: why it died the last time
	diedAt   time.Time                                   // guarded by mu
	lastUse  time.Time                                   // guarded by mu
	ended    context.Context                             //nolint:containedctx // done when it is being destroyed
	end      context.CancelFunc                          // ends its commands
	gone     chan struct{}                               // closed when it is destroyed
	failed   error                                       // why that failed; read after gone
}

func newLive(ctx context.Context, box Sandbox, dir string, running bool, now time.Time) *live {
	l := &live{
		box: box, dir: dir, baseline: baselineDir(dir), log: newAccessLog(dir), running: running, boot: 1, lastUse: now,
		starting: make(chan struct{}, 1), hushing: make(chan struct{}, 1), gone: make(chan struct{}),
		commands: map[string]context.CancelCauseFunc{}, copied: map[string]string{}, stirs: map[context.Context]context.CancelCauseFunc{},
	}
	l.startsOver = sync.OnceValue(func() <-chan struct{} { return wait.Ended(l.noMoreStarts) })
	l.usersLeft = sync.OnceValue(func() <-chan struct{} { return wait.Ended(l.users.Wait) })
	l.ended, l.end = context.WithCancel(context.WithoutCancel(ctx))
	l.starting <- struct{}{}
	l.hushing <- struct{}{}
	return l
}

// The folders of a sandbox on the host.
func workDir(dir string) string     { return filepath.Join(dir, "work") }
func baselineDir(dir string) string { return filepath.Join(dir, "baseline") }
func backendDir(dir string) string  { return filepath.Join(dir, "backend") }

// deliveredFile keeps the code as it was delivered, for the city alone.
func deliveredFile(dir string) string { return filepath.Join(dir, "delivered") }

func (l *live) workspace() workspace.Dir { return workspace.At(workDir(l.dir)) }

func (l *live) spec() Spec {
	return Spec{ID: l.box.ID, Dir: backendDir(l.dir), Workspace: workDir(l.dir), Baseline: l.baseline, Limits: l.box.Limits}
}

func (l *live) used(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastUse = now
}

// enter counts a command in, unless too many run. Errors: SANDBOX_LIMIT,
// VALIDATION_ERROR when its id is taken.
func (l *live) enter(id string, limit int, cancel context.CancelCauseFunc) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.commands) >= limit {
		return errBusy(limit)
	}
	if l.commands[id] != nil {
		return city.InvalidField("execId", "a command with this id runs already")
	}
	l.commands[id] = cancel
	return nil
}

func (l *live) leave(id string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.commands, id)
	l.lastUse = now
}

// cancel ends a command. Errors: EXEC_NOT_FOUND.
func (l *live) cancel(id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := l.commands[id]
	if end == nil {
		return errNoCommand()
	}
	end(errStopped)
	return nil
}

// booted notes that the backend's sandbox runs anew, and returns which boot it is.
func (l *live) booted() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running = true
	l.boot++
	return l.boot
}

// stopped notes that the backend's sandbox is stopped on purpose.
func (l *live) stopped() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running = false
}

// current is the boot that runs; false when none does.
func (l *live) current() (boot int, running bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.boot, l.running
}

// idle reports whether it runs though nobody has used it since then.
func (l *live) idle(since time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running && len(l.commands) == 0 && l.lastUse.Before(since)
}

// ensure starts the backend's sandbox when none runs, and returns which boot runs.
// Errors: SANDBOX_UNAVAILABLE, SANDBOX_NOT_FOUND when it is being destroyed.
func (s *Service) ensure(ctx context.Context, l *live) (boot int, err error) {
	boot, running := l.current()
	if running {
		return boot, nil
	}
	err = l.exclusive(ctx, func() error {
		if boot, running = l.current(); running {
			return nil
		}
		if err := s.Available(ctx); err != nil {
			return err
		}
		// What is left of one that died is in the way.
		err := s.cfg.Backend.Destroy(ctx, l.box.ID)
		if err == nil {
			err = s.cfg.Backend.Create(ctx, l.spec())
		}
		if err != nil {
			return errUnavailable(err)
		}
		boot = l.booted()
		s.watch(ctx, l, boot)
		return nil
	})
	return boot, err
}

// exclusive runs f while nobody else starts or stops the backend's sandbox.
func (l *live) exclusive(ctx context.Context, f func() error) error {
	select {
	case <-l.starting:
	case <-l.ended.Done():
		return errNotFound()
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { l.starting <- struct{}{} }()
	if l.ended.Err() != nil {
		return errNotFound()
	}
	return f()
}

// noMoreStarts waits for whoever starts or stops the backend's sandbox of one
// that is finished, the last to do so: that it has ended is checked under the token.
func (l *live) noMoreStarts() {
	<-l.starting
	l.starting <- struct{}{}
}

func (l *live) isGone() bool {
	select {
	case <-l.gone:
		return true
	default:
		return false
	}
}

// park stops the backend's sandbox; the workspace stays.
func (s *Service) park(ctx context.Context, l *live) error {
	return l.exclusive(ctx, func() error {
		l.stopped()
		return s.cfg.Backend.Destroy(ctx, l.box.ID)
	})
}

// died records that a boot of the backend's sandbox is no more, and says so in
// public.
func (s *Service) died(l *live, boot int, err error) error {
	switch {
	case l.ended.Err() != nil:
		return errNotFound()
	case errors.Is(err, ErrOOM):
		s.bury(l, boot, city.CodeSandboxOOM)
		return errOOM(l.box.Limits.MemoryBytes)
	case errors.Is(err, ErrGone):
		s.bury(l, boot, city.CodeSandboxGone)
		return errGone(err)
	default:
		return fmt.Errorf("run command: %w", err)
	}
}

// bury remembers that a boot of the backend's sandbox died, and why. Whoever worked
// with it may notice late, when it was stopped or another runs: that is no news.
func (s *Service) bury(l *live, boot int, code city.Code) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.running || l.boot != boot || l.ended.Err() != nil {
		return
	}
	l.running, l.diedOf, l.diedAt = false, code, s.now()
	s.cfg.Logger.WarnContext(l.ended, "a sandbox died; the next command gets a fresh one", "sandbox", l.box.ID, "code", code)
}
