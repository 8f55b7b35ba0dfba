package task

import (
	"context"
	"errors"
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

// Complete takes the agent's work and judges it. It returns with the verdict,
// or with the status quality_check when the verdict takes longer than
// Rules.VerdictWait; a call repeated with the same work returns what became of the
// first. Errors: TASK_NOT_FOUND, VALIDATION_ERROR, INVALID_STATE, also when other
// work was handed in before, DEADLINE_PASSED, and those of Provision for a task
// with code.
func (s *Service) Complete(ctx context.Context, agentID, taskID string, d Deliverable) (*Task, error) {
	if err := d.checked(); err != nil {
		return nil, err
	}
	t, err := s.ForAgent(ctx, agentID, taskID)
	if err != nil {
		return nil, err
	}
	if t.DeliveredAt != nil {
		return s.repeatedWork(ctx, t, d)
	}
	if t.Status != city.TaskExecuting {
		return nil, errInvalidState(t, Deliver)
	}
	// The gate judges against the code. An agent that has dropped its sandbox, or
	// never had one, does not get around that.
	if t.Source.Any() {
		if _, t, err = s.Provision(ctx, agentID, taskID); err != nil {
			return nil, err
		}
	}
	began := s.DB.Clock().Now()
	w := workOf(d, s.patch(ctx, t))
	if err := s.saveLog(ctx, t); err != nil {
		return nil, err
	}
	e, err := s.examination(ctx, t, w)
	if err != nil {
		return nil, err
	}
	found, abandon := e.begin(ctx)
	v := within(ctx, found, quickVerdict)
	holder := city.NewID("run")
	t, taken, err := s.deliver(ctx, agentID, taskID, w, v, holder)
	if err == nil && taken {
		s.delivered.keep(taskID, w.known.Runs)
		s.countFresh(ctx)
	}
	if err != nil || v != nil || !taken {
		abandon()
	}
	switch {
	case err != nil || v != nil:
		return t, err
	case !taken: // work was delivered meanwhile: this verdict is not about it
		return s.repeatedWork(ctx, t, d)
	}
	close(e.taken)
	left := s.Rules.VerdictWait - s.DB.Clock().Now().Sub(began) // of which a patch may have taken some
	if judged := within(ctx, s.settleLater(ctx, taskID, holder, found), left); judged != nil {
		return *judged, nil
	}
	return t, nil
}

// repeatedWork is what became of work that was handed in, for a call that hands it
// in again. What an agent says about its work may differ: one that was cut off
// does not know any more how long it took.
func (s *Service) repeatedWork(ctx context.Context, t *Task, d Deliverable) (*Task, error) {
	first, found, err := s.Deliverable(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	if found && (first.Result != d.Result || !slices.Equal(first.Findings, d.Findings)) {
		return nil, errInvalidState(t, deliverOther)
	}
	return t, s.DB.Durable(ctx)
}

// settleLater settles a task when its verdict is there, also when the caller
// leaves. The channel gets the settled task, or is closed without one: then the
// job will settle it.
func (s *Service) settleLater(ctx context.Context, taskID, holder string, found <-chan verdict) <-chan *Task {
	ctx = context.WithoutCancel(ctx)
	settled := make(chan *Task, 1)
	s.background.Go(func() {
		defer close(settled)
		err := s.underLease(ctx, taskID, holder, func(ctx context.Context) error {
			select {
			case v, ok := <-found:
				if !ok {
					return errNoVerdict
				}
				t, err := s.settle(ctx, taskID, v)
				if err == nil {
					settled <- t
				}
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if err != nil {
			s.Logger.WarnContext(ctx, "verdict left to the job", "task", taskID, "error", err)
		}
	})
	return settled
}

// errNoVerdict is an examination that ended without one.
var errNoVerdict = errors.New("the examination ended without a verdict")

// quickVerdict is how long a delivery waits for its verdict before it is written
// without: most verdicts are there at once, and one transaction does for both.
const quickVerdict = 250 * time.Millisecond

// within returns what arrives in time, nil when nothing does.
func within[T any](ctx context.Context, arrives <-chan T, wait time.Duration) *T {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case arrived, ok := <-arrives:
		if ok {
			return &arrived
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

// deliver writes the work and, when it is there, its verdict. It is not
// taken when the task has work already. Without a verdict, holder gets the lease
// on finding it.
func (s *Service) deliver(ctx context.Context, agentID, taskID string, w work, v *verdict, holder string) (t *Task, taken bool, err error) {
	late := false
	body, report := encode(w.Deliverable), v.encode() // before others wait for the transaction
	t, err = s.locked(ctx, taskID, assignedTo(agentID), func(ctx context.Context, tx store.Tx, t *Task) error {
		if taken = t.DeliveredAt == nil; !taken {
			return nil
		}
		if late = overdue(t, tx); late {
			return s.applyExpire(ctx, tx, t)
		}
		t.DeliveredAt = now(tx)
		if err := saveDocument(ctx, tx, t.ID, docDeliverable, body); err != nil {
			return err
		}
		if err := saveSketch(ctx, tx, t, w.known.Sketch); err != nil {
			return err
		}
		if w.patch != "" {
			if err := saveDocument(ctx, tx, t.ID, docPatch, w.patch); err != nil {
				return err
			}
		}
		facts := map[string]any{}
		if t.StartedAt != nil {
			facts["executionMs"] = t.DeliveredAt.Sub(*t.StartedAt).Milliseconds()
		}
		if err := s.apply(ctx, tx, change{task: t, on: Deliver, facts: facts}); err != nil {
			return err
		}
		if v != nil {
			return s.applyVerdict(ctx, tx, t, *v, report)
		}
		if _, _, err := takeLease(ctx, tx, t.ID, holder); err != nil {
			return err
		}
		return s.Jobs.Enqueue(ctx, tx, judgeArgs{t.ID}, jobs.At(tx.Now().Add(s.Rules.VerdictWait+judgeGrace)))
	})
	if err == nil && late {
		return nil, false, city.Errorf(city.CodeDeadlinePassed, "The deadline passed at %s; the task has failed.", t.DeadlineAt.Format("15:04:05 MST"))
	}
	return t, taken, err
}
