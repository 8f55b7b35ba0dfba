package task

import (
	"context"
	"time"

	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

// The jobs of a task's life. Each looks at the task again when it runs, and
// does nothing when the task has moved on.
type (
	acceptArgs struct {
		TaskID  string `json:"taskId"`
		AgentID string `json:"agentId"`
	}
	deadlineArgs struct {
		TaskID string `json:"taskId"`
	}
	approvalArgs struct {
		TaskID string `json:"taskId"`
	}
	judgeArgs struct {
		TaskID string `json:"taskId"`
	}
	releaseArgs struct {
		TaskID string `json:"taskId"`
	}
	cleanArgs struct {
		TaskID string `json:"taskId"`
	}
)

func (acceptArgs) Kind() string   { return "task_accept_window" }
func (deadlineArgs) Kind() string { return "task_deadline" }
func (approvalArgs) Kind() string { return "task_approval" }
func (judgeArgs) Kind() string    { return "task_judge" }
func (releaseArgs) Kind() string  { return "task_release" }
func (cleanArgs) Kind() string    { return "task_clean_up" }

func (s *Service) handleJobs() {
	jobs.Handle(s.Jobs, func(ctx context.Context, a acceptArgs, _ jobs.Attempt) error {
		return s.expireAccept(ctx, a.TaskID, a.AgentID)
	})
	jobs.Handle(s.Jobs, func(ctx context.Context, a deadlineArgs, _ jobs.Attempt) error {
		return s.expireDeadline(ctx, a.TaskID)
	})
	jobs.Handle(s.Jobs, func(ctx context.Context, a approvalArgs, _ jobs.Attempt) error {
		return s.expireApproval(ctx, a.TaskID)
	})
	jobs.Handle(s.Jobs, func(ctx context.Context, a judgeArgs, _ jobs.Attempt) error {
		return s.judge(ctx, a.TaskID)
	}, jobs.Timeout(judgeTimeout))
	jobs.Handle(s.Jobs, func(ctx context.Context, a releaseArgs, _ jobs.Attempt) error {
		return s.release(ctx, a.TaskID)
	})
	jobs.Handle(s.Jobs, func(ctx context.Context, a cleanArgs, _ jobs.Attempt) error {
		return s.Sandboxes.Destroy(ctx, a.TaskID)
	})
}

const (
	// judgeTimeout bounds one run of the gate in the background.
	judgeTimeout = 10 * time.Minute
	// judgeGrace leaves the verdict to the call that delivered; the job is for
	// the case that this call died.
	judgeGrace = 5 * time.Second
)

// schedule enqueues what must happen later because of a transition.
func (s *Service) schedule(ctx context.Context, tx store.Tx, t *Task, on Trigger) error {
	var args jobs.Args
	var at time.Time
	switch on {
	case AskApproval:
		args, at = approvalArgs{t.ID}, tx.Now().Add(approvalWindow)
	case Assign:
		args, at = acceptArgs{t.ID, t.AgentID}, *t.AcceptBy
	case Start:
		args, at = deadlineArgs{t.ID}, *t.DeadlineAt
	case Pass:
		args, at = releaseArgs{t.ID}, *t.RefundUntil
	}
	if args != nil {
		if err := s.Jobs.Enqueue(ctx, tx, args, jobs.At(at)); err != nil {
			return err
		}
	}
	// The sandbox goes with the work: nobody may look at the code any longer.
	if on != Release && on != Refund && t.Status.Ended() && t.SandboxID != "" {
		return s.Jobs.Enqueue(ctx, tx, cleanArgs{t.ID})
	}
	return nil
}
