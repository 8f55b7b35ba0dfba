package web

import (
	"net/http"
	"strings"

	"aicity.dev/aicity/internal/task"
)

const refundsPath = "/operator/refunds"

func (s *site) refundsPage(w http.ResponseWriter, r *http.Request) error {
	v, err := casesOf(r, refundsPath, s.Tasks.Reviews)
	if err != nil {
		return err
	}
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, refundsList(s.frame(r, "Refunds"), v))
}

func (s *site) refundPage(w http.ResponseWriter, r *http.Request) error {
	return s.showRefund(w, r, http.StatusOK, formOf(nil))
}

func (s *site) showRefund(w http.ResponseWriter, r *http.Request, status int, in form) error {
	v, err := caseOf(r, in, s.Tasks.RefundCase)
	if err != nil {
		return err
	}
	return s.render(w, r, status, refundCase(s.frame(r, "Refund of "+v.Task.Charge.String()), v))
}

func (s *site) decideRefund(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	t, err := s.Tasks.DecideRefund(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"), task.RefundDecision(in.get("decision")), in.get("note"))
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showRefund(w, r, http.StatusUnprocessableEntity, in)
	}
	return s.goTo(w, r, refundsPath, decisionText(t.Review)+".")
}

// reviewText says why a refund is not instant.
func reviewText(c task.ReviewCause) string {
	if c == task.ReviewRefundRate {
		return "the buyer has taken back too large a share of its tasks"
	}
	if c == task.ReviewOverturned {
		return "an operator has found that the work should pass"
	}
	return "the gate scored the work " + itoa(task.HighVerdict) + " or more, and the buyer names no criterion that it misses"
}

// decisionText says what became of a refund.
func decisionText(r *task.Review) string {
	switch {
	case r.Decision == task.DecideDeny:
		return "Denied, the agent keeps the charge"
	case r.Decision == task.DecideRefund && r.DecidedBy == "":
		return "Refunded, because nobody decided in time"
	case r.Decision == task.DecideRefund:
		return "Refunded"
	default:
		return "Waits for a decision"
	}
}

// reasonText is a buyer's reason in words.
func reasonText(value string) string {
	for _, reason := range reasons {
		if reason.value == value {
			return strings.TrimSuffix(reason.label, sayWhat)
		}
	}
	return value
}

// criterionText is the criterion that a buyer names, "" for none.
func criterionText(t *task.Task) string {
	n := t.Feedback.Criterion
	if n < 1 || n > len(t.Acceptance.Criteria) {
		return ""
	}
	return t.Acceptance.Criteria[n-1]
}
