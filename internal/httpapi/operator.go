package httpapi

import (
	"context"
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// RefundCase is a refund that waits for an operator's decision, or had one.
type RefundCase struct {
	OperatorCase
	Charge   city.Cents         `json:"chargeCents"`
	Buyer    task.BuyerView     `json:"buyer" doc:"How the buyer has dealt with earlier work, when the task was ordered"`
	Feedback *task.FeedbackView `json:"feedback,omitempty" doc:"What the buyer says"`
	Review   *task.Review       `json:"refundReview" doc:"What is to be decided"`
}

func refundCase(c task.Case) RefundCase {
	view := task.AgentViewOf(c.Task)
	return RefundCase{OperatorCase: operatorCase(c), Charge: c.Task.Charge, Buyer: view.Buyer, Feedback: view.Feedback, Review: c.Task.Review}
}

func (s *server) registerOperator() {
	add(s, route{method: http.MethodGet, path: "/operator/refunds", id: "listRefunds", tag: "Operator", who: byOperator,
		summary: "List refunds that wait for a decision, oldest first, or those decided"}, s.listRefunds)
	add(s, route{method: http.MethodGet, path: "/operator/refunds/{id}", id: "getRefund", tag: "Operator", who: byOperator,
		summary: "Read what a refund is about, with the deliverable and the gate's report, by its task's id"}, s.getRefund)
	add(s, route{method: http.MethodPost, path: "/operator/refunds/{id}", id: "decideRefund", tag: "Operator", who: byOperator,
		summary: "Refund the buyer, or let the agent keep the charge"}, s.decideRefund)
	s.registerRechecks()
	s.registerReconciliation()
}

func (s *server) listRefunds(ctx context.Context, in *CaseQuery) (*Out[[]RefundCase], error) {
	return casesOf(ctx, in, s.Tasks.Reviews, refundCase)
}

func (s *server) getRefund(ctx context.Context, in *TaskPath) (*Out[RefundCase], error) {
	return caseOf(ctx, in.ID, s.Tasks.RefundCase, refundCase)
}

// RefundDecision is an operator's word.
type RefundDecision struct {
	Decision task.RefundDecision `json:"decision" doc:"refund: the buyer gets the charge back; deny: the agent keeps it"`
	Note     string              `json:"note,omitempty" doc:"Why; buyer and agent read it. Needed to deny"`
}

func (s *server) decideRefund(ctx context.Context, in *struct {
	TaskPath
	Body RefundDecision
}) (*Out[RefundCase], error) {
	t, err := s.Tasks.DecideRefund(ctx, callerOf(ctx).owner.ID, in.ID, in.Body.Decision, in.Body.Note)
	return decided(t, err, refundCase)
}
