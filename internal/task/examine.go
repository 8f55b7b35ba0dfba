package task

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/judge"
	"aicity.dev/aicity/internal/gate/rubric"
	"aicity.dev/aicity/internal/gate/similarity"
	"aicity.dev/aicity/internal/gate/trial"
	"aicity.dev/aicity/internal/wait"
)

// Panel collects a judge's opinions of borderline work.
type Panel interface {
	Hear(ctx context.Context, taskID string, c judge.Case) (gate.Asked, error)
}

const (
	// trialLimit bounds building and testing, examinationLimit all of the way to
	// a verdict.
	trialLimit       = 8 * time.Minute
	examinationLimit = 13 * time.Minute
)

// examination is the way from a deliverable to its verdict: what is quick is
// done before the work is taken, what takes long only after it.
type examination struct {
	s       *Service
	task    *Task
	input   gate.Input
	plan    trial.Plan
	partial bool   // the patch leaves changes out
	release func() // lets the repository go
	taken   chan struct{}
}

// work is what was handed in, with what follows from it.
type work struct {
	Deliverable
	patch string
	known similarity.Known
}

func workOf(d Deliverable, patch string) work {
	return work{Deliverable: d, patch: patch, known: similarity.KnownOf(d.Result)}
}

func (s *Service) examination(ctx context.Context, t *Task, w work) (*examination, error) {
	input, release, err := s.gateInput(ctx, t, w)
	if err != nil {
		return nil, err
	}
	e := &examination{s: s, task: t, input: input, partial: cut(w.patch), release: release, taken: make(chan struct{})}
	if t.SandboxID != "" {
		e.plan = trial.Plan{Commands: t.Acceptance.Commands}
		if changes(w.patch) {
			e.plan.Patch, e.plan.Tests = []byte(w.patch), rubric.Of(t.Category).Executed
		}
	}
	return e, nil
}

// gateInput is what the gate is to read, and a function that lets the repository
// go when it has.
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

// begin runs the examination in the background, also when the caller leaves.
// The channel gets the verdict, or is closed without one: when the work was not
// taken, the city stops or the gate failed.
func (e *examination) begin(ctx context.Context) (found <-chan verdict, abandon func()) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), examinationLimit)
	verdicts := make(chan verdict, 1)
	stop := e.s.onStop(cancel)
	e.s.background.Go(func() {
		defer cancel()
		defer stop()
		defer close(verdicts)
		v, err := e.run(ctx)
		if err == nil {
			verdicts <- v
		} else if ctx.Err() == nil {
			e.s.Logger.ErrorContext(ctx, "examine deliverable", "task", e.task.ID, "error", err)
		}
	})
	return verdicts, cancel
}

func (e *examination) run(ctx context.Context) (v verdict, err error) {
	defer e.release()
	defer func() {
		if p := recover(); p != nil {
			e.s.Logger.ErrorContext(ctx, "the gate panicked", "task", e.task.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("the gate panicked: %v", p)
		}
	}()
	if e.plan.Tests || len(e.plan.Commands) > 0 {
		if err := e.await(ctx); err != nil {
			return v, err
		}
		if e.partial {
			e.input.Executed = e.notRun("The patch leaves changes out, so there is nothing whole to run.")
		} else if e.input.Executed, err = e.try(ctx); err != nil {
			return v, err
		}
	}
	v.Report = gate.Judge(e.input)
	if v.cited, err = e.s.sealCited(e.task.ID, citedFiles(e.input.Repo, v.References)); err != nil {
		e.s.Logger.WarnContext(ctx, "cited files are not kept", "task", e.task.ID, "error", err)
	}
	if !v.Borderline {
		return v, nil
	}
	if e.s.Panel == nil {
		v.Report = gate.Decide(v.Report, gate.Asked{})
		return v, nil
	}
	if err := e.await(ctx); err != nil {
		return v, err
	}
	asked, err := e.s.Panel.Hear(ctx, e.task.ID, judge.Case{
		Request: e.input.Request, Deliverable: e.input.Deliverable, Patch: e.input.Patch, Report: v.Report,
	})
	if err != nil {
		return v, err
	}
	v.Report = gate.Decide(v.Report, asked)
	return v, nil
}

// await holds up what takes long or costs money until the work is taken.
func (e *examination) await(ctx context.Context) error {
	select {
	case <-e.taken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// try builds and tests the patch. A trial that cannot be held is no fault of
// the work.
func (e *examination) try(ctx context.Context) (*gate.Executed, error) {
	bounded, cancel := context.WithTimeout(ctx, trialLimit)
	defer cancel()
	rehearsal, err := e.s.Sandboxes.Rehearse(bounded, e.task.ID)
	if err != nil {
		return e.untried(ctx, err)
	}
	executed, err := trial.Run(bounded, room{rehearsal}, e.plan)
	if closed := rehearsal.Close(ctx); closed != nil {
		e.s.Logger.WarnContext(ctx, "end rehearsal", "task", e.task.ID, "error", closed)
	}
	if err != nil {
		return e.untried(ctx, err)
	}
	return &executed, ctx.Err()
}

func (e *examination) untried(ctx context.Context, err error) (*gate.Executed, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	e.s.Logger.WarnContext(ctx, "judged without a trial", "task", e.task.ID, "code", city.CodeOf(err), "error", err)
	return e.notRun("No sandbox could be had to run it in."), nil
}

// notRun is what a trial that was not held found.
func (e *examination) notRun(why string) *gate.Executed {
	executed := &gate.Executed{Note: why}
	for _, c := range e.plan.Commands {
		executed.Commands = append(executed.Commands, gate.Command{
			Command: c, Finding: gate.NotShown, Run: gate.Run{Outcome: gate.OutcomeNotRun, Why: executed.Note},
		})
	}
	return executed
}

// onStop calls f when the city stops; the returned function forgets it.
func (s *Service) onStop(f func()) (forget func()) {
	done := make(chan struct{})
	s.background.Go(func() {
		select {
		case <-s.stop:
			f()
		case <-done:
		}
	})
	return func() { close(done) }
}

// Halt ends what is under way: whoever waits for a verdict waits no longer, and
// the job will find it.
func (s *Service) Halt() { s.stopOnce.Do(func() { close(s.stop) }) }

// closePatience is how long Close waits for examinations, which end at once unless
// one is stuck.
const closePatience = 30 * time.Second

// Close halts and waits for what was under way, no longer than for what is stuck:
// another node, or the next start, judges that work. None may be delivered any more
// when it is called.
func (s *Service) Close(ctx context.Context) {
	s.Halt()
	if !wait.Within(closePatience, s.background.Wait) {
		s.Logger.ErrorContext(ctx, "examinations do not end; their work is judged after the next start")
	}
}
