package task

import (
	"context"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/store"
)

// Thumbs lists what a buyer may think of a result.
func Thumbs() []string { return []string{"up", "down"} }

// Reasons lists why a buyer may be discontent.
func Reasons() []string {
	return []string{"not_what_was_asked", "wrong", "incomplete", "low_quality", "other"}
}

// maxComment bounds a buyer's comment, in characters.
const maxComment = 2_000

func (f Feedback) validate() error {
	var v city.Invalid
	v.Check(slices.Contains(Thumbs(), f.Thumbs), "thumbs", `must be "up" or "down"`)
	v.Check(f.Rating >= 0 && f.Rating <= 5, "rating", "must be between 1 and 5")
	v.Check(shortEnough(f.Comment, maxComment), "comment", "at most %d characters", maxComment)
	v.Text("comment", f.Comment)
	if f.Thumbs == "down" {
		v.Check(slices.Contains(Reasons(), f.Reason), "reason", "must be one of %s", strings.Join(Reasons(), ", "))
		v.Check(f.Reason != "other" || strings.TrimSpace(f.Comment) != "", "comment", `say why, when the reason is "other"`)
	} else {
		v.Check(f.Reason == "", "reason", `only with thumbs "down"`)
		v.Check(f.Criterion == 0, "criterion", `only with thumbs "down"`)
	}
	return v.Err()
}

// GiveFeedback records the buyer's opinion of a completed task. Thumbs down
// inside the refund window takes the whole charge back, at once or after an
// operator's decision; later it is an opinion only. An opinion is given once;
// up may become down while the window is open.
// Errors: VALIDATION_ERROR, TASK_NOT_FOUND, INVALID_STATE, FEEDBACK_ALREADY_GIVEN.
func (s *Service) GiveFeedback(ctx context.Context, buyerID, taskID string, f Feedback) (*Task, error) {
	if err := f.validate(); err != nil {
		return nil, err
	}
	return s.locked(ctx, taskID, boughtBy(buyerID), func(ctx context.Context, tx store.Tx, t *Task) error {
		given := t.Feedback
		given.At = nil
		if given == f {
			return nil // repeated
		}
		if f.Criterion < 0 || f.Criterion > len(t.Acceptance.Criteria) {
			return errNoCriterion(len(t.Acceptance.Criteria))
		}
		if t.Status != city.TaskCompleted {
			return errInvalidState(t, giveFeedback)
		}
		open := t.ReleasedAt == nil && t.RefundUntil != nil && t.RefundUntil.After(tx.Now())
		// Never down to up: that would open the way to another refund after an operator denied one.
		if given.Thumbs != "" && (!open || given.Thumbs != "up" || f.Thumbs != "down") {
			return city.Errorf(city.CodeFeedbackGiven, "You have said %q already.", given.Thumbs)
		}
		t.Feedback = f
		t.Feedback.At = now(tx)
		return s.applyFeedback(ctx, tx, t, open)
	})
}

func (s *Service) applyFeedback(ctx context.Context, tx store.Tx, t *Task, open bool) error {
	view := map[string]any{"thumbs": t.Feedback.Thumbs, "rating": t.Feedback.Rating, "reason": t.Feedback.Reason, "criterion": t.Feedback.Criterion}
	if err := s.Events.Append(ctx, tx, t.ID, event.TaskFeedback, view, BuyerTopic(t.BuyerID)); err != nil {
		return err
	}
	if t.Feedback.Thumbs == "down" && open {
		back, err := s.takeBack(ctx, tx, t)
		if err != nil {
			return err
		}
		// It is told before the refund is, and with the state that it leads to.
		after := *t
		if tr, ok := next(t.Status, back.on); ok {
			after.become(tr.To, tx.Now())
		}
		if err := s.tellFeedback(ctx, tx, &after); err != nil {
			return err
		}
		return s.apply(ctx, tx, back)
	}
	if err := s.tellFeedback(ctx, tx, t); err != nil {
		return err
	}
	in := reputation.Input{Cause: reputation.CauseThumbsUp, Rating: t.Feedback.Rating}
	if t.Feedback.Thumbs == "down" {
		in = reputation.Input{Cause: reputation.CauseThumbsDown}
	}
	return s.learn(ctx, tx, t.AgentID, t.ID, in)
}

func (s *Service) tellFeedback(ctx context.Context, tx store.Tx, t *Task) error {
	return s.Webhooks.Emit(ctx, tx, t.AgentID, event.NoticeFeedbackReceived, t.ID, AgentViewOf(t))
}
