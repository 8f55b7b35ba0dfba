package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/source"
)

const (
	// maxWorkshops is how many of them a server has at once; more wait.
	maxWorkshops = 4
	// workshopTimeout bounds a program in one.
	workshopTimeout = 5 * time.Minute
)

// workshop is a sandbox for git alone, on an empty folder, in which it reads one
// task's hostile code. It is bounded as the task's own sandbox is, and found by
// its name at a start of the server as they are. Programs run after the folder
// was filled, and are all gone before it is read.
type workshop struct {
	s   *Service
	id  string
	dir string

	started chan struct{} // closed when it runs, or cannot
	failed  error         // why it cannot; read after started
	filled  sync.Once     // the folder is handed over to the sandbox's user
	stopped bool
}

// openWorkshop makes a workshop. It returns while the sandbox is still starting,
// so that its folder can be filled meanwhile.
func (s *Service) openWorkshop(ctx context.Context) (source.Workshop, error) {
	select {
	case s.workshops <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if w := s.takeWorkshop(ctx); w != nil {
		return w, nil
	}
	if err := s.makeWay(ctx); err != nil { // for one that is still being made
		<-s.workshops
		return nil, err
	}
	w := s.newWorkshop()
	if _, err := s.prepareDirs(ctx, w.dir, Source{}); err != nil {
		close(w.started)
		return nil, errors.Join(fmt.Errorf("make workshop: %w", err), w.Close(ctx))
	}
	go w.start(ctx)
	return w, nil
}

func (s *Service) newWorkshop() *workshop {
	w := &workshop{s: s, id: city.NewID(city.PrefixSandbox), started: make(chan struct{})}
	w.dir = filepath.Join(s.cfg.Dir, w.id)
	return w
}

func (w *workshop) start(ctx context.Context) {
	defer close(w.started)
	w.failed = w.s.cfg.Backend.Create(ctx, Spec{ID: w.id, Dir: backendDir(w.dir), Workspace: workDir(w.dir), Baseline: baselineDir(w.dir), Limits: w.s.cfg.Limits})
}

// warmWorkshop makes the workshop that is kept for the next repository.
func (s *Service) warmWorkshop(ctx context.Context) {
	w := s.newWorkshop()
	err := s.makeDirs(w.dir, s.emptyVolume)
	if err == nil {
		w.start(ctx)
		err = w.failed
	}
	if err == nil {
		// The first git opens its libraries; the next finds them open.
		err = s.warmBy(ctx, w.id, "git", "--version")
	}
	s.mu.Lock()
	keep := err == nil && !s.closed && !s.fullLocked()
	if keep {
		s.shop = w
	}
	s.mu.Unlock()
	if keep {
		return
	}
	if err = errors.Join(err, s.discard(ctx, &warmBox{w.id, w.dir})); err != nil {
		s.cfg.Logger.WarnContext(ctx, "make a warm workshop", "error", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shopLeftLocked()
}

// shopLeftLocked notes that there is no workshop that is kept; guarded by mu.
func (s *Service) shopLeftLocked() {
	close(s.shopGone)
	s.shopGone = nil
}

// takeWorkshop returns the workshop that was kept, for good; nil when there is none.
func (s *Service) takeWorkshop(ctx context.Context) *workshop {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.shop
	if w == nil {
		return nil
	}
	select {
	case <-s.cfg.Backend.Done(w.id): // it has died meanwhile
		s.dropWorkshopLocked(ctx)
		return nil
	default:
		s.shop = nil
		s.shopLeftLocked()
		return w
	}
}

// dropWorkshopLocked removes the workshop that was kept, if any; guarded by mu.
func (s *Service) dropWorkshopLocked(ctx context.Context) {
	w := s.shop
	if s.shop = nil; w == nil {
		return
	}
	s.work.Go(func() {
		if err := s.discard(ctx, &warmBox{w.id, w.dir}); err != nil {
			s.cfg.Logger.WarnContext(ctx, "remove a warm workshop", "error", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.shopLeftLocked()
	})
}

// makeWay waits, on a full server, until the workshop that was kept has given way:
// its place is taken.
func (s *Service) makeWay(ctx context.Context) error {
	s.mu.Lock()
	var gone chan struct{}
	if s.fullLocked() {
		s.dropWorkshopLocked(ctx)
		gone = s.shopGone
	}
	s.mu.Unlock()
	if gone == nil {
		return nil
	}
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Dir implements source.Workshop.
func (w *workshop) Dir() string { return workDir(w.dir) }

// Run implements source.Workshop.
func (w *workshop) Run(ctx context.Context, job source.Job) (int, error) {
	<-w.started // no longer than ctx lasts, by which it was made
	if w.failed != nil {
		return 0, errUnavailable(w.failed)
	}
	var err error
	w.filled.Do(func() { err = w.handOver() })
	if err != nil {
		return 0, err
	}
	exit, err := w.s.cfg.Backend.Exec(ctx, w.id, Command{Argv: job.Argv, Env: job.Env, Dir: Home, Timeout: workshopTimeout}, job.Stdout, job.Stderr)
	if err == nil && exit.TimedOut {
		err = errTimedOut
	}
	if err != nil {
		return 0, fmt.Errorf("work on the code: %w", err)
	}
	return exit.Code, nil
}

// handOver makes what was put into the folder the sandbox's user's.
func (w *workshop) handOver() error {
	if !namespace.Root() {
		return nil
	}
	err := eachFile(workDir(w.dir), func(root *os.Root, name string, _ fs.DirEntry) error { return root.Lchown(name, UID, UID) })
	if err != nil {
		return fmt.Errorf("hand over workshop: %w", err)
	}
	return nil
}

// Stop implements source.Workshop.
func (w *workshop) Stop(ctx context.Context) error {
	<-w.started
	if w.stopped {
		return nil
	}
	if err := w.s.cfg.Backend.Destroy(context.WithoutCancel(ctx), w.id); err != nil {
		return fmt.Errorf("stop workshop: %w", err)
	}
	w.stopped = true
	return nil
}

// Close implements source.Workshop.
func (w *workshop) Close(ctx context.Context) error {
	err := w.s.cleanUp(ctx, w.id, func(ctx context.Context) error { return errors.Join(w.Stop(ctx), removeDirs(w.dir)) })
	<-w.s.workshops
	if err != nil {
		return fmt.Errorf("close workshop: %w", err)
	}
	return nil
}
