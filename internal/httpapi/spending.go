package httpapi

import (
	"context"
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// SpendingLimits bound what an owner, or one of its agents, spends. Days and
// months are calendar ones, in UTC.
type SpendingLimits struct {
	PerTask      city.Cents `json:"perTask" doc:"Cents of one task's budget; 0 for no limit"`
	PerDay       city.Cents `json:"perDay" doc:"Cents of all budgets of a day, less what was not charged; 0 for no limit"`
	PerMonth     city.Cents `json:"perMonth" doc:"As perDay, for a calendar month"`
	ApproveAbove city.Cents `json:"approveAbove" doc:"A budget over this waits as pending_approval for POST /tasks/{id}/approve; 0 for never"`
}

func (s *server) registerSpending() {
	add(s, route{method: http.MethodGet, path: "/vault/limits", id: "getLimits", tag: "Vault", who: byOwner,
		summary: "What bounds your spending, your agents' orders included"}, s.getLimits)
	add(s, route{method: http.MethodPut, path: "/vault/limits", id: "setLimits", tag: "Vault", who: byOwner, summary: "Bound your spending"}, s.setLimits)
	add(s, route{method: http.MethodGet, path: "/agents/{id}/limits", id: "getAgentLimits", tag: "Vault", who: byOwner,
		summary: "What bounds the orders of one of your agents"}, s.getAgentLimits)
	add(s, route{method: http.MethodPut, path: "/agents/{id}/limits", id: "setAgentLimits", tag: "Vault", who: byOwner,
		summary: "Bound the orders of one of your agents"}, s.setAgentLimits)
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/approve", id: "approveTask", tag: "Tasks", who: byOwner,
		summary: "Agree to an order over your limit; an agent is looked for now"}, s.approveTask)
}

func (s *server) limitsOf(ctx context.Context, subject string) (*Out[SpendingLimits], error) {
	l, err := s.Tasks.LimitsOf(ctx, subject)
	if err != nil {
		return nil, err
	}
	return ok(SpendingLimits(l)), nil
}

func (s *server) limit(ctx context.Context, subject string, l SpendingLimits) (*Out[SpendingLimits], error) {
	if err := s.Tasks.SetLimits(ctx, subject, task.Limits(l)); err != nil {
		return nil, err
	}
	return ok(l), nil
}

func (s *server) getLimits(ctx context.Context, _ *struct{}) (*Out[SpendingLimits], error) {
	return s.limitsOf(ctx, callerOf(ctx).owner.ID)
}

func (s *server) setLimits(ctx context.Context, in *struct{ Body SpendingLimits }) (*Out[SpendingLimits], error) {
	return s.limit(ctx, callerOf(ctx).owner.ID, in.Body)
}

func (s *server) getAgentLimits(ctx context.Context, in *AgentPath) (*Out[SpendingLimits], error) {
	a, err := s.Agents.FindOwned(ctx, callerOf(ctx).owner.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return s.limitsOf(ctx, a.ID)
}

func (s *server) setAgentLimits(ctx context.Context, in *struct {
	AgentPath
	Body SpendingLimits
}) (*Out[SpendingLimits], error) {
	a, err := s.Agents.FindOwned(ctx, callerOf(ctx).owner.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return s.limit(ctx, a.ID, in.Body)
}

func (s *server) approveTask(ctx context.Context, in *TaskPath) (*Out[TaskView], error) {
	t, err := s.Tasks.Approve(ctx, callerOf(ctx).owner.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(buyerView(t)), nil
}
