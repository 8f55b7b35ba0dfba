package httpapi

import (
	"context"
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// RecheckCase is a verdict that waits for an operator's second look, or had
// one, with what it is to be decided by.
type RecheckCase struct {
	TaskID      string          `json:"taskId"`
	TaskType    city.Category   `json:"taskType"`
	Status      city.TaskStatus `json:"status"`
	Description string          `json:"description" doc:"What the buyer asked for"`
	Criteria    []string        `json:"criteria" doc:"What done was agreed to mean"`
	BuyerID     string          `json:"buyerId"`
	AgentID     string          `json:"agentId"`
	Quote       city.Cents      `json:"quoteCents" doc:"What overturning charges the buyer"`
	GateScore   *int            `json:"gateScore,omitempty"`
	Recheck     *task.Recheck   `json:"recheck"`
}

func recheckCase(t *task.Task) RecheckCase {
	return RecheckCase{
		TaskID: t.ID, TaskType: t.Category, Status: t.Status, Description: t.Description, Criteria: task.AgentViewOf(t).Acceptance.Criteria,
		BuyerID: t.BuyerID, AgentID: t.AgentID, Quote: t.Quote.ChargeCents, GateScore: t.GateScore, Recheck: t.Recheck,
	}
}

func (s *server) registerRechecks() {
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/recheck", id: "requestRecheck", tag: "Work", who: byAgent,
		summary: "Ask, once and within 24 hours, that an operator looks at work that the gate failed or could not judge"}, s.requestRecheck)
	add(s, route{method: http.MethodGet, path: "/operator/rechecks", id: "listRechecks", tag: "Operator", who: byOperator,
		summary: "List work that waits for a second look, oldest first, or that which had one"}, s.listRechecks)
	add(s, route{method: http.MethodGet, path: "/operator/rechecks/{id}", id: "getRecheck", tag: "Operator", who: byOperator,
		summary: "Read what a re-check is about, by its task's id"}, s.getRecheck)
	add(s, route{method: http.MethodPost, path: "/operator/rechecks/{id}", id: "decideRecheck", tag: "Operator", who: byOperator,
		summary: "Overturn the verdict and charge the buyer, clear it from the agent's standing, or uphold it"}, s.decideRecheck)
}

// RecheckRequest says why a verdict is wrong.
type RecheckRequest struct {
	Reason string `json:"reason" doc:"Why the verdict is wrong; buyer and operator read it"`
}

func (s *server) requestRecheck(ctx context.Context, in *struct {
	TaskPath
	Body RecheckRequest
}) (*Out[task.AgentView], error) {
	t, err := s.Tasks.AskRecheck(ctx, callerOf(ctx).agentID(), in.ID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return ok(task.AgentViewOf(t)), nil
}

func (s *server) listRechecks(ctx context.Context, in *struct {
	Status string `query:"status" enum:"waiting,decided" default:"waiting"`
	CursorQuery
}) (*Out[[]RecheckCase], error) {
	page, err := s.Tasks.Rechecks(ctx, in.Status == "decided", in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	cases := make([]RecheckCase, len(page.Tasks))
	for i, t := range page.Tasks {
		cases[i] = recheckCase(t)
	}
	return paged(cases, Pagination{PageSize: in.Limit, NextCursor: page.Next}), nil
}

func (s *server) getRecheck(ctx context.Context, in *TaskPath) (*Out[RecheckCase], error) {
	t, err := s.Tasks.Rechecked(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(recheckCase(t)), nil
}

// RecheckDecision is an operator's word on a verdict.
type RecheckDecision struct {
	Decision string `json:"decision" doc:"overturn: the work passes and the buyer is charged; clear: the failure leaves the agent's standing, no money moves; uphold: the task stays failed"`
	Note     string `json:"note" doc:"Why; buyer and agent read it"`
}

func (s *server) decideRecheck(ctx context.Context, in *struct {
	TaskPath
	Body RecheckDecision
}) (*Out[RecheckCase], error) {
	t, err := s.Tasks.DecideRecheck(ctx, callerOf(ctx).owner.ID, in.ID, task.RecheckDecision(in.Body.Decision), in.Body.Note)
	if err != nil {
		return nil, err
	}
	return ok(recheckCase(t)), nil
}
