package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/volume"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/wait"
)

const (
	// patience is how long the end of a sandbox waits for each who holds it up:
	// who starts it, who works with it.
	patience = 30 * time.Second
	// endTimeout bounds the end of one sandbox.
	endTimeout = 4 * patience
)

// Destroy ends the task's sandbox and removes its files. It is no error when
// there is none; when it is on another server, that one is told to.
func (s *Service) Destroy(ctx context.Context, taskID string) error {
	s.mu.Lock()
	f, l := s.flights[taskID], s.lives[taskID]
	if f != nil {
		f.cancel()
	}
	s.queue.drop(taskID)
	s.queue.wake()
	s.mu.Unlock()
	if f != nil {
		select {
		case <-f.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		s.mu.Lock()
		l = s.lives[taskID]
		s.mu.Unlock()
	}
	if l != nil {
		return s.end(ctx, l, "")
	}
	return s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return expireNow(ctx, tx, taskID) })
}

// Dropped reports whether the last sandbox that had the task's code was destroyed
// since then because somebody asked for it, not by its time or by an accident.
func (s *Service) Dropped(ctx context.Context, taskID string, since time.Time) (bool, error) {
	box, err := findLastReady(ctx, s.cfg.DB.Read(), taskID)
	if city.CodeOf(err) == city.CodeSandboxNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return box.State == Destroyed && box.FailCode == "" && !box.DestroyedAt.Before(since), nil
}

// end destroys a sandbox; the first to ask begins it, and all wait for it. Once
// begun it is carried through, also when they leave.
func (s *Service) end(ctx context.Context, l *live, why city.Code) error {
	s.finish(l, func() error { return s.destroy(ctx, l, why) })
	waiting, cancel := context.WithTimeout(ctx, endTimeout)
	defer cancel()
	select {
	case <-l.gone:
		return l.failed
	case <-waiting.Done():
		return fmt.Errorf("destroy sandbox %s, which goes on: %w", l.box.ID, waiting.Err())
	}
}

// finish keeps everybody new from using a sandbox, ends its commands and has
// then see it off, unless somebody does so already.
func (s *Service) finish(l *live, then func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.ended.Err() != nil {
		return
	}
	l.end()
	s.ends.Go(func() {
		defer close(l.gone)
		l.failed = then()
	})
}

func (s *Service) destroy(ctx context.Context, l *live, why city.Code) error {
	err := s.cleanUp(ctx, l.box.ID, func(ctx context.Context) error { return s.remove(ctx, l, why) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lives[l.box.TaskID] == l {
		delete(s.lives, l.box.TaskID)
	}
	s.queue.wake()
	if err != nil {
		return fmt.Errorf("destroy sandbox: %w", err)
	}
	return nil
}

// remove removes all that is left of a sandbox that is finished. It may be
// repeated.
func (s *Service) remove(ctx context.Context, l *live, why city.Code) error {
	if err := errors.Join(s.halt(ctx, l), s.closeLog(ctx, l), s.clear(l)); err != nil {
		return err
	}
	return s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return markEnded(ctx, tx, l.box.ID, Destroyed, why)
	})
}

// halt ends the backend's sandbox of one that is finished and waits for those
// who use it. Who does not leave in time is left with files that are no more.
func (s *Service) halt(ctx context.Context, l *live) error {
	var starting error
	if !wait.For(l.startsOver(), s.patience) {
		starting = errors.New("it is still being started")
	}
	err := errors.Join(starting, s.cfg.Backend.Destroy(ctx, l.box.ID))
	if !wait.For(l.usersLeft(), s.patience) {
		s.cfg.Logger.WarnContext(ctx, "a sandbox ends though somebody still works with it", "sandbox", l.box.ID)
	}
	return err
}

// clear removes a sandbox's files. Its log stays while it is not saved: it is
// the next start of the server that saves it then.
func (s *Service) clear(l *live) error {
	if l.log.saved() {
		return removeDirs(l.dir)
	}
	return errors.Join(volume.Remove(workDir(l.dir)), os.RemoveAll(baselineDir(l.dir)), os.RemoveAll(backendDir(l.dir)), os.RemoveAll(deliveredFile(l.dir)))
}

// Close stops everything that runs, all at once, and waits no longer than for one
// that is stuck. Workspaces of tasks that are not over stay on disk, and
// CleanOrphans finds them again after a restart.
func (s *Service) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	s.shut()
	s.suspendAll(ctx)
	if !wait.Within(2*s.patience, func() {
		s.work.Wait()
		s.suspendAll(ctx) // what was being made until now
		s.ends.Wait()
		s.watchers.Wait()
	}) {
		s.cfg.Logger.ErrorContext(ctx, "sandboxes do not end; the next start removes what is left of them", "sandboxes", s.staying())
	}
	return errors.Join(append(s.failures(), s.removeAhead())...)
}

// shut lets nothing begin any more, and ends what is being made.
func (s *Service) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, f := range s.flights {
		f.cancel()
	}
	s.queue.wake()
}

// suspendAll begins to stop all sandboxes.
func (s *Service) suspendAll(ctx context.Context) {
	for _, w := range s.unused() {
		s.ends.Go(func() {
			s.warn(ctx, "remove unused sandbox "+w.id, s.discard(ctx, w))
		})
	}
	for _, l := range s.all() {
		s.finish(l, func() error { return s.suspend(ctx, l) })
	}
}

// suspend stops a sandbox whose files stay.
func (s *Service) suspend(ctx context.Context, l *live) error {
	return errors.Join(s.halt(ctx, l), s.closeLog(ctx, l), volume.Suspend(workDir(l.dir)))
}

// failures are why sandboxes could not be stopped.
func (s *Service) failures() []error {
	var failed []error
	for _, l := range s.all() {
		if l.isGone() && l.failed != nil {
			failed = append(failed, fmt.Errorf("stop sandbox %s: %w", l.box.ID, l.failed))
		}
	}
	return failed
}

// staying are the sandboxes that have not ended.
func (s *Service) staying() []string {
	var ids []string
	for _, l := range s.all() {
		if !l.isGone() {
			ids = append(ids, l.box.ID)
		}
	}
	return ids
}
