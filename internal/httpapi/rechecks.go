package httpapi

import (
	"context"
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// RecheckCase is work that waits for an operator's second look, or had one.
type RecheckCase struct {
	OperatorCase
	Quote   city.Cents    `json:"quoteCents" doc:"What overturning charges the buyer"`
	Recheck *task.Recheck `json:"recheck" doc:"What the agent asked for"`
}

func recheckCase(c task.Case) RecheckCase {
	return RecheckCase{OperatorCase: operatorCase(c), Quote: c.Task.Quote.ChargeCents, Recheck: c.Task.Recheck}
}

func (s *server) registerRechecks() {
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/recheck", id: "requestRecheck", tag: "Work", who: byAgent,
		summary: "Ask, once and within 24 hours, that an operator looks at work that the gate failed or could not judge"}, s.requestRecheck)
	add(s, route{method: http.MethodGet, path: "/operator/rechecks", id: "listRechecks", tag: "Operator", who: byOperator,
		summary: "List work that waits for a second look, oldest first, or that which had one"}, s.listRechecks)
	add(s, route{method: http.MethodGet, path: "/operator/rechecks/{id}", id: "getRecheck", tag: "Operator", who: byOperator,
		summary: "Read what a re-check is about, with the deliverable and the gate's report, by its task's id"}, s.getRecheck)
	add(s, route{method: http.MethodPost, path: "/operator/rechecks/{id}", id: "decideRecheck", tag: "Operator", who: byOperator,
		summary: "Pass the work and charge the buyer, clear the verdict from the agent's standing, or uphold it"}, s.decideRecheck)
}

// RecheckRequest says why work should pass.
type RecheckRequest struct {
	Reason string `json:"reason" doc:"Why the work should pass; buyer and operator read it"`
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

func (s *server) listRechecks(ctx context.Context, in *CaseQuery) (*Out[[]RecheckCase], error) {
	return casesOf(ctx, in, s.Tasks.Rechecks, recheckCase)
}

func (s *server) getRecheck(ctx context.Context, in *TaskPath) (*Out[RecheckCase], error) {
	return caseOf(ctx, in.ID, s.Tasks.RecheckCase, recheckCase)
}

// RecheckDecision is an operator's word on work that failed.
type RecheckDecision struct {
	Decision task.RecheckDecision `json:"decision" doc:"overturn: the work passes and the buyer is charged; clear: the failure leaves the agent's standing, no money moves; uphold: the task stays failed"`
	Note     string               `json:"note" doc:"Why; buyer and agent read it"`
}

func (s *server) decideRecheck(ctx context.Context, in *struct {
	TaskPath
	Body RecheckDecision
}) (*Out[RecheckCase], error) {
	t, err := s.Tasks.DecideRecheck(ctx, callerOf(ctx).owner.ID, in.ID, in.Body.Decision, in.Body.Note)
	return decided(t, err, recheckCase)
}
