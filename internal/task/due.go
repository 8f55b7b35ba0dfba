package task

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"aicity.dev/aicity/internal/city"
)

// due is when the city itself must do something about the task if nobody else
// does, nil when nothing is to come. It is written with the task, in the
// transaction that makes it so.
func (t *Task) due() *time.Time {
	switch {
	case t.Status == city.TaskPendingApproval:
		at := t.CreatedAt.Add(approvalWindow)
		return &at
	case t.Status == city.TaskSubmitted:
		return t.AcceptBy
	case t.Status == city.TaskExecuting:
		return t.DeadlineAt
	case t.Status == city.TaskCompleted && t.ReleasedAt == nil:
		return t.RefundUntil
	case t.Status == city.TaskFailed && t.Recheck.waits():
		return &t.Recheck.DecideBy
	case t.Status == city.TaskRefundReview:
		return &t.Review.DecideBy
	default:
		return nil
	}
}

// act does what is due. Each of these looks again at the task, locked, and does
// nothing when it has moved on.
func (s *Service) act(ctx context.Context, taskID string) error {
	t, err := find(ctx, s.DB.Read(), taskID, "")
	if err != nil {
		return err
	}
	switch t.Status {
	case city.TaskPendingApproval:
		return s.expireApproval(ctx, t.ID)
	case city.TaskSubmitted:
		return s.expireAccept(ctx, t.ID, t.AgentID)
	case city.TaskExecuting:
		return s.expireDeadline(ctx, t.ID)
	case city.TaskCompleted:
		return s.release(ctx, t.ID)
	case city.TaskFailed:
		return s.expireRecheck(ctx, t.ID)
	case city.TaskRefundReview:
		return s.expireReview(ctx, t.ID)
	default:
		return nil
	}
}

const (
	// duePause is how often a node looks for what is due.
	duePause = 250 * time.Millisecond
	// duePage is how many tasks are read, and dueWorkers how many are worked on, at once.
	duePage    = 100
	dueWorkers = 8
	// postponed is how long a task rests whose turn failed.
	postponed = 30 * time.Second
)

// Run does what is due until ctx ends. Any number of nodes may run it.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(duePause)
	defer ticker.Stop()
	failed := map[string]time.Time{} // until when a task rests
	var told seldom
	for {
		if err := s.actDue(ctx, failed); err != nil && ctx.Err() == nil && told.again(s.DB.Clock().Now()) {
			s.Logger.WarnContext(ctx, "look for due tasks", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// actDue goes once through all that is due. Those that fail rest for a while,
// so that they hold up nobody.
func (s *Service) actDue(ctx context.Context, failed map[string]time.Time) error {
	now := s.DB.Clock().Now()
	for id, until := range failed {
		if now.After(until) {
			delete(failed, id)
		}
	}
	for from := (dueTask{}); ; {
		due, err := listDue(ctx, s.DB.Read(), now, from, duePage)
		if err != nil {
			return err
		}
		s.actAll(ctx, due, failed)
		if len(due) < duePage || ctx.Err() != nil {
			return nil
		}
		from = due[len(due)-1]
	}
}

// actAll does what is due for several tasks at once and adds those that fail to failed.
func (s *Service) actAll(ctx context.Context, due []dueTask, failed map[string]time.Time) {
	var mu sync.Mutex // guards failed
	var wg sync.WaitGroup
	defer wg.Wait()
	free := make(chan struct{}, dueWorkers)
	resting := func(id string) bool {
		mu.Lock()
		defer mu.Unlock()
		_, ok := failed[id]
		return ok
	}
	for _, t := range due {
		if resting(t.id) {
			continue
		}
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			err := s.guarded(ctx, t.id)
			if err == nil || ctx.Err() != nil {
				return
			}
			s.Logger.WarnContext(ctx, "what was due failed", "task", t.id, "error", err)
			mu.Lock()
			defer mu.Unlock()
			failed[t.id] = s.DB.Clock().Now().Add(postponed)
		})
	}
}

// guarded acts on a task. One that panics must not end the server: it would be
// due again at the next start.
func (s *Service) guarded(ctx context.Context, id string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return s.act(ctx, id)
}
