package sandbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

const (
	// sweepEvery is how often Run looks for what has had its time.
	sweepEvery = 15 * time.Second
	// sweepTimeout is how long it waits for what is ended then, which goes on.
	sweepTimeout = 30 * time.Second
)

// Run ends expired sandboxes, stops idle ones and keeps the logs until ctx is
// done. None of these waits for another.
func (s *Service) Run(ctx context.Context) {
	s.warmUp(ctx)
	var duties sync.WaitGroup
	defer duties.Wait()
	duties.Go(func() {
		every(ctx, sweepEvery, func() {
			s.warmUp(ctx)
			s.warn(ctx, "sweep sandboxes", s.Sweep(ctx))
		})
	})
	duties.Go(func() {
		every(ctx, saveEvery, func() {
			s.prepareNext(ctx)
			for _, l := range s.all() {
				s.warn(ctx, "save access log of "+l.box.ID, s.saveLog(ctx, l))
			}
		})
	})
	duties.Go(func() {
		every(ctx, forgetEvery, func() { s.warn(ctx, "forget old accesses", s.ForgetAccesses(ctx)) })
	})
}

// every calls do now and then until ctx is done.
func every(ctx context.Context, pause time.Duration, do func()) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}

// warn logs what failed, unless it is the end of ctx.
func (s *Service) warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.cfg.Logger.WarnContext(ctx, what, "error", err)
	}
}

// whyExpired tells a sandbox that has lived its time from one whose end somebody
// asked for where it does not live.
func whyExpired(box Sandbox) city.Code {
	if box.EndAsked {
		return ""
	}
	return city.CodeSandboxExpired
}

// Sweep destroys the sandboxes of this server that have expired, by their time
// or because another server asked for it, stops those nobody uses, and cleans up
// what could not be cleaned up before.
func (s *Service) Sweep(ctx context.Context) error {
	expired, err := listLive(ctx, s.cfg.DB.Read(), s.cfg.Node, s.now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sweepTimeout)
	defer cancel()
	var duties []func() error
	for _, box := range expired {
		if l := s.toEnd(box); l != nil {
			duties = append(duties, func() error { return s.end(ctx, l, whyExpired(box)) })
		}
	}
	if s.cfg.Idle > 0 {
		since := s.now().Add(-s.cfg.Idle)
		for _, l := range s.all() {
			if l.idle(since) {
				duties = append(duties, func() error { return s.rest(ctx, l) })
			}
		}
	}
	return s.together(ctx, append(duties, s.owing(ctx)...))
}

// toEnd is the sandbox of a row, nil when it is being ended already.
func (s *Service) toEnd(box Sandbox) *live {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lives[box.TaskID]
	if l == nil || l.box.ID != box.ID || l.ended.Err() != nil {
		return nil
	}
	return l
}

// rest stops a sandbox that nobody uses. One that is destroyed meanwhile, by its
// time, say, needs none.
func (s *Service) rest(ctx context.Context, l *live) error {
	err := s.park(ctx, l)
	if l.ended.Err() != nil {
		return nil
	}
	return err
}

// together does all at once and joins their errors. What is not done when ctx
// ends goes on.
func (s *Service) together(ctx context.Context, duties []func() error) error {
	results := make(chan error, len(duties))
	for _, do := range duties {
		s.ends.Go(func() { results <- do() })
	}
	var errs []error
	for range duties {
		select {
		case err := <-results:
			errs = append(errs, err)
		case <-ctx.Done():
			return errors.Join(append(errs, ctx.Err())...)
		}
	}
	return errors.Join(errs...)
}

// Prune forgets the sandboxes that were destroyed before: their rows, since
// nothing else is left of them. It ends the rows of those that were lost with
// their server, so that their tasks can have others.
func (s *Service) Prune(ctx context.Context, before time.Time) error {
	return s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := endLost(ctx, tx, tx.Now().Add(-lostAfter), s.cfg.Node); err != nil {
			return err
		}
		return deleteEnded(ctx, tx, before)
	})
}
