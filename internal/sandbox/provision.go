package sandbox

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"aicity.dev/aicity/internal/city"
)

// flight is a provisioning under way; all callers for the same task share it.
type flight struct {
	// two says that a workshop has a place beside the sandbox. Without, it has the
	// sandbox's own, which starts after it; fixed.
	two    bool
	cancel context.CancelFunc
	done   chan struct{}
	box    Sandbox // read after done
	err    error   // read after done
}

// provisionTimeout bounds fetching and starting together.
const provisionTimeout = 5 * time.Minute

// Provision gives the task a sandbox with its code, or returns the one it has.
// It goes on when the caller leaves, so that a repeated call finds it done; in a
// queue, the place is kept a minute. Errors: SANDBOX_UNAVAILABLE,
// SANDBOX_QUEUED, SANDBOX_CAPACITY, the codes of source.Clone, source.Unpack.
func (s *Service) Provision(ctx context.Context, taskID string, src Source) (Sandbox, error) {
	if err := s.Available(ctx); err != nil {
		return Sandbox{}, err
	}
	f, err := s.await(ctx, taskID, src)
	if err != nil {
		return Sandbox{}, err
	}
	select {
	case <-f.done:
		return f.box, f.err
	case <-ctx.Done():
		return Sandbox{}, ctx.Err()
	}
}

// await waits for the task's turn.
func (s *Service) await(ctx context.Context, taskID string, src Source) (*flight, error) {
	late := time.NewTimer(queueWait)
	defer late.Stop()
	var mine *ticket
	defer func() {
		if mine != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			mine.asking--
			mine.left = s.now()
			s.queue.wake() // whoever is behind may be first now
		}
	}()
	for {
		f, waits, moved, err := s.board(ctx, taskID, src, mine)
		if f != nil || err != nil {
			return f, err
		}
		mine = waits
		select {
		case <-moved:
		case <-late.C:
			c := s.Condition(taskID)
			return nil, errQueued(c.Position, c.Length)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// board finds the task's provisioning, begins it, or queues for it.
func (s *Service) board(ctx context.Context, taskID string, src Source, mine *ticket) (*flight, *ticket, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, nil, errUnavailable(errors.New("the server is stopping"))
	}
	before := s.lives[taskID]
	if before != nil && before.ended.Err() == nil {
		f := &flight{done: make(chan struct{}), box: before.box}
		close(f.done)
		return f, nil, nil, nil
	}
	if f := s.flights[taskID]; f != nil {
		return f, nil, nil, nil
	}
	if s.returning[taskID] {
		return nil, nil, nil, errReturning()
	}
	if mine != nil && s.queue.index(taskID) < 0 {
		return nil, nil, nil, errInterrupted()
	}
	var warm *warmBox
	free := s.queue.first(taskID)
	if free {
		full := s.fullLocked()
		// With an image a sandbox boots faster than files are copied into a warm one.
		if full || s.guess(src) == "" && s.imageComes(src) == nil {
			warm = s.takeWarmLocked(ctx)
		}
		free = warm != nil || !full
	}
	if !free {
		waits, err := s.queue.join(taskID, s.cfg.Queue, s.cfg.Max, s.now())
		if err == nil && mine == nil {
			waits.asking++
		}
		return nil, waits, s.queue.moved, err
	}
	s.queue.drop(taskID)
	return s.takeOffLocked(ctx, taskID, src, before, warm), nil, nil, nil
}

// takeOffLocked begins a provisioning; guarded by mu.
func (s *Service) takeOffLocked(ctx context.Context, taskID string, src Source, before *live, warm *warmBox) *flight {
	// The work outlives the request that asked for it; Destroy and Close end it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), provisionTimeout)
	f := &flight{cancel: cancel, done: make(chan struct{})}
	s.flights[taskID] = f
	s.quiet = 0
	shop := needsWorkshop(src)
	f.two = shop && !s.fullLocked()
	if s.fullLocked() && !shop {
		s.dropWorkshopLocked(ctx) // its place is the task's, unless it is just being used
	}
	s.work.Go(func() {
		defer cancel()
		if before != nil { // one that is being destroyed
			select {
			case <-before.gone:
			case <-ctx.Done():
			}
		}
		f.box, f.err = s.provision(ctx, taskID, src, warm, shop && !f.two)
		keepImage := func() {}
		if f.err == nil {
			keepImage = s.claimImage(ctx, src) // before anybody can ask for the same again
		}
		s.mu.Lock()
		delete(s.flights, taskID)
		s.queue.wake()
		s.mu.Unlock()
		close(f.done)
		keepImage()
	})
	return f
}

// Limits are those of a sandbox that is made now; the server must be available.
func (s *Service) Limits() Limits {
	l := s.cfg.Limits
	l.DiskBytes, l.DiskFiles = s.volumes.Size().Bytes, s.volumes.Size().Files
	return l
}

// needsWorkshop reports whether fetching the code may take a workshop.
func needsWorkshop(src Source) bool { return src.Repo.URL != "" || src.Archive != nil }

func (s *Service) provision(ctx context.Context, taskID string, src Source, warm *warmBox, inTurn bool) (Sandbox, error) {
	id := city.NewID(city.PrefixSandbox)
	if warm != nil {
		id = warm.id
	}
	box := Sandbox{ID: id, TaskID: taskID, State: Provisioning, Node: s.cfg.Node, Limits: s.Limits()}
	l := newLive(ctx, box, filepath.Join(s.cfg.Dir, id), true, s.now())
	ready, err := s.prepare(ctx, l, src, warm != nil, inTurn)
	if err != nil {
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			err = errInterrupted()
		case ctx.Err() != nil:
			err = errUnavailable(err)
		}
		return Sandbox{}, errors.Join(err, s.abandon(ctx, l, err))
	}
	l.box = ready
	s.mu.Lock()
	s.lives[taskID] = l
	s.mu.Unlock()
	boot, _ := l.current()
	s.watch(ctx, l, boot)
	return l.box, nil
}
