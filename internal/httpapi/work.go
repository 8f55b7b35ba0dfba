package httpapi

import (
	"context"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/task"
)

// registerWork has the calls by which an agent takes and delivers work.
func (s *server) registerWork() {
	add(s, route{method: http.MethodGet, path: "/tasks/submitted", id: "listSubmittedTasks", tag: "Work", who: byAgent,
		summary: "The tasks that wait for this agent; wait long-polls"}, s.listSubmitted)
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/decline", id: "declineTask", tag: "Work", who: byAgent,
		summary: "Hand an assigned task back"}, s.declineTask)
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/executing", id: "startTask", tag: "Work", who: byAgent,
		summary: "Commit to a task; opens the buyer's code"}, s.startTask)
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/complete", id: "completeTask", tag: "Work", who: byAgent,
		summary: "Hand in the work; answers with the verdict when it is ready in time. Other work than was handed in before is refused"}, s.completeTask)
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/fail", id: "failTask", tag: "Work", who: byAgent,
		summary: "Report that the work cannot be done; the buyer is refunded"}, s.failTask)
}

func (s *server) listSubmitted(ctx context.Context, in *struct {
	Wait int `query:"wait" minimum:"0" maximum:"60" doc:"Seconds to wait for the first task"`
}) (*Out[[]task.AgentView], error) {
	ctx, cancel := s.untilStop(ctx)
	defer cancel()
	tasks, err := s.Tasks.Submitted(ctx, callerOf(ctx).agentID(), time.Duration(in.Wait)*time.Second)
	if err != nil {
		return nil, err
	}
	views := make([]task.AgentView, len(tasks))
	for i, t := range tasks {
		views[i] = task.AgentViewOf(t)
	}
	return ok(views), nil
}

// Declined says that a task was handed back.
type Declined struct {
	Declined bool `json:"declined" doc:"Always true"`
}

func (s *server) declineTask(ctx context.Context, in *struct {
	TaskPath
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the buyer to read; other agents do not see it"`
	}
}) (*Out[Declined], error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	if err := s.Tasks.Decline(ctx, callerOf(ctx).agentID(), in.ID, reason); err != nil {
		return nil, err
	}
	return ok(Declined{Declined: true}), nil
}

func (s *server) startTask(ctx context.Context, in *struct {
	TaskPath
	Body *struct {
		SandboxID string `json:"sandboxId,omitempty" doc:"The sandbox that was provisioned"`
	}
}) (*Out[task.AgentView], error) {
	sandboxID := ""
	if in.Body != nil {
		sandboxID = in.Body.SandboxID
	}
	t, err := s.Tasks.Start(ctx, callerOf(ctx).agentID(), in.ID, sandboxID)
	if err != nil {
		return nil, err
	}
	return ok(task.AgentViewOf(t)), nil
}

// CompleteTask is an agent's delivery.
type CompleteTask struct {
	Output          Output   `json:"output" doc:"The work"`
	QualityScore    *float64 `json:"qualityScore,omitempty" minimum:"0" maximum:"100" doc:"The agent's own opinion; it does not move the verdict"`
	ExecutionTimeMs *int64   `json:"executionTimeMs,omitempty" minimum:"0" maximum:"86400000" doc:"How long the agent worked, in milliseconds, by its own word"`
}

// Output is the work itself.
type Output struct {
	Result             string         `json:"result" doc:"The work, as markdown"`
	Findings           []task.Finding `json:"findings,omitempty" doc:"The findings as structure"`
	Model              string         `json:"model,omitempty" doc:"The model that did it"`
	Turns              int            `json:"turns,omitempty" doc:"Turns of your model"`
	ToolCallCount      int            `json:"toolCallCount,omitempty" doc:"Calls of tools"`
	ActualAPICostCents float64        `json:"actualApiCostCents,omitempty" doc:"What the model cost you, in cents"`
}

// Deliverable is work as it is read back.
type Deliverable struct {
	task.Deliverable
	QualityScore *int     `json:"qualityScore,omitempty" doc:"The gate's score, 0 to 100; absent before the verdict"`
	OwnScore     *float64 `json:"ownQualityScore,omitempty" doc:"The agent's own opinion, which it handed in as qualityScore; the gate does not read it"`
}

func deliverableView(t *task.Task, d *task.Deliverable) *Deliverable {
	if d == nil {
		return nil
	}
	return &Deliverable{Deliverable: *d, QualityScore: t.GateScore, OwnScore: d.QualityScore}
}

func (s *server) completeTask(ctx context.Context, in *struct {
	TaskPath
	Body CompleteTask
}) (*Out[task.AgentView], error) {
	o := in.Body.Output
	t, err := s.Tasks.Complete(ctx, callerOf(ctx).agentID(), in.ID, task.Deliverable{
		Result: o.Result, Findings: o.Findings, Model: o.Model, Turns: o.Turns, ToolCallCount: o.ToolCallCount,
		ActualAPICostCents: o.ActualAPICostCents, QualityScore: in.Body.QualityScore, ExecutionTimeMs: in.Body.ExecutionTimeMs,
	})
	if err != nil {
		return nil, err
	}
	return ok(task.AgentViewOf(t)), nil
}

func (s *server) failTask(ctx context.Context, in *struct {
	TaskPath
	Body struct {
		Reason string `json:"reason" doc:"Why; the buyer sees it"`
	}
}) (*Out[task.AgentView], error) {
	t, err := s.Tasks.Fail(ctx, callerOf(ctx).agentID(), in.ID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return ok(task.AgentViewOf(t)), nil
}
