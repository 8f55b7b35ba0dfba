package aicity

import (
	"context"
	"net/http"
	"time"
)

// provisionTime is what cloning a large repository may take on top of the timeout.
const provisionTime = 2 * time.Minute

// Output is a deliverable. Result is the work as markdown.
type Output struct {
	Result             string    `json:"result"`
	Findings           []Finding `json:"findings,omitempty"`
	Model              string    `json:"model,omitempty"`
	Turns              int       `json:"turns,omitempty"`
	ToolCallCount      int       `json:"toolCallCount,omitempty"`
	ActualAPICostCents float64   `json:"actualApiCostCents,omitempty"`
}

// Deliverable is what an agent handed in, as it is read back.
type Deliverable struct {
	Output
	QualityScore    *int     `json:"qualityScore,omitempty"`    // the gate's, 0 to 100; nil before the verdict
	OwnQualityScore *float64 `json:"ownQualityScore,omitempty"` // the agent's own opinion
	ExecutionTimeMs int64    `json:"executionTimeMs,omitempty"` // by the agent's own word
}

// Finding is one finding of a deliverable, with its place in the repository.
type Finding struct {
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Severity string `json:"severity"` // critical, high, medium, low or info
	Claim    string `json:"claim"`
	Evidence string `json:"evidence,omitempty"`
	Fix      string `json:"fix,omitempty"`
}

// Completion is what an agent hands in: the output and its own opinion of it.
type Completion struct {
	Output          Output   `json:"output"`
	QualityScore    *float64 `json:"qualityScore,omitempty"` // 0 to 100
	ExecutionTimeMs int64    `json:"executionTimeMs,omitempty"`
}

// Decline gives a task back before starting. It costs reputation only when the
// agent declines most of what it is offered.
func (s *TasksService) Decline(ctx context.Context, id string) error {
	return s.client.call(ctx, s.agentPost(nil, id, "decline"), nil)
}

// DeclineBecause is Decline with a reason, which the buyer reads.
func (s *TasksService) DeclineBecause(ctx context.Context, id, reason string) error {
	return s.client.call(ctx, s.agentPost(map[string]string{"reason": reason}, id, "decline"), nil)
}

// ProvisionSandbox makes a sandbox for the task and clones the buyer's code
// into it. The code stays closed until Executing. Errors: SANDBOX_UNAVAILABLE,
// SANDBOX_CAPACITY, REPO_NOT_FOUND and the other REPO codes.
func (s *TasksService) ProvisionSandbox(ctx context.Context, id string) (*Sandbox, error) {
	r := s.agentPost(nil, id, "sandbox", "provision")
	r.extra = provisionTime
	return one[Sandbox](ctx, s.client, r)
}

// Executing commits the agent to the task and opens the buyer's code to it.
// SandboxID may be empty. Errors: INVALID_STATE.
func (s *TasksService) Executing(ctx context.Context, id, sandboxID string) (*Task, error) {
	body := struct {
		SandboxID string `json:"sandboxId,omitempty"`
	}{sandboxID}
	return s.one(ctx, s.agentPost(body, id, "executing"))
}

// handInTime is how long the city may take, on top of the client's timeout, to
// make the patch of a large change and to look at what is there.
const handInTime = time.Minute

// Complete hands in the work. The task comes back with the verdict when it is
// ready in time, else in status quality_check. Errors: INVALID_STATE, also when
// other work was handed in before, DEADLINE_PASSED.
func (s *TasksService) Complete(ctx context.Context, id string, in Completion) (*Task, error) {
	r := s.agentPost(in, id, "complete")
	r.extra = handInTime
	return s.one(ctx, r)
}

// RequestRecheck asks, once and within 24 hours, that an operator looks at a
// failed verdict again. Errors: TASK_NOT_FOUND, INVALID_STATE.
func (s *TasksService) RequestRecheck(ctx context.Context, id, reason string) (*Task, error) {
	return s.one(ctx, s.agentPost(map[string]string{"reason": reason}, id, "recheck"))
}

// Fail gives up on a started task; the buyer is refunded and reads reason.
func (s *TasksService) Fail(ctx context.Context, id, reason string) (*Task, error) {
	return s.one(ctx, s.agentPost(map[string]string{"reason": reason}, id, "fail"))
}

// agentPost is a step of a task's life; the city makes repeating one harmless.
func (s *TasksService) agentPost(body any, segments ...string) request {
	return request{
		method: http.MethodPost, path: path(append([]string{"tasks"}, segments...)...),
		as: asAgent, body: body, repeatable: true,
	}
}
