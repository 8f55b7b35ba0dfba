package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/store"
)

// verdict is the gate's report, with the files that it cites packed for those
// who may read them.
type verdict struct {
	gate.Report
	cited string
}

// encode is the report as it is kept, "" without a verdict.
func (v *verdict) encode() string {
	if v == nil {
		return ""
	}
	return encode(v.Report)
}

// judge is the job that finds the verdict of a delivered task when nobody else
// does. While somebody works on it, it comes back when that one's lease ends. When
// the last attempt finds none either, the task fails.
func (s *Service) judge(ctx context.Context, taskID string, attempt int) error {
	t, err := find(ctx, s.DB.Read(), taskID, "")
	if err != nil || t.Status != city.TaskQualityCheck {
		return err
	}
	holder := city.NewID("run")
	var mine bool
	err = s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		taken, until, err := takeLease(ctx, tx, taskID, holder)
		if mine = taken; err != nil || taken {
			return err
		}
		return s.Jobs.Enqueue(ctx, tx, judgeArgs{taskID}, jobs.At(until.Add(time.Second)))
	})
	if err != nil || !mine {
		return err
	}
	err = s.underLease(ctx, taskID, holder, func(ctx context.Context) error { return s.examine(ctx, t) })
	stopped := errors.Is(ctx.Err(), context.Canceled) || errors.Is(err, errLeaseLost)
	if err == nil || stopped || attempt < maxExaminations {
		return err
	}
	s.Logger.ErrorContext(ctx, "no verdict can be found, the buyer is refunded", "task", taskID, "attempt", attempt, "error", err)
	return s.failUnjudged(context.WithoutCancel(ctx), taskID)
}

// examine judges delivered work and settles the task.
func (s *Service) examine(ctx context.Context, t *Task) error {
	d, _, err := s.Deliverable(ctx, t.ID)
	if err != nil {
		return err
	}
	patch, _, err := document(ctx, s.DB.Read(), t.ID, docPatch)
	if err != nil {
		return err
	}
	e, err := s.examination(ctx, t, workOf(d, patch))
	if err != nil {
		return err
	}
	close(e.taken)
	v, err := e.run(ctx)
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, t.ID, v)
	return err
}

// failUnjudged ends a task whose examination always fails. That is the city's
// fault: the buyer gets the hold back, and the agent's standing stays.
func (s *Service) failUnjudged(ctx context.Context, taskID string) error {
	_, err := s.locked(ctx, taskID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if err := dropLease(ctx, tx, t.ID); err != nil || t.Status != city.TaskQualityCheck {
			return err
		}
		t.FailCode, t.FailReason = FailUnjudged, "The quality gate could not come to a verdict, through no fault of buyer or agent."
		return s.apply(ctx, tx, change{task: t, on: Unjudged, facts: map[string]any{"code": t.FailCode}})
	})
	return err
}

// settle writes the verdict of a delivered task and moves the money.
func (s *Service) settle(ctx context.Context, taskID string, v verdict) (*Task, error) {
	report := v.encode()
	return s.locked(ctx, taskID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if err := dropLease(ctx, tx, t.ID); err != nil || t.Status != city.TaskQualityCheck {
			return err
		}
		return s.applyVerdict(ctx, tx, t, v, report)
	})
}

// applyVerdict writes a verdict, with its report as it is kept.
func (s *Service) applyVerdict(ctx context.Context, tx store.Tx, t *Task, v verdict, report string) error {
	score := v.Score
	t.GateScore = &score
	if err := saveDocument(ctx, tx, t.ID, docReport, report); err != nil {
		return err
	}
	if err := saveCited(ctx, tx, t.ID, v.cited); err != nil {
		return err
	}
	c := change{task: t, on: Pass, facts: map[string]any{"score": score}, learn: reputation.Input{GateScore: score}}
	if v.Verdict != gate.Pass {
		c.on = Reject
		t.FailCode, t.FailReason = FailRejected, fmt.Sprintf("The quality gate scored the work %d of 100; %d are needed.", score, gate.PassScore)
		c.facts["code"] = t.FailCode
	} else {
		c.facts["chargeCents"] = t.Quote.ChargeCents
	}
	return s.apply(ctx, tx, c)
}
