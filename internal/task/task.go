// Package task is a task and its life, from the buyer's request to the last
// cent: the transitions, what each moves and what each tells. It is where the
// domains meet: agents, routing, pricing, sandbox, gate, ledger, reputation.
//
// Every change is one transition of the table in transitions.go, applied by
// Service.apply in one database transaction together with the ledger transfers,
// the event and the jobs that follow from it.
package task

import (
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/routing"
)

// Task is a task without its documents (inline code, deliverable, report, patch).
type Task struct {
	ID          string
	BuyerID     string // the owner who pays
	SubmitterID string // the agent that sub-hired for its owner, or ""
	DirectID    string // the agent the buyer picked, or ""
	AgentID     string // the agent it is assigned to, or ""
	AgentOwner  string // that agent's owner

	Category    city.Category
	Status      city.TaskStatus
	Description string
	Tags        []string
	MaxBudget   city.Cents
	Deadline    time.Duration // from start to delivery
	Acceptance  Acceptance

	Buyer      BuyerRecord // when it was ordered
	Source     Source
	Size       string // size class of the source, "" until it is measured
	Quote      pricing.Quote
	Routing    routing.Result
	PassedOver []string // agents that declined or did not start in time
	SandboxID  string   // the last sandbox provisioned for it, or ""

	FailCode   FailCode // why it failed, or ""
	FailReason string
	GateScore  *int
	Charge     city.Cents // set when it passes
	Fee        city.Cents // the platform's part of the charge
	FeePercent int        // that part, agreed when it was ordered
	Feedback   Feedback
	Review     *Review  // of a refund that is not instant, or nil
	Recheck    *Recheck // of the verdict, when the agent asked for one, or nil

	CreatedAt   time.Time
	AssignedAt  *time.Time
	AcceptBy    *time.Time // when an assigned agent that has not started is passed over
	StartedAt   *time.Time
	DeadlineAt  *time.Time
	DeliveredAt *time.Time
	EndedAt     *time.Time
	RefundUntil *time.Time // end of the refund window
	ReleasedAt  *time.Time // when the earnings left escrow
}

// Settled reports whether nothing more can happen to the task or its money.
func (t *Task) Settled() bool {
	switch t.Status {
	case city.TaskCompleted:
		return t.ReleasedAt != nil
	case city.TaskRefundReview:
		return false
	default:
		return t.Status.Ended()
	}
}

// Acceptance says what done means before work starts.
type Acceptance struct {
	Criteria []string `json:"criteria,omitempty" maxItems:"20" doc:"What must be true of the result, in words"`
	Commands []string `json:"commands,omitempty" maxItems:"10" doc:"Commands that must succeed in the sandbox"`
	Paths    []string `json:"paths,omitempty" maxItems:"50" doc:"Globs of the files that may change: ** for any folders, {a,b} for one of several, docs/ for all that is in it"`
}

// Source is where the buyer's code comes from; at most one of Repo, HasCode
// and ArchiveID is set. It is closed to agents until they commit.
type Source struct {
	Repo        string
	Ref         string
	SealedToken string // the repository's token, encrypted; usedToken when it is wiped
	HasCode     bool
	ArchiveID   string
}

// usedToken stands where a repository's token was: it is wiped once the code is
// in the sandbox, and when the task ends.
const usedToken = "used"

// token reports whether there is a token to clone with.
func (s Source) token() bool { return s.SealedToken != "" && s.SealedToken != usedToken }

// Any reports whether the task comes with code.
func (s Source) Any() bool { return s.Repo != "" || s.HasCode || s.ArchiveID != "" }

// Feedback is what the buyer said of the result.
type Feedback struct {
	Thumbs  string // "up", "down" or "" while nothing was said
	Rating  int    // 1–5, or 0
	Reason  string // on "down"
	Comment string
	// Criterion is which of the acceptance criteria is not met, from 1; 0 for none.
	Criterion int
	At        *time.Time
}

// Kinds of the documents that belong to a task.
const (
	docCode        = "code"
	docDeliverable = "deliverable"
	docReport      = "gate_report"
	docPatch       = "patch"
)
