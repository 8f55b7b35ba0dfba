package task

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// ReviewCause is why a refund is not instant.
type ReviewCause string

// The causes.
const (
	// ReviewHighVerdict: the gate scored the work HighVerdict or more, and the
	// buyer named no criterion that it misses.
	ReviewHighVerdict ReviewCause = "high_verdict"
	// ReviewOverturned: an operator has found that the work should pass.
	ReviewOverturned ReviewCause = "overturned"
	// ReviewRefundRate: the buyer takes back more than Rules.InstantRefundRate.
	ReviewRefundRate ReviewCause = "refund_rate"
)

// ReviewCauses lists the causes.
func ReviewCauses() []ReviewCause {
	return []ReviewCause{ReviewHighVerdict, ReviewRefundRate, ReviewOverturned}
}

// RefundDecision is what became of a refund that was not instant.
type RefundDecision string

// The decisions.
const (
	DecideRefund RefundDecision = "refund" // the buyer gets the charge back
	DecideDeny   RefundDecision = "deny"   // the agent keeps it
)

// RefundDecisions lists the decisions.
func RefundDecisions() []RefundDecision { return []RefundDecision{DecideRefund, DecideDeny} }

const (
	// HighVerdict is the gate's score from which a refund needs a criterion that
	// is not met, or an operator.
	HighVerdict = 80
	// ratedTasks is how many of a buyer's tasks must have passed before its
	// refund rate counts.
	ratedTasks = 5
	// maxNote bounds an operator's words, in characters.
	maxNote = 2_000
)

// Review is a refund that waits for an operator's decision, or had one. Both
// parties see it.
type Review struct {
	Cause     ReviewCause    `json:"cause" doc:"Why the refund is not instant"`
	AskedAt   time.Time      `json:"askedAt"`
	DecideBy  time.Time      `json:"decideBy" doc:"Without a decision until then the buyer is refunded"`
	Decision  RefundDecision `json:"decision,omitempty" doc:"Empty while it waits"`
	DecidedAt *time.Time     `json:"decidedAt,omitempty"`
	Note      string         `json:"note,omitempty" doc:"The operator's reason"`
	// DecidedBy is the operator, "" when nobody decided in time. It stays inside.
	DecidedBy string `json:"-"`
}

// storedReview is a review as the database keeps it.
type storedReview struct {
	Review
	DecidedBy string `json:"decidedBy,omitempty"`
}

func encodeReview(r *Review) string {
	if r == nil {
		return ""
	}
	return encode(storedReview{Review: *r, DecidedBy: r.DecidedBy})
}

func decodeReview(text string) (*Review, error) {
	if text == "" {
		return nil, nil
	}
	var stored storedReview
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	stored.Review.DecidedBy = stored.DecidedBy
	return &stored.Review, nil
}

// reviewCause says why a refund of t is not instant, "" when it is.
func (s *Service) reviewCause(t *Task, record BuyerRecord) ReviewCause {
	switch {
	case s.tooManyRefunds(record):
		return ReviewRefundRate
	case t.Recheck != nil && t.Recheck.Decision == RecheckOverturn:
		return ReviewOverturned
	case t.GateScore != nil && *t.GateScore >= HighVerdict && t.Feedback.Criterion == 0:
		return ReviewHighVerdict
	default:
		return ""
	}
}

func (s *Service) tooManyRefunds(r BuyerRecord) bool {
	return r.Completed >= ratedTasks && r.RefundRate() > s.Rules.InstantRefundRate
}

// RefundTerms says, before a buyer asks, what a refund of t would need.
type RefundTerms struct {
	Cause  ReviewCause   // why an operator would decide unless a criterion is named, "" when the refund is instant
	Window time.Duration // how long that may take
}

// RefundTerms returns what a refund would need now. Who may see it is the
// caller's to check.
func (s *Service) RefundTerms(ctx context.Context, t *Task) (RefundTerms, error) {
	record, err := findRecord(ctx, s.DB.Read(), t.BuyerID, "")
	return RefundTerms{Cause: s.reviewCause(t, record), Window: s.Rules.ReviewWindow}, err
}

// takeBack is the change that refunds t, or has an operator decide about it.
func (s *Service) takeBack(ctx context.Context, tx store.Tx, t *Task) (change, error) {
	// The lock keeps two refunds at once from both being under the rate.
	record, err := findRecord(ctx, tx, t.BuyerID, store.ForUpdate(tx))
	if err != nil {
		return change{}, err
	}
	cause := s.reviewCause(t, record)
	if cause == "" {
		return change{task: t, on: Refund, facts: refunded(t)}, nil
	}
	t.Review = &Review{Cause: cause, AskedAt: tx.Now(), DecideBy: tx.Now().Add(s.Rules.ReviewWindow)}
	return change{task: t, on: AskRefund, facts: map[string]any{"cause": cause, "decideBy": t.Review.DecideBy}}, nil
}

func refunded(t *Task) map[string]any { return map[string]any{"refundedCents": t.Charge} }

// DecideRefund is an operator's decision about a refund that waits for one.
// Saying the same again is harmless. Errors: VALIDATION_ERROR, TASK_NOT_FOUND,
// FORBIDDEN for a party, INVALID_STATE.
func (s *Service) DecideRefund(ctx context.Context, operatorID, taskID string, d RefundDecision, note string) (*Task, error) {
	var v city.Invalid
	v.Check(d == DecideRefund || d == DecideDeny, "decision", `must be "%s" or "%s"`, DecideRefund, DecideDeny)
	note = strings.TrimSpace(note)
	v.Text("note", note)
	v.Check(shortEnough(note, maxNote), "note", "at most %d characters", maxNote)
	v.Check(d != DecideDeny || note != "", "note", "say why, so that the buyer can read it")
	if err := v.Err(); err != nil {
		return nil, err
	}
	return s.locked(ctx, taskID, underReview, func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.party(operatorID) {
			return errParty()
		}
		if t.Review.Decision == d {
			return nil
		}
		on := GrantRefund
		if d == DecideDeny {
			on = DenyRefund
		}
		return s.decide(ctx, tx, t, on, operatorID, note)
	})
}

// expireReview refunds when no operator decided in time. It is a no-op when one
// did.
func (s *Service) expireReview(ctx context.Context, taskID string) error {
	_, err := s.locked(ctx, taskID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status != city.TaskRefundReview || t.Review.DecideBy.After(tx.Now()) {
			return nil
		}
		return s.decide(ctx, tx, t, ReviewExpire, "", "No operator decided in time.")
	})
	return err
}

func (s *Service) decide(ctx context.Context, tx store.Tx, t *Task, on Trigger, by, note string) error {
	r := *t.Review // the caller compares the task with what it was
	r.Decision, r.DecidedAt, r.DecidedBy, r.Note = DecideRefund, now(tx), by, note
	facts := refunded(t)
	if on == DenyRefund {
		r.Decision, facts = DecideDeny, map[string]any{}
	}
	facts["note"] = note
	t.Review = &r
	return s.apply(ctx, tx, change{task: t, on: on, facts: facts})
}

func underReview(t *Task) bool { return t.Review != nil }

// RefundCase is what an operator decides a refund on, or did. Errors:
// TASK_NOT_FOUND.
func (s *Service) RefundCase(ctx context.Context, operatorID, taskID string) (Case, error) {
	return s.caseOf(ctx, operatorID, taskID, underReview)
}

// reviews are the refunds for an operator.
var reviews = cases{has: `refund_review <> ''`, wait: `status = 'refund_review'`}

// Reviews pages through the refunds that wait for an operator, oldest first, or
// through those that were decided, newest first. The cursor is the id of the
// last task of the page before. Errors: VALIDATION_ERROR.
func (s *Service) Reviews(ctx context.Context, operatorID string, decided bool, cursor string, limit int) (Page, error) {
	return s.pageCases(ctx, operatorID, reviews, decided, cursor, limit)
}

// CountReviews is how many refunds wait for an operator.
func (s *Service) CountReviews(ctx context.Context) (int, error) { return s.countCases(ctx, reviews) }
