package task

import (
	"context"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

// The jobs of a task's life. Each looks at the task again when it runs, and
// does nothing when the task has moved on. Windows and deadlines are no jobs:
// see [Service.Run].
type (
	judgeArgs struct {
		TaskID string `json:"taskId"`
	}
	cleanArgs struct {
		TaskID string `json:"taskId"`
	}
	leftArgs struct {
		AgentID string `json:"agentId"`
	}
	forgetSketchesArgs struct{}
	forgetCitedArgs    struct{}
	wipeTokensArgs     struct{}
)

func (judgeArgs) Kind() string { return "task_judge" }
func (cleanArgs) Kind() string { return "task_clean_up" }
func (leftArgs) Kind() string  { return "task_agent_left" }

func (forgetSketchesArgs) Kind() string { return "task_forget_sketches" }
func (forgetCitedArgs) Kind() string    { return "task_forget_cited" }
func (wipeTokensArgs) Kind() string     { return "task_wipe_tokens" }

func (s *Service) handleJobs() {
	jobs.Handle(s.Jobs, func(ctx context.Context, a judgeArgs, n jobs.Attempt) error {
		return s.judge(ctx, a.TaskID, n.Number)
	}, jobs.Timeout(judgeTimeout))
	jobs.Handle(s.Jobs, func(ctx context.Context, a cleanArgs, _ jobs.Attempt) error {
		return s.Sandboxes.Destroy(ctx, a.TaskID)
	})
	jobs.Handle(s.Jobs, func(ctx context.Context, a leftArgs, _ jobs.Attempt) error {
		return s.passOn(ctx, a.AgentID)
	})
	jobs.Handle(s.Jobs, func(ctx context.Context, _ forgetSketchesArgs, _ jobs.Attempt) error {
		return s.forgetSketches(ctx)
	})
	jobs.Handle(s.Jobs, func(ctx context.Context, _ forgetCitedArgs, _ jobs.Attempt) error {
		return s.forgetCited(ctx)
	})
	jobs.Handle(s.Jobs, func(ctx context.Context, _ wipeTokensArgs, _ jobs.Attempt) error {
		return s.DB.InTx(ctx, wipeTokens)
	})
	jobs.Every(s.Jobs, forgetEvery, wipeTokensArgs{})
	jobs.Every(s.Jobs, forgetEvery, forgetSketchesArgs{})
	jobs.Every(s.Jobs, forgetEvery, forgetCitedArgs{})
}

const (
	// judgeTimeout bounds one run of the gate in the background.
	judgeTimeout = examinationLimit + time.Minute
	// judgeGrace leaves the verdict to the call that delivered; the job is for
	// the case that this call died.
	judgeGrace = 5 * time.Second
	// maxExaminations is how often a verdict is looked for, with growing pauses
	// over a quarter of an hour, before the buyer gets the money back.
	maxExaminations = 6
)

// schedule enqueues what must happen because of a transition.
func (s *Service) schedule(ctx context.Context, tx store.Tx, t *Task, from city.TaskStatus) error {
	// The sandbox goes with the work: nobody may look at the code any longer. One
	// that is being made is not noted yet.
	if !from.Ended() && t.Status.Ended() && (t.SandboxID != "" || t.Source.Any()) {
		return s.Jobs.Enqueue(ctx, tx, cleanArgs{t.ID})
	}
	return nil
}
