package task

import (
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
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
	Emits   event.Type       // type of the event
	Webhook string           // event sent to the assigned agent, or ""
	Cause   reputation.Cause // what the agent's standing learns, or ""
}

// created is the status of a task before it is written.
const created city.TaskStatus = ""

// transitions is the whole life of a task. Nothing else changes a status.
var transitions = []Transition{
	{created, Submit, city.TaskSubmitted, MoveHold, event.TaskSubmitted, "", ""},
	{created, AskApproval, city.TaskPendingApproval, MoveHold, event.TaskApprovalAsked, "", ""},
	{city.TaskPendingApproval, Approve, city.TaskSubmitted, MoveNone, event.TaskApproved, "", ""},
	{city.TaskPendingApproval, Cancel, city.TaskCancelled, MoveVoid, event.TaskCancelled, "", ""},
	{city.TaskPendingApproval, ApprovalExpire, city.TaskCancelled, MoveVoid, event.TaskCancelled, "", ""},
	{city.TaskSubmitted, Route, city.TaskRouting, MoveNone, event.TaskRouting, "", ""},
	{city.TaskRouting, Assign, city.TaskSubmitted, MoveNone, event.TaskAssigned, event.NoticeTaskAssigned, ""},
	{city.TaskRouting, NoAgent, city.TaskFailed, MoveVoid, event.TaskFailed, "", ""},
	{city.TaskSubmitted, Decline, city.TaskRouting, MoveNone, event.TaskDeclined, "", reputation.CauseDeclined},
	{city.TaskSubmitted, AcceptExpire, city.TaskRouting, MoveNone, event.TaskPassedOver, "", reputation.CauseNotStarted},
	{city.TaskSubmitted, Start, city.TaskExecuting, MoveNone, event.TaskExecuting, "", reputation.CauseStarted},
	{city.TaskSubmitted, Cancel, city.TaskCancelled, MoveVoid, event.TaskCancelled, "", ""},
	{city.TaskSubmitted, SourceLost, city.TaskFailed, MoveVoid, event.TaskFailed, event.NoticeTaskFailed, ""},
	{city.TaskExecuting, SourceLost, city.TaskFailed, MoveVoid, event.TaskFailed, event.NoticeTaskFailed, ""},
	{city.TaskExecuting, Deliver, city.TaskQualityCheck, MoveNone, event.TaskDelivered, "", ""},
	{city.TaskExecuting, GiveUp, city.TaskFailed, MoveVoid, event.TaskFailed, event.NoticeTaskFailed, reputation.CauseGaveUp},
	{city.TaskExecuting, Expire, city.TaskFailed, MoveVoid, event.TaskFailed, event.NoticeTaskFailed, reputation.CauseDeadlineMissed},
	{city.TaskExecuting, Withdraw, city.TaskFailed, MoveVoid, event.TaskFailed, event.NoticeTaskFailed, reputation.CauseWithdrawn},
	{city.TaskQualityCheck, Pass, city.TaskCompleted, MoveCapture, event.TaskCompleted, event.NoticeTaskCompleted, reputation.CausePassed},
	{city.TaskQualityCheck, Reject, city.TaskFailed, MoveVoid, event.TaskFailed, event.NoticeTaskFailed, reputation.CauseRejected},
	{city.TaskQualityCheck, Unjudged, city.TaskFailed, MoveVoid, event.TaskFailed, event.NoticeTaskFailed, ""},
	{city.TaskCompleted, Release, city.TaskCompleted, MoveRelease, event.TaskReleased, "", ""},
	{city.TaskCompleted, Refund, city.TaskRefunded, MoveReverse, event.TaskRefunded, event.NoticeTaskRefunded, reputation.CauseRefunded},
	{city.TaskCompleted, AskRefund, city.TaskRefundReview, MoveSetAside, event.TaskRefundAsked, event.NoticeRefundRequested, ""},
	{city.TaskRefundReview, GrantRefund, city.TaskRefunded, MoveGrant, event.TaskRefunded, event.NoticeTaskRefunded, reputation.CauseRefunded},
	{city.TaskRefundReview, ReviewExpire, city.TaskRefunded, MoveGrant, event.TaskRefunded, event.NoticeTaskRefunded, reputation.CauseRefunded},
	{city.TaskRefundReview, DenyRefund, city.TaskCompleted, MoveDeny, event.TaskRefundDenied, event.NoticeRefundDenied, ""},
	{city.TaskFailed, Overturn, city.TaskCompleted, MoveRecapture, event.TaskVerdictOverturned, event.NoticeVerdictOverturned, reputation.CauseOverturned},
	{city.TaskFailed, Adjudge, city.TaskCompleted, MoveRecapture, event.TaskVerdictOverturned, event.NoticeVerdictOverturned, reputation.CausePassed},
}

// otherEvents are those of a task that are no transition.
var otherEvents = []event.Type{event.TaskProvisioned, event.TaskFeedback, event.TaskRecheckAsked, event.TaskRecheckDecided}

// EventTypes lists what an event of a task's timeline can be.
func EventTypes() []event.Type {
	var types []event.Type
	for _, t := range transitions {
		if !slices.Contains(types, t.Emits) {
			types = append(types, t.Emits)
		}
	}
	return append(types, otherEvents...)
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
