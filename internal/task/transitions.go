package task

import (
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/reputation"
)

// Trigger is what makes a task go from one status to another.
type Trigger string

// The triggers.
const (
	Submit         Trigger = "submit"          // the buyer orders
	AskApproval    Trigger = "ask_approval"    // an order over a limit, which waits for the owner's word
	Approve        Trigger = "approve"         // the owner agrees
	ApprovalExpire Trigger = "approval_expire" // the owner said nothing in time
	Route          Trigger = "route"           // an agent is looked for
	Assign         Trigger = "assign"          // one was found
	NoAgent        Trigger = "no_agent"        // none is left
	Decline        Trigger = "decline"         // the agent does not want it
	AcceptExpire   Trigger = "accept_expire"   // the agent did not start in time
	Start          Trigger = "start"           // the agent commits
	Deliver        Trigger = "deliver"         // the agent hands in
	Pass           Trigger = "pass"            // the gate passes the work
	Reject         Trigger = "reject"          // the gate fails it
	Unjudged       Trigger = "unjudged"        // the gate comes to no verdict
	GiveUp         Trigger = "give_up"         // the agent reports failure, or threw the code away
	Expire         Trigger = "expire"          // the deadline passed
	Withdraw       Trigger = "withdraw"        // the agent's owner deactivates it
	SourceLost     Trigger = "source_lost"     // the buyer's code cannot be had
	Cancel         Trigger = "cancel"          // the buyer withdraws
	Release        Trigger = "release"         // the refund window closed
	Refund         Trigger = "refund"          // the buyer takes the money back
	AskRefund      Trigger = "ask_refund"      // the buyer wants it back, an operator decides
	GrantRefund    Trigger = "grant_refund"    // an operator gives it back
	DenyRefund     Trigger = "deny_refund"     // an operator does not
	ReviewExpire   Trigger = "review_expire"   // no operator decided in time
	Overturn       Trigger = "overturn"        // an operator finds that the gate was wrong to fail the work
	Adjudge        Trigger = "adjudge"         // an operator passes work that the gate came to no verdict on
)

// Move is what a transition does to money.
type Move string

// The moves; settle.go says which transfers each is.
const (
	MoveNone    Move = ""
	MoveHold    Move = "hold"    // buyer's credits → the task's hold
	MoveCapture Move = "capture" // hold → escrow and fee, the rest back
	MoveVoid    Move = "void"    // the whole hold back
	MoveRelease Move = "release" // escrow → available, fee earned
	MoveReverse Move = "reverse" // escrow and fee → buyer's credits
	// While an operator decides about a refund, what the agent has of the charge is
	// set aside in its escrow: no other move can take it from there.
	MoveSetAside Move = "set_aside"
	MoveGrant    Move = "grant" // what was set aside, and the fee → buyer's credits
	MoveDeny     Move = "deny"  // it is escrow like any other again
	// MoveRecapture takes back what the void returned: the charge goes from the
	// buyer's credits through the hold to escrow and fee.
	MoveRecapture Move = "recapture"
)

// Transition is one line of a task's life.
type Transition struct {
	From    city.TaskStatus // "" before it exists
	On      Trigger
	To      city.TaskStatus
	Moves   Move
	Emits   string           // type of the event
	Webhook string           // event sent to the assigned agent, or ""
	Cause   reputation.Cause // what the agent's standing learns, or ""
}

// created is the status of a task before it is written.
const created city.TaskStatus = ""

// transitions is the whole life of a task. Nothing else changes a status.
var transitions = []Transition{
	{created, Submit, city.TaskSubmitted, MoveHold, "task.submitted", "", ""},
	{created, AskApproval, city.TaskPendingApproval, MoveHold, "task.approval_asked", "", ""},
	{city.TaskPendingApproval, Approve, city.TaskSubmitted, MoveNone, "task.approved", "", ""},
	{city.TaskPendingApproval, Cancel, city.TaskCancelled, MoveVoid, "task.cancelled", "", ""},
	{city.TaskPendingApproval, ApprovalExpire, city.TaskCancelled, MoveVoid, "task.cancelled", "", ""},
	{city.TaskSubmitted, Route, city.TaskRouting, MoveNone, "task.routing", "", ""},
	{city.TaskRouting, Assign, city.TaskSubmitted, MoveNone, "task.assigned", "task_assigned", ""},
	{city.TaskRouting, NoAgent, city.TaskFailed, MoveVoid, "task.failed", "", ""},
	{city.TaskSubmitted, Decline, city.TaskRouting, MoveNone, "task.declined", "", reputation.CauseDeclined},
	{city.TaskSubmitted, AcceptExpire, city.TaskRouting, MoveNone, "task.passed_over", "", reputation.CauseNotStarted},
	{city.TaskSubmitted, Start, city.TaskExecuting, MoveNone, "task.executing", "", reputation.CauseStarted},
	{city.TaskSubmitted, Cancel, city.TaskCancelled, MoveVoid, "task.cancelled", "", ""},
	{city.TaskSubmitted, SourceLost, city.TaskFailed, MoveVoid, "task.failed", "task_failed", ""},
	{city.TaskExecuting, SourceLost, city.TaskFailed, MoveVoid, "task.failed", "task_failed", ""},
	{city.TaskExecuting, Deliver, city.TaskQualityCheck, MoveNone, "task.delivered", "", ""},
	{city.TaskExecuting, GiveUp, city.TaskFailed, MoveVoid, "task.failed", "task_failed", reputation.CauseGaveUp},
	{city.TaskExecuting, Expire, city.TaskFailed, MoveVoid, "task.failed", "task_failed", reputation.CauseDeadlineMissed},
	{city.TaskExecuting, Withdraw, city.TaskFailed, MoveVoid, "task.failed", "task_failed", reputation.CauseWithdrawn},
	{city.TaskQualityCheck, Pass, city.TaskCompleted, MoveCapture, "task.completed", "task_completed", reputation.CausePassed},
	{city.TaskQualityCheck, Reject, city.TaskFailed, MoveVoid, "task.failed", "task_failed", reputation.CauseRejected},
	{city.TaskQualityCheck, Unjudged, city.TaskFailed, MoveVoid, "task.failed", "task_failed", ""},
	{city.TaskCompleted, Release, city.TaskCompleted, MoveRelease, "task.released", "", ""},
	{city.TaskCompleted, Refund, city.TaskRefunded, MoveReverse, "task.refunded", "task_refunded", reputation.CauseRefunded},
	{city.TaskCompleted, AskRefund, city.TaskRefundReview, MoveSetAside, "task.refund_asked", "refund_requested", ""},
	{city.TaskRefundReview, GrantRefund, city.TaskRefunded, MoveGrant, "task.refunded", "task_refunded", reputation.CauseRefunded},
	{city.TaskRefundReview, ReviewExpire, city.TaskRefunded, MoveGrant, "task.refunded", "task_refunded", reputation.CauseRefunded},
	{city.TaskRefundReview, DenyRefund, city.TaskCompleted, MoveDeny, "task.refund_denied", "refund_denied", ""},
	{city.TaskFailed, Overturn, city.TaskCompleted, MoveRecapture, "task.verdict_overturned", "verdict_overturned", reputation.CauseOverturned},
	{city.TaskFailed, Adjudge, city.TaskCompleted, MoveRecapture, "task.verdict_overturned", "verdict_overturned", reputation.CausePassed},
}

// The events of a task that are no transition.
const (
	eventProvisioned    = "task.provisioned"
	eventFeedback       = "task.feedback"
	eventRecheckAsked   = "task.recheck_asked"
	eventRecheckDecided = "task.recheck_decided"
)

// EventTypes lists what an event of a task's timeline can be.
func EventTypes() []string {
	types := []string{}
	for _, t := range transitions {
		if !slices.Contains(types, t.Emits) {
			types = append(types, t.Emits)
		}
	}
	return append(types, eventProvisioned, eventFeedback, eventRecheckAsked, eventRecheckDecided)
}

// next finds the transition from a status on a trigger.
func next(from city.TaskStatus, on Trigger) (Transition, bool) {
	for _, tr := range transitions {
		if tr.From == from && tr.On == on {
			return tr, true
		}
	}
	return Transition{}, false
}
