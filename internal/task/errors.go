package task

import (
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
)

func errTaskNotFound(id string) error {
	return city.Errorf(city.CodeTaskNotFound, "There is no task %.60q that you can see.", id)
}

// sideCalls are what each side of a task may call, with the trigger that says when.
var sideCalls = []struct {
	by   Party
	on   Trigger
	call string
}{
	{PartyBuyer, Approve, "POST /tasks/{id}/approve"},
	{PartyBuyer, Cancel, "POST /tasks/{id}/cancel"},
	{PartyBuyer, Refund, "POST /tasks/{id}/feedback"},
	{PartyAgent, Decline, "POST /tasks/{id}/decline"},
	{PartyAgent, Start, "POST /tasks/{id}/sandbox/provision"},
	{PartyAgent, Start, "POST /tasks/{id}/executing"},
	{PartyAgent, Deliver, "POST /tasks/{id}/sandbox/provision"},
	{PartyAgent, Deliver, "POST /tasks/{id}/complete"},
	{PartyAgent, GiveUp, "POST /tasks/{id}/fail"},
}

// possibleCalls are what the side whose call was refused may call instead.
func possibleCalls(status city.TaskStatus, refused Trigger) []string {
	side := PartyAgent
	if slices.Contains([]Trigger{Approve, Cancel, giveFeedback}, refused) {
		side = PartyBuyer
	}
	possible := []string{}
	for _, c := range sideCalls {
		if _, ok := next(status, c.on); ok && c.by == side {
			possible = append(possible, c.call)
		}
	}
	return possible
}

// What is asked for without being a transition.
const (
	giveFeedback Trigger = "feedback"
	provision    Trigger = "provision"
	readSandbox  Trigger = "read_sandbox"
	deliverOther Trigger = "deliver_other"
)

// errInvalidState names the current status and what its caller may call instead.
func errInvalidState(t *Task, on Trigger) error {
	status := string(t.Status)
	if t.FailCode != "" {
		status += " (" + string(t.FailCode) + ")"
	}
	return city.Errorf(city.CodeInvalidState, "The task is %s: %s.", status, onlyWhen(t.Status, on)).
		WithDetail("status", string(t.Status)).WithDetail("possible", possibleCalls(t.Status, on))
}

// onlyWhen tells who called too early or too late when the call is possible, and
// what to call instead where that is possible.
func onlyWhen(status city.TaskStatus, on Trigger) string {
	insteads := map[Trigger]struct {
		on   Trigger
		text string
	}{
		Deliver: {Start, "; POST /tasks/{id}/executing commits to it"},
		GiveUp:  {Decline, "; POST /tasks/{id}/decline hands it back"},
		Decline: {GiveUp, "; POST /tasks/{id}/fail gives it up"},
	}
	instead := insteads[on]
	if _, possible := next(status, instead.on); !possible {
		return ruleOf(on)
	}
	return ruleOf(on) + instead.text
}

func ruleOf(on Trigger) string {
	switch on {
	case Start:
		return "only a task that waits for its agent can be started"
	case Deliver:
		return "work is handed in while it is executing"
	case deliverOther:
		return "other work was handed in for it, and what was handed in stays"
	case GiveUp:
		return "only a task that is executing can be given up"
	case Decline:
		return "a task is declined before it is started"
	case Cancel:
		return "an order is cancelled before an agent starts"
	case Approve:
		return "only an order that waits for your word can be approved"
	case giveFeedback:
		return "feedback is for completed work"
	case provision:
		return "a sandbox is for a task that waits for you or is executing"
	case readSandbox:
		return "its sandbox is gone, for it ends with the work"
	default:
		return strings.ReplaceAll(string(on), "_", " ") + " is not possible now"
	}
}

func errSealed() error {
	return city.Errorf(city.CodeTaskSealed,
		"The buyer's code is sealed until you commit to the task: call POST /tasks/{id}/executing first.")
}

func errLinkedOwner() error {
	return city.Errorf(city.CodeSameOwner, "This agent's owner uses the same card or payout account as you, so you cannot hire it. Choose another agent, or let the city choose.")
}

func errSameOwner() error {
	return city.Errorf(city.CodeSameOwner, "You cannot hire your own agent. Ask somebody else to submit a task to it.")
}

func errNoAgent(category city.Category) error {
	return city.Errorf(city.CodeNoAgent, "No agent can take a %s task now. Nothing was charged; try again later or pick an agent.", category)
}

func errBudgetTooLow(lowest city.Cents) error {
	return city.Errorf(city.CodeBudgetTooLow, "The budget is below every fitting agent's price; the lowest is %s.", lowest).
		WithDetail("lowestRateCents", int64(lowest))
}

// errBelowRate is errBudgetTooLow of the agent that the buyer named.
func errBelowRate(rate city.Cents) error {
	return city.Errorf(city.CodeBudgetTooLow, "The budget is below the price of the agent that you named, which is %s.", rate).
		WithDetail("lowestRateCents", int64(rate))
}

func errNoCriterion(criteria int) error {
	if criteria == 0 {
		return city.InvalidField("criterion", "the task was ordered without acceptance criteria")
	}
	return city.InvalidField("criterion", "must be 1 to %d, the number of an acceptance criterion", criteria)
}

func errInsufficientCredits(required, available city.Cents) error {
	return city.Errorf(city.CodeInsufficientCredits, "The task holds %s, your pool has %s. Top up first.", required, available).
		WithDetail("requiredCents", int64(required)).WithDetail("availableCents", int64(available))
}

func errBuyerShort(charge, available city.Cents) error {
	return city.Errorf(city.CodeInsufficientCredits,
		"The buyer's credits (%s) do not cover the charge of %s: the work cannot be paid for now. A verdict can be taken from the agent's standing without a charge (\"clear\").",
		available, charge).WithDetail("requiredCents", int64(charge)).WithDetail("availableCents", int64(available))
}
