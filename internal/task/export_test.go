package task

import (
	"context"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/similarity"
	"aicity.dev/aicity/internal/gate/trial"
	"aicity.dev/aicity/internal/sandbox"
)

// DeliverUnjudged delivers work whose verdict is not there yet, as Complete does.
func (s *Service) DeliverUnjudged(ctx context.Context, agentID, taskID string, d Deliverable) (t *Task, taken bool, err error) {
	return s.deliver(ctx, agentID, taskID, workOf(d, ""), nil, "nobody")
}

// NewRoom is a rehearsal as trials use it.
func NewRoom(r *sandbox.Rehearsal) trial.Room { return room{r} }

// Judge settles delivered work with a score, as the gate does.
func (s *Service) Judge(ctx context.Context, taskID string, score int) (*Task, error) {
	report := gate.Report{Score: score, Verdict: gate.Fail}
	if score >= gate.PassScore {
		report.Verdict = gate.Pass
	}
	return s.settle(ctx, taskID, verdict{Report: report})
}

// The jobs of a task's life, run now.
func (s *Service) ReleaseNow(ctx context.Context, taskID string) error { return s.release(ctx, taskID) }

// ExpireReviewNow is the job that ends a review.
func (s *Service) ExpireReviewNow(ctx context.Context, taskID string) error {
	return s.expireReview(ctx, taskID)
}

// ExpireApprovalNow is the job that cancels an order that was not approved.
func (s *Service) ExpireApprovalNow(ctx context.Context, taskID string) error {
	return s.expireApproval(ctx, taskID)
}

// ExpireDeadlineNow is the job that fails a task whose agent is late.
func (s *Service) ExpireDeadlineNow(ctx context.Context, taskID string) error {
	return s.expireDeadline(ctx, taskID)
}

// JudgeNow runs the job that finds a verdict.
func (s *Service) JudgeNow(ctx context.Context, taskID string) error { return s.judge(ctx, taskID, 1) }

// JudgeAgain runs it when it failed before; it is the attempt with that number.
func (s *Service) JudgeAgain(ctx context.Context, taskID string, attempt int) error {
	return s.judge(ctx, taskID, attempt)
}

// MaxExaminations is the number of the last attempt.
const MaxExaminations = maxExaminations

// RenewLease is what a holder does; false when another has the lease.
func (s *Service) RenewLease(ctx context.Context, taskID, holder string) (bool, error) {
	return s.renewLease(ctx, taskID, holder, leaseTime)
}

// ForgetSketchesNow is the job that deletes old sketches.
func (s *Service) ForgetSketchesNow(ctx context.Context) error { return s.forgetSketches(ctx) }

// FileSketchesNow is what happens after many deliveries.
func (s *Service) FileSketchesNow(ctx context.Context) error { return s.fileSketches(ctx) }

// ForgetCitedNow is the job that deletes cited files whose time is over.
func (s *Service) ForgetCitedNow(ctx context.Context) error { return s.forgetCited(ctx) }

// OthersOf are the sketches that the gate compares a text with.
func (s *Service) OthersOf(ctx context.Context, t *Task, text string) ([]similarity.Sketch, error) {
	with, err := s.compare(ctx, t, similarity.KnownOf(text).Sketch)
	if err != nil {
		return nil, err
	}
	return s.others(ctx, t, with.alike)
}

// ExpireRecheckNow is what ends a re-check that nobody decided.
func (s *Service) ExpireRecheckNow(ctx context.Context, taskID string) error {
	return s.expireRecheck(ctx, taskID)
}

// Guarded does what is due for one task.
func (s *Service) Guarded(ctx context.Context, id string) error { return s.guarded(ctx, id) }

// FailUnjudgedNow ends a task whose last examination has failed.
func (s *Service) FailUnjudgedNow(ctx context.Context, taskID string) error {
	return s.failUnjudged(ctx, taskID)
}

// ForgetDelivered forgets what is remembered of delivered texts.
func (s *Service) ForgetDelivered() { s.delivered = runsMemo{} }

// WipeTokensNow is the job that wipes what an earlier version left.
func (s *Service) WipeTokensNow(ctx context.Context) error { return s.DB.InTx(ctx, wipeTokens) }

// SpentSince is what an owner ordered since.
func (s *Service) SpentSince(ctx context.Context, buyerID string, since time.Time) (city.Cents, error) {
	return spentSince(ctx, s.DB.Read(), bound{column: "buyer_id", subject: buyerID}, since)
}

// SpentByAgentSince is what an agent ordered for its owner since.
func (s *Service) SpentByAgentSince(ctx context.Context, agentID string, since time.Time) (city.Cents, error) {
	return spentSince(ctx, s.DB.Read(), bound{column: "submitter_id", indexed: bySubmitter, subject: agentID}, since)
}
