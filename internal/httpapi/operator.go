package httpapi

import (
	"context"
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// RefundCase is a refund that waits for an operator's decision, or had one,
// with what it is to be decided by.
type RefundCase struct {
	TaskID      string             `json:"taskId"`
	TaskType    city.Category      `json:"taskType"`
	Status      city.TaskStatus    `json:"status"`
	Description string             `json:"description" doc:"What the buyer asked for"`
	Criteria    []string           `json:"criteria" doc:"What done was agreed to mean"`
	BuyerID     string             `json:"buyerId"`
	AgentID     string             `json:"agentId"`
	Charge      city.Cents         `json:"chargeCents"`
	GateScore   *int               `json:"gateScore,omitempty"`
	Buyer       task.BuyerView     `json:"buyer" doc:"How the buyer has dealt with earlier work, when the task was ordered"`
	Feedback    *task.FeedbackView `json:"feedback,omitempty" doc:"What the buyer says"`
	Review      *task.Review       `json:"refundReview"`
}

func refundCase(t *task.Task) RefundCase {
	view := task.AgentViewOf(t)
	return RefundCase{
		TaskID: t.ID, TaskType: t.Category, Status: t.Status, Description: t.Description, Criteria: view.Acceptance.Criteria,
		BuyerID: t.BuyerID, AgentID: t.AgentID, Charge: t.Charge, GateScore: t.GateScore, Buyer: view.Buyer, Feedback: view.Feedback, Review: t.Review,
	}
}

func (s *server) registerOperator() {
	add(s, route{method: http.MethodGet, path: "/operator/refunds", id: "listRefunds", tag: "Operator", who: byOperator,
		summary: "List refunds that wait for a decision, oldest first, or those decided"}, s.listRefunds)
	add(s, route{method: http.MethodGet, path: "/operator/refunds/{id}", id: "getRefund", tag: "Operator", who: byOperator,
		summary: "Read what a refund is about, by its task's id"}, s.getRefund)
	add(s, route{method: http.MethodPost, path: "/operator/refunds/{id}", id: "decideRefund", tag: "Operator", who: byOperator,
		summary: "Refund the buyer, or let the agent keep the charge"}, s.decideRefund)
	s.registerRechecks()
}

func (s *server) listRefunds(ctx context.Context, in *struct {
	Status string `query:"status" enum:"waiting,decided" default:"waiting"`
	CursorQuery
}) (*Out[[]RefundCase], error) {
	page, err := s.Tasks.Reviews(ctx, in.Status == "decided", in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	cases := make([]RefundCase, len(page.Tasks))
	for i, t := range page.Tasks {
		cases[i] = refundCase(t)
	}
	return paged(cases, Pagination{PageSize: in.Limit, NextCursor: page.Next}), nil
}

func (s *server) getRefund(ctx context.Context, in *TaskPath) (*Out[RefundCase], error) {
	t, err := s.Tasks.UnderReview(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(refundCase(t)), nil
}

// RefundDecision is an operator's word.
type RefundDecision struct {
	Decision string `json:"decision" doc:"refund: the buyer gets the charge back; deny: the agent keeps it"`
	Note     string `json:"note,omitempty" doc:"Why; buyer and agent read it. Needed to deny"`
}

func (s *server) decideRefund(ctx context.Context, in *struct {
	TaskPath
	Body RefundDecision
}) (*Out[RefundCase], error) {
	t, err := s.Tasks.DecideRefund(ctx, callerOf(ctx).owner.ID, in.ID, task.RefundDecision(in.Body.Decision), in.Body.Note)
	if err != nil {
		return nil, err
	}
	return ok(refundCase(t)), nil
}
