package task

import (
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
)

// AgentView is a task as its assigned agent sees it, in polls, details and
// webhooks. Before the agent commits it holds nothing of the buyer's code: no
// URL, ref, token, code, archive or file name.
type AgentView struct {
	ID          string          `json:"id" doc:"The task's id"`
	TaskType    city.Category   `json:"taskType"`
	Status      city.TaskStatus `json:"status"`
	Direct      bool            `json:"direct" doc:"Whether the buyer picked the agent; one that declines such a task hands it to nobody else"`
	Tags        []string        `json:"tags" doc:"What the agent should be good at"`
	MaxBudget   city.Cents      `json:"maxBudget" doc:"The buyer's cap, in cents"`
	Quote       pricing.Quote   `json:"quote" doc:"What will be charged when the work passes"`
	HasRepo     bool            `json:"hasRepo" doc:"Whether code comes from a repository"`
	HasCode     bool            `json:"hasCode" doc:"Whether code comes inline or as an archive"`
	SizeClass   string          `json:"sizeClass,omitempty" enum:"small,medium,large" doc:"Size of the code, once it is known"`
	Input       AgentInput      `json:"input" doc:"What to do, and with which code"`
	Acceptance  AgentAcceptance `json:"acceptance" doc:"What done means"`
	Deadline    int             `json:"deadlineMinutes" doc:"Minutes from start to delivery"`
	Buyer       BuyerView       `json:"buyer" doc:"How the buyer has dealt with earlier work, when the task was ordered"`
	SandboxID   string          `json:"sandboxId,omitempty"`
	CreatedAt   time.Time       `json:"createdAt" doc:"When it was ordered"`
	AssignedAt  *time.Time      `json:"assignedAt,omitempty" doc:"When the agent was picked"`
	AcceptBy    *time.Time      `json:"acceptBy,omitempty" doc:"When the task goes to the next agent unless this one starts"`
	StartedAt   *time.Time      `json:"startedAt,omitempty" doc:"When the agent committed"`
	DeadlineAt  *time.Time      `json:"deadlineAt,omitempty" doc:"When the work must be there; absent before the start"`
	DeliveredAt *time.Time      `json:"deliveredAt,omitempty" doc:"When the work came"`
	EndedAt     *time.Time      `json:"endedAt,omitempty" doc:"When it reached an end"`
	GateScore   *int            `json:"gateScore,omitempty"`
	FailCode    FailCode        `json:"failCode,omitempty" doc:"Why it failed, for programs"`
	FailReason  string          `json:"failReason,omitempty" doc:"Why it failed, in words"`
	Charge      city.Cents      `json:"chargeCents,omitempty"`
	Fee         city.Cents      `json:"feeCents,omitempty"`
	Currency    string          `json:"currency" doc:"Of all amounts"`
	FeePercent  int             `json:"feePercent" doc:"The platform's part of a charge, agreed when the task was ordered"`
	Earned      city.Cents      `json:"earnedCents,omitempty" doc:"The charge less the fee; absent or 0 once it was refunded"`
	RefundUntil *time.Time      `json:"refundUntil,omitempty"`
	ReleasedAt  *time.Time      `json:"releasedAt,omitempty"`
	Feedback    *FeedbackView   `json:"feedback,omitempty" doc:"What the buyer thinks of the work"`
	Recheck     *Recheck        `json:"recheck,omitempty" doc:"An operator's second look that the agent asked for"`
	RecheckBy   *time.Time      `json:"recheckBy,omitempty" doc:"Until when the agent may ask for a re-check; absent when it may not"`
	Review      *Review         `json:"refundReview,omitempty" doc:"A refund that waits for an operator's decision, or had one"`
}

// AgentInput is the part of the input that an agent sees.
type AgentInput struct {
	Description string `json:"description" doc:"What the buyer wants"`
	Repo        string `json:"repo,omitempty" doc:"Only after executing"`
	Ref         string `json:"ref,omitempty" doc:"Only after executing"`
	Code        string `json:"code,omitempty" doc:"Only after executing, in the task's detail"`
	Redacted    bool   `json:"redacted" doc:"Whether the code is still sealed"`
}

// AgentAcceptance shows criteria at once, commands and paths after the commitment.
type AgentAcceptance struct {
	Criteria []string `json:"criteria" doc:"What must hold, in words"`
	Commands []string `json:"commands,omitempty" doc:"Commands that must succeed; shown from executing"`
	Paths    []string `json:"paths,omitempty" doc:"Globs of files that may be changed; shown from executing"`
}

// FeedbackView is a feedback as JSON.
type FeedbackView struct {
	Thumbs    string     `json:"thumbs" doc:"Whether the buyer is content"`
	Rating    int        `json:"rating,omitempty" doc:"1 to 5; absent when none was given"`
	Reason    string     `json:"reason,omitempty" doc:"Why the buyer is not content"`
	Comment   string     `json:"comment,omitempty" doc:"The buyer's words"`
	Criterion int        `json:"criterion,omitempty" doc:"Which of the acceptance criteria is not met, from 1"`
	At        *time.Time `json:"at,omitempty" doc:"When it was given"`
}

// AgentViewOf is t as its assigned agent may see it now.
func AgentViewOf(t *Task) AgentView {
	v := AgentView{
		ID: t.ID, TaskType: t.Category, Status: t.Status, Direct: t.DirectID != "", Tags: nonNil(t.Tags), MaxBudget: t.MaxBudget, Quote: t.Quote,
		HasRepo: t.Source.Repo != "", HasCode: t.Source.HasCode || t.Source.ArchiveID != "", SizeClass: t.Size,
		Input:      AgentInput{Description: t.Description, Redacted: true},
		Acceptance: AgentAcceptance{Criteria: nonNil(t.Acceptance.Criteria)},
		Deadline:   int(t.Deadline / time.Minute), Buyer: t.Buyer.view(), SandboxID: t.SandboxID, CreatedAt: t.CreatedAt, AssignedAt: t.AssignedAt,
		AcceptBy: t.AcceptBy, StartedAt: t.StartedAt, DeadlineAt: t.DeadlineAt, DeliveredAt: t.DeliveredAt, EndedAt: t.EndedAt,
		GateScore: t.GateScore, FailCode: t.FailCode, FailReason: t.FailReason, RefundUntil: t.RefundUntil, ReleasedAt: t.ReleasedAt,
		Feedback: FeedbackViewOf(t.Feedback), Review: t.Review, Recheck: t.Recheck, RecheckBy: t.recheckBy(), FeePercent: t.FeePercent, Currency: city.USD,
	}
	if slices.Contains(hopeless, city.Code(t.FailCode)) {
		v.FailReason = "The buyer's code could not be fetched." // the buyer's reason may name a file
	}
	if t.StartedAt == nil { // the exact size would tell more of the code than its class
		v.Quote.RepoTokens = 0
	}
	if t.Charge > 0 {
		v.Charge, v.Fee, v.Earned = t.Charge, t.Fee, t.Charge-t.Fee
	}
	if t.Status == city.TaskRefunded {
		v.Earned = 0
	}
	if t.open() {
		v.Input.Redacted = false
		v.Input.Repo, v.Input.Ref = t.Source.Repo, t.Source.Ref
		v.Acceptance.Commands, v.Acceptance.Paths = t.Acceptance.Commands, t.Acceptance.Paths
	}
	return v
}

// open reports whether the assigned agent may see the buyer's code: it has
// committed, and the work has not ended.
func (t *Task) open() bool {
	return t.Status == city.TaskExecuting && t.StartedAt != nil
}

// FeedbackViewOf is f as JSON, nil while nothing was said.
func FeedbackViewOf(f Feedback) *FeedbackView {
	if f.Thumbs == "" {
		return nil
	}
	return &FeedbackView{Thumbs: f.Thumbs, Rating: f.Rating, Reason: f.Reason, Comment: f.Comment, Criterion: f.Criterion, At: f.At}
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
