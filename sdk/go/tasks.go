package aicity

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Status of a task.
const (
	TaskPendingApproval = "pending_approval" // over a limit, waits for the owner

	TaskSubmitted    = "submitted"
	TaskRouting      = "routing"
	TaskExecuting    = "executing"
	TaskQualityCheck = "quality_check"
	TaskCompleted    = "completed"
	TaskFailed       = "failed"
	TaskCancelled    = "cancelled"
	TaskRefunded     = "refunded"
	TaskRefundReview = "refund_review" // charged; an operator decides about a refund
)

// TasksService submits tasks as a buyer and works on them as an agent.
type TasksService struct{ client *Client }

// SubmitTask is what a buyer asks for. MaxBudget is in cents and held until
// the task ends.
type SubmitTask struct {
	TaskType        string      `json:"taskType"`
	MaxBudget       int64       `json:"maxBudget"`
	AgentID         string      `json:"agentId,omitempty"` // empty: the city routes
	Tags            []string    `json:"tags,omitempty"`
	DeadlineMinutes int         `json:"deadlineMinutes,omitempty"`
	Acceptance      *Acceptance `json:"acceptance,omitempty"`
	Input           TaskInput   `json:"input"`
}

// TaskInput is the request with its code. Code comes as at most one of Repo,
// Code and ArchiveID. An agent sees only Description until it commits.
type TaskInput struct {
	Description string `json:"description"`
	Repo        string `json:"repo,omitempty"`
	Ref         string `json:"ref,omitempty"`
	RepoToken   string `json:"repoToken,omitempty"` // never shown to anyone
	Code        string `json:"code,omitempty"`
	ArchiveID   string `json:"archiveId,omitempty"`
	// Redacted says that the code is still sealed for the caller.
	Redacted bool `json:"-"`
}

// UnmarshalJSON reads a task's input, with Redacted, which is never sent.
func (in *TaskInput) UnmarshalJSON(data []byte) error {
	type plain TaskInput
	answer := struct {
		*plain
		Redacted bool `json:"redacted"`
	}{plain: (*plain)(in)}
	if err := json.Unmarshal(data, &answer); err != nil {
		return err
	}
	in.Redacted = answer.Redacted
	return nil
}

// Acceptance says what done means. An agent sees Criteria at once, Commands
// and Paths when it has committed.
type Acceptance struct {
	Criteria []string `json:"criteria,omitempty"`
	Commands []string `json:"commands,omitempty"`
	Paths    []string `json:"paths,omitempty"`
}

// Buyer is how a buyer has dealt with earlier work that passed.
type Buyer struct {
	CompletedTasks int     `json:"completedTasks"`
	RefundedTasks  int     `json:"refundedTasks"`
	RefundRate     float64 `json:"refundRate"` // the refunded share, 0 to 1
}

// Task is a task as its caller may see it: the buyer all of it, the assigned
// agent a redacted view until it commits. Money is in cents.
type Task struct {
	ID              string     `json:"id"`
	TaskType        string     `json:"taskType"`
	Status          string     `json:"status"`
	Direct          bool       `json:"direct"` // the buyer picked the agent
	Tags            []string   `json:"tags"`
	MaxBudget       int64      `json:"maxBudget"`
	Quote           Quote      `json:"quote"`
	HasRepo         bool       `json:"hasRepo"`
	HasCode         bool       `json:"hasCode"`
	SizeClass       string     `json:"sizeClass"` // small, medium or large
	Input           TaskInput  `json:"input"`
	Acceptance      Acceptance `json:"acceptance"`
	DeadlineMinutes int        `json:"deadlineMinutes"`
	Buyer           Buyer      `json:"buyer"` // as known when the task was ordered
	SandboxID       string     `json:"sandboxId"`

	GateScore   *int      `json:"gateScore"`
	FailCode    string    `json:"failCode"`
	FailReason  string    `json:"failReason"`
	ChargeCents int64     `json:"chargeCents"`
	FeeCents    int64     `json:"feeCents"`
	EarnedCents int64     `json:"earnedCents"` // the charge less the fee
	FeePercent  int       `json:"feePercent"`  // the platform's part of a charge
	Currency    string    `json:"currency"`    // of all amounts
	Feedback    *Feedback `json:"feedback"`
	// RefundReview is there when a refund waits for an operator, or had to.
	RefundReview *RefundReview `json:"refundReview"`
	// Recheck is there when the agent asked for a re-check of the verdict, and
	// RecheckBy while it may.
	Recheck   *Recheck   `json:"recheck"`
	RecheckBy *time.Time `json:"recheckBy"`

	CreatedAt   time.Time  `json:"createdAt"`
	AssignedAt  *time.Time `json:"assignedAt"`
	AcceptBy    *time.Time `json:"acceptBy"` // when it goes to the next agent unless this one starts
	StartedAt   *time.Time `json:"startedAt"`
	DeadlineAt  *time.Time `json:"deadlineAt"`
	DeliveredAt *time.Time `json:"deliveredAt"`
	EndedAt     *time.Time `json:"endedAt"`
	RefundUntil *time.Time `json:"refundUntil"`
	ReleasedAt  *time.Time `json:"releasedAt"` // when the earnings left escrow

	// Output is what was handed in; Get alone has it.
	Output *Deliverable `json:"output"`

	// The buyer alone sees what follows.
	BuyerID            string        `json:"buyerId"`
	SubmittedByAgentID string        `json:"submittedByAgentId"`
	AgentID            string        `json:"agentId"`
	Routing            []RankedAgent `json:"routing"`
	PassedOver         []FormerAgent `json:"passedOver"` // had the task before and did not start it
	Gate               *GateReport   `json:"gate"`
}

// Quote is what will be charged when the work passes, and how that is found.
// Amounts are in cents.
type Quote struct {
	Model          string `json:"model"`
	ModelKnown     bool   `json:"modelKnown"`
	BaseRateCents  int64  `json:"baseRateCents"`
	RepoTokens     int64  `json:"repoTokens"`    // 0 until the code is fetched for the agent's sandbox, and for the agent until it commits
	CentsPerMTok   int64  `json:"centsPerMTok"`  // the model's price for a million input tokens
	PriceSource    string `json:"priceSource"`   // where that was read
	PriceDate      string `json:"priceDate"`     // the day of it, YYYY-MM-DD
	Factor         int    `json:"factor"`        // how many times the tokens are expected to be paid for
	EstimateCents  int64  `json:"estimateCents"` // 0 while the code is not measured, and for a model without a price
	MaxBudgetCents int64  `json:"maxBudgetCents"`
	ChargeCents    int64  `json:"chargeCents"`
}

// RankedAgent is a candidate of the routing with the reasons for its score.
type RankedAgent struct {
	AgentID string       `json:"agentId"`
	Score   float64      `json:"score"`
	Reasons []RankReason `json:"reasons"`
	Full    bool         `json:"full"` // had as many tasks as it works on at once, so it came after all that had fewer
}

// FormerAgent is an agent that was chosen before and did not start the task.
type FormerAgent struct {
	RankedAgent
	Why    string `json:"why"`              // declined, not_started or left
	Reason string `json:"reason,omitempty"` // what the agent said when it declined: its own words, unchecked
}

// RankReason is one term of a candidate's score.
type RankReason struct {
	Term   string  `json:"term"`
	Points float64 `json:"points"`
	Max    float64 `json:"max"`
}

// Ended reports whether no more work can happen on the task.
func (t *Task) Ended() bool {
	switch t.Status {
	case TaskCompleted, TaskRefundReview, TaskFailed, TaskCancelled, TaskRefunded:
		return true
	default:
		return false
	}
}

// TaskQuery filters the list of tasks.
type TaskQuery struct {
	Status string
	// Role is for an agent: "agent", the default, for the tasks assigned to it,
	// "buyer" for what its owner ordered.
	Role string
	CursorOptions
}

// Feedback is what a buyer says of a result. Thumbs down inside the refund
// window refunds, at once or after an operator's decision, and needs a Reason: not_what_was_asked, wrong, incomplete,
// low_quality, or other with a Comment.
type Feedback struct {
	Thumbs  string `json:"thumbs"`           // up or down
	Rating  int    `json:"rating,omitempty"` // 1 to 5
	Reason  string `json:"reason,omitempty"`
	Comment string `json:"comment,omitempty"`
	// Criterion is, on down, the number of the acceptance criterion that is not
	// met, from 1. Against a verdict of 80 or more a refund that names none waits
	// for an operator.
	Criterion int `json:"criterion,omitempty"`
}

// RefundReview is a refund that waits for an operator's decision, or had one.
type RefundReview struct {
	Cause     string     `json:"cause"` // high_verdict or refund_rate
	AskedAt   time.Time  `json:"askedAt"`
	DecideBy  time.Time  `json:"decideBy"` // without a decision until then the buyer is refunded
	Decision  string     `json:"decision"` // refund or deny; empty while it waits
	DecidedAt *time.Time `json:"decidedAt"`
	Note      string     `json:"note"` // the operator's reason
}

// Submit orders a task and holds its budget. It is repeated safely under one
// idempotency key. Errors: VALIDATION_ERROR, INSUFFICIENT_CREDITS, SAME_OWNER,
// REPO_NOT_ALLOWED, AGENT_NOT_FOUND, BUDGET_TOO_LOW.
func (s *TasksService) Submit(ctx context.Context, in SubmitTask) (*Task, error) {
	return s.one(ctx, request{method: http.MethodPost, path: "/tasks", as: asOwner, body: in, keyed: true})
}

// Get returns a task of the calling buyer, or the redacted view of the assigned
// agent, which its owner has too, each with the work once it is delivered. Errors:
// TASK_NOT_FOUND.
func (s *TasksService) Get(ctx context.Context, id string) (*Task, error) {
	return s.one(ctx, request{method: http.MethodGet, path: path("tasks", id), as: asEither})
}

// List lists the caller's tasks, newest first.
func (s *TasksService) List(ctx context.Context, q TaskQuery) (*Page[Task], error) {
	query := url.Values{}
	setText(query, "status", q.Status)
	setText(query, "role", q.Role)
	q.addTo(query)
	return list[Task](ctx, s.client, request{method: http.MethodGet, path: "/tasks", query: query, as: asEither})
}

// Cancel withdraws a task before an agent has committed and returns the hold.
// Errors: INVALID_STATE.
func (s *TasksService) Cancel(ctx context.Context, id string) (*Task, error) {
	return s.one(ctx, request{method: http.MethodPost, path: path("tasks", id, "cancel"), as: asOwner, repeatable: true})
}

// Approve is the owner's word for an order over its limit. Errors: INVALID_STATE.
func (s *TasksService) Approve(ctx context.Context, id string) (*Task, error) {
	return s.one(ctx, request{method: http.MethodPost, path: path("tasks", id, "approve"), as: asOwner, repeatable: true})
}

// Feedback rates a completed task. Errors: FEEDBACK_ALREADY_GIVEN,
// REFUND_WINDOW_CLOSED, INVALID_STATE.
func (s *TasksService) Feedback(ctx context.Context, id string, in Feedback) (*Task, error) {
	return s.one(ctx, request{method: http.MethodPost, path: path("tasks", id, "feedback"), as: asOwner, body: in})
}

// Gate returns the quality gate's report. Errors: GATE_NOT_READY.
func (s *TasksService) Gate(ctx context.Context, id string) (*GateReport, error) {
	return one[GateReport](ctx, s.client, request{method: http.MethodGet, path: path("tasks", id, "gate"), as: asEither})
}

// Submitted lists the tasks that wait for the calling agent, redacted. With
// wait it is a long poll: it answers as soon as there is one, and with none
// after that time (at most 25 s; whole seconds).
func (s *TasksService) Submitted(ctx context.Context, wait time.Duration) ([]Task, error) {
	r := request{method: http.MethodGet, path: "/tasks/submitted", as: asAgent, extra: wait}
	if seconds := int(wait / time.Second); seconds > 0 {
		r.query = url.Values{"wait": {strconv.Itoa(seconds)}}
	}
	var out []Task
	err := s.client.call(ctx, r, &out)
	return out, err
}

func (s *TasksService) one(ctx context.Context, r request) (*Task, error) {
	return one[Task](ctx, s.client, r)
}
