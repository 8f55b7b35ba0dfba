package sandbox

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"aicity.dev/aicity/internal/city"
)

// warmBox is a sandbox that runs on an empty workspace and has never been used.
// The first task that comes gets it for good.
type warmBox struct{ id, dir string }

// takenLocked is how many of the Max places are taken: by tasks' sandboxes, also
// those that are stopped and may start at any moment, by those that are being made,
// with a workshop beside them or not, and by the warm ones. A rehearsal has the
// place of its task's sandbox, which is stopped meanwhile; guarded by mu.
func (s *Service) takenLocked() int {
	taken := len(s.lives) + len(s.flights) + len(s.warm) + s.warming
	for _, f := range s.flights {
		if f.two {
			taken++
		}
	}
	return taken
}

// full reports whether another sandbox would be one too many; guarded by mu.
func (s *Service) fullLocked() bool { return s.takenLocked() >= s.cfg.Max }

// crowdedLocked is fullLocked with the workshop that is kept, which gives way to
// a task; guarded by mu.
func (s *Service) crowdedLocked() bool {
	shops := 0
	if s.shopGone != nil {
		shops = 1
	}
	return s.takenLocked()+shops >= s.cfg.Max
}

// warmUp makes warm sandboxes until there are as many as wanted and allowed.
func (s *Service) warmUp(ctx context.Context) {
	select {
	case <-s.available:
	default:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.closed && len(s.warm)+s.warming < s.cfg.Warm && len(s.queue.tickets) == 0 && !s.crowdedLocked() {
		s.warming++
		s.work.Go(func() { s.warmOne(context.WithoutCancel(ctx)) })
	}
	if !s.closed && s.cfg.WarmWorkshop && s.shopGone == nil && len(s.queue.tickets) == 0 && !s.fullLocked() {
		s.shopGone = make(chan struct{})
		s.work.Go(func() { s.warmWorkshop(context.WithoutCancel(ctx)) })
	}
}

func (s *Service) warmOne(ctx context.Context) {
	w := &warmBox{id: city.NewID(city.PrefixSandbox)}
	w.dir = filepath.Join(s.cfg.Dir, w.id)
	err := s.makeDirs(w.dir, s.emptyVolume)
	if err == nil {
		limits := s.cfg.Limits
		err = s.cfg.Backend.Create(ctx, Spec{ID: w.id, Dir: backendDir(w.dir), Workspace: workDir(w.dir), Baseline: baselineDir(w.dir), Limits: limits})
	}
	if err == nil {
		// The first command opens the loader and the C library; the next find them open.
		err = s.warmBy(ctx, w.id, "true")
	}
	s.mu.Lock()
	s.warming--
	keep := err == nil && !s.closed
	if keep {
		s.warm = append(s.warm, w)
	}
	s.queue.wake()
	s.mu.Unlock()
	if keep {
		return
	}
	if err = errors.Join(err, s.discard(ctx, w)); err != nil {
		s.cfg.Logger.WarnContext(ctx, "make a warm sandbox", "error", err)
	}
}

// warmTimeout bounds the first command of a sandbox that nobody uses yet.
const warmTimeout = 30 * time.Second

// warmBy runs the first command in a sandbox that is to be kept ready.
func (s *Service) warmBy(ctx context.Context, id string, argv ...string) error {
	exit, err := s.cfg.Backend.Exec(ctx, id, Command{Argv: argv, Dir: "/", Timeout: warmTimeout}, nil, nil)
	if err == nil && exit.TimedOut {
		err = errTimedOut
	}
	return err
}

// takeWarmLocked returns a warm sandbox that runs, nil when there is none; guarded by mu.
func (s *Service) takeWarmLocked(ctx context.Context) *warmBox {
	for len(s.warm) > 0 {
		w := s.warm[0]
		s.warm = s.warm[1:]
		select {
		case <-s.cfg.Backend.Done(w.id): // it has died meanwhile
			s.work.Go(func() {
				if err := s.discard(ctx, w); err != nil {
					s.cfg.Logger.WarnContext(ctx, "remove a warm sandbox that died", "error", err)
				}
			})
		default:
			return w
		}
	}
	return nil
}

func (s *Service) discard(ctx context.Context, w *warmBox) error {
	return s.cleanUp(ctx, w.id, func(ctx context.Context) error {
		return errors.Join(s.cfg.Backend.Destroy(ctx, w.id), removeDirs(w.dir))
	})
}

// watch notices the death of a boot of a sandbox, says so and remembers why.
func (s *Service) watch(ctx context.Context, l *live, boot int) {
	ctx, done := context.WithoutCancel(ctx), s.cfg.Backend.Done(l.box.ID)
	s.watchers.Go(func() {
		select {
		case <-l.ended.Done():
			return
		case <-done:
		}
		if now, running := l.current(); !running || now != boot {
			return // it was stopped, or somebody else has noticed
		}
		_, err := s.cfg.Backend.Exec(ctx, l.box.ID, Command{Argv: []string{"true"}, Dir: "/", Timeout: warmTimeout}, nil, nil)
		code := city.CodeSandboxGone
		if errors.Is(err, ErrOOM) {
			code = city.CodeSandboxOOM
		}
		s.bury(l, boot, code)
	})
}

// WarmWorkshop reports whether an unused workshop is ready.
func (s *Service) WarmWorkshop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shop != nil
}

// Warm is how many unused sandboxes are ready.
func (s *Service) Warm() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.warm)
}
