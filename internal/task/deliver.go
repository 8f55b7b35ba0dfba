package task

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/store"
)

// Complete takes the agent's work and judges it. It returns with the verdict,
// or with the status quality_check when the verdict takes longer than
// Rules.VerdictWait; a repeated call returns what became of the first. Errors:
// TASK_NOT_FOUND, VALIDATION_ERROR, INVALID_STATE, DEADLINE_PASSED, and those of
// Provision for a task with code.
func (s *Service) Complete(ctx context.Context, agentID, taskID string, d Deliverable) (*Task, error) {
	if err := d.checked(); err != nil {
		return nil, err
	}
	t, err := s.ForAgent(ctx, agentID, taskID)
	if err != nil {
		return nil, err
	}
	if t.DeliveredAt != nil {
		return t, s.DB.Durable(ctx)
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
		return t, err // other work was delivered meanwhile: this verdict is not about it
	}
	close(e.taken)
	left := s.Rules.VerdictWait - s.DB.Clock().Now().Sub(began) // of which a patch may have taken some
	if judged := within(ctx, s.settleLater(ctx, taskID, holder, found), left); judged != nil {
		return *judged, nil
	}
	return t, nil
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

func (s *Service) gateInput(ctx context.Context, t *Task, w work) (gate.Input, func(), error) {
	input := gate.Input{
		Request: gate.Request{
			Category: t.Category, Description: t.Description, Tags: t.Tags,
			Criteria: t.Acceptance.Criteria, Commands: t.Acceptance.Commands, Paths: t.Acceptance.Paths,
		},
		Deliverable: gate.Deliverable{Result: w.Result},
	}
	if changes(w.patch) {
		input.Patch = []byte(w.patch)
	}
	for _, f := range w.Findings {
		input.Deliverable.Findings = append(input.Deliverable.Findings, gate.Finding(f))
	}
	with, err := s.compare(ctx, t, w.known.Sketch)
	if err != nil {
		return gate.Input{}, nil, err
	}
	if input.Earlier, err = s.earlier(ctx, with.earlier); err != nil {
		return gate.Input{}, nil, err
	}
	if input.Others, err = s.others(ctx, t, with.alike); err != nil {
		return gate.Input{}, nil, err
	}
	repo, done := s.repoFacts(ctx, t)
	input.Repo = repo
	return input, done, nil
}

// The bounds of a deliverable. Those of texts are characters, as in the tags of
// Deliverable and Finding, but for the result.
const (
	maxResult   = 1_000_000 // bytes
	maxFindings = 1_000
	maxFile     = 1_000
	maxClaim    = 10_000
	maxText     = 20_000
	maxModel    = 100
	maxLine     = 10_000_000
	maxCount    = 1_000_000   // turns, calls of tools
	maxCost     = 100_000_000 // cents
)

// checked says what is wrong, and writes severities as the city does.
func (d *Deliverable) checked() error {
	var v city.Invalid
	v.Check(strings.TrimSpace(d.Result) != "", "output.result", "must not be empty")
	v.Check(len(d.Result) <= maxResult, "output.result", "at most %d bytes", maxResult)
	v.Text("output.result", d.Result)
	v.Check(len(d.Findings) <= maxFindings, "output.findings", "at most %d", maxFindings)
	for i, f := range d.Findings {
		field := fmt.Sprintf("output.findings[%d]", i)
		v.Check(f.Claim != "" && shortEnough(f.Claim, maxClaim), field+".claim", "between 1 and %d characters", maxClaim)
		v.Check(shortEnough(f.File, maxFile) && f.Line >= 0 && f.Line <= maxLine, field+".file", "not a file and line")
		v.Check(shortEnough(f.Evidence, maxText), field+".evidence", "at most %d characters", maxText)
		v.Check(shortEnough(f.Fix, maxText), field+".fix", "at most %d characters", maxText)
		for _, text := range []string{f.Claim, f.File, f.Evidence, f.Fix} {
			v.Text(field, text)
		}
		severity, ok := severityOf(f.Severity)
		v.Check(ok, field+".severity", "must be critical, high, medium, low or info")
		d.Findings[i].Severity = string(severity)
	}
	v.Check(d.Turns >= 0 && d.Turns <= maxCount, "output.turns", "must be between 0 and %d", maxCount)
	v.Check(d.ToolCallCount >= 0 && d.ToolCallCount <= maxCount, "output.toolCallCount", "must be between 0 and %d", maxCount)
	v.Check(d.ActualAPICostCents >= 0 && d.ActualAPICostCents <= maxCost, "output.actualApiCostCents", "must be between 0 and %d cents", maxCost)
	v.Check(shortEnough(d.Model, maxModel), "output.model", "at most %d characters", maxModel)
	v.Text("output.model", d.Model)
	return v.Err()
}
