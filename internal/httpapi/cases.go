package httpapi

import (
	"context"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/task"
)

// OperatorCase is what an operator decides on, whatever the question is. Of the
// buyer's code it has what the buyer's own view has, never its token; an
// operator whose agent did the work sees no more of it than the agent.
type OperatorCase struct {
	TaskID      string          `json:"taskId"`
	TaskType    city.Category   `json:"taskType"`
	Status      city.TaskStatus `json:"status"`
	Description string          `json:"description" doc:"What the buyer asked for"`
	Criteria    []string        `json:"criteria" doc:"What done was agreed to mean"`
	Commands    []string        `json:"commands,omitempty" doc:"Commands that were to succeed"`
	Paths       []string        `json:"paths,omitempty" doc:"Globs of the files that were allowed to change"`
	Repo        string          `json:"repo,omitempty"`
	Ref         string          `json:"ref,omitempty"`
	BuyerID     string          `json:"buyerId"`
	AgentID     string          `json:"agentId"`
	Currency    string          `json:"currency" doc:"Of all amounts"`
	FailCode    task.FailCode   `json:"failCode,omitempty" doc:"Why the task failed"`
	GateScore   *int            `json:"gateScore,omitempty"`
	Output      *Deliverable    `json:"output,omitempty" doc:"What was handed in; not in lists"`
	Gate        *gate.Report    `json:"gate,omitempty" doc:"What the gate found, absent when it came to no verdict; not in lists"`
}

func operatorCase(c task.Case) OperatorCase {
	t := c.Task
	return OperatorCase{
		TaskID: t.ID, TaskType: t.Category, Status: t.Status, Description: t.Description, Criteria: task.AgentViewOf(t).Acceptance.Criteria,
		Commands: t.Acceptance.Commands, Paths: t.Acceptance.Paths, Repo: t.Source.Repo, Ref: t.Source.Ref, BuyerID: t.BuyerID, AgentID: t.AgentID, Currency: city.USD,
		FailCode: t.FailCode, GateScore: t.GateScore, Output: deliverableView(t, c.Output), Gate: c.Report,
	}
}

// CaseQuery pages through a queue.
type CaseQuery struct {
	Status string `query:"status" enum:"waiting,decided" default:"waiting"`
	CursorQuery
}

// casesOf is a page of a queue, each case without its documents.
func casesOf[T any](ctx context.Context, in *CaseQuery, list func(ctx context.Context, operatorID string, decided bool, cursor string, limit int) (task.Page, error), view func(task.Case) T) (*Out[[]T], error) {
	page, err := list(ctx, callerOf(ctx).owner.ID, in.Status == "decided", in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	cases := make([]T, len(page.Tasks))
	for i, t := range page.Tasks {
		cases[i] = view(task.Case{Task: t})
	}
	return paged(cases, Pagination{PageSize: in.Limit, NextCursor: page.Next}), nil
}

// caseOf is one case, with its documents.
func caseOf[T any](ctx context.Context, taskID string, find func(ctx context.Context, operatorID, taskID string) (task.Case, error), view func(task.Case) T) (*Out[T], error) {
	c, err := find(ctx, callerOf(ctx).owner.ID, taskID)
	if err != nil {
		return nil, err
	}
	return ok(view(c)), nil
}

// decided is a case after the operator's word.
func decided[T any](t *task.Task, err error, view func(task.Case) T) (*Out[T], error) {
	if err != nil {
		return nil, err
	}
	return ok(view(task.Case{Task: t})), nil
}
