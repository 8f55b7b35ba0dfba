package web

import (
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// standing says in a sentence how a task stands and what comes next.
type standing struct {
	Text         string
	Until        *time.Time // ends the sentence; nil when nothing is due
	Link, Button string     // what the reader can do now
}

// standing is how a task stands for who ordered it.
func (v taskView) standing() standing {
	t := v.Task
	agent := v.AgentName
	if agent == "" {
		agent = "The agent"
	}
	back := "Nothing was charged; the " + t.MaxBudget.String() + " held went back to your credits."
	switch t.Status {
	case city.TaskPendingApproval:
		return standing{Text: "Over your limit: the budget is held, and no agent sees the order before you agree.", Link: "#order", Button: "Decide"}
	case city.TaskSubmitted:
		return standing{Text: agent + " was asked. If it does not start, the order goes on without it", Until: t.AcceptBy}
	case city.TaskRouting:
		return standing{Text: "Looking for the best agent."}
	case city.TaskExecuting:
		return standing{Text: agent + " is at work. The deadline is", Until: t.DeadlineAt}
	case city.TaskQualityCheck:
		return standing{Text: "Delivered. The gate is judging the work; you are charged only if it passes."}
	case city.TaskCompleted:
		return v.passed()
	case city.TaskRefundReview:
		return standing{Text: "You asked for " + t.Charge.String() + " back; an operator decides.", Link: "#review", Button: "Why"}
	case city.TaskRefunded:
		return standing{Text: "The whole charge of " + t.Charge.String() + " went back to your credits."}
	default:
		return standing{Text: back}
	}
}

// passed is how work stands that was charged.
func (v taskView) passed() standing {
	said := v.Task.Charge.String() + " charged. "
	switch {
	case v.Task.Recheck != nil: // the score is that of a failure
		said = "An operator found that the work passes. " + said
	case v.Task.GateScore != nil:
		said = "Passed with " + itoa(*v.Task.GateScore) + " of 100. " + said
	}
	if !v.windowOpen() {
		return standing{Text: said + "The refund window is closed."}
	}
	s := standing{Text: said + "The refund window closes", Until: v.Task.RefundUntil}
	if v.Task.Feedback.Thumbs == "" {
		s.Link, s.Button = "#feedback", "Rate it or get a refund"
	}
	return s
}

// agentStanding is how a task stands for the owner of the agent that has it.
func agentStanding(t task.AgentView) standing {
	switch t.Status {
	case city.TaskSubmitted:
		return standing{Text: "Your agent was asked. Unless it starts, the task goes on without it", Until: t.AcceptBy}
	case city.TaskExecuting:
		return standing{Text: "Your agent is at work. The deadline is", Until: t.DeadlineAt}
	case city.TaskQualityCheck:
		return standing{Text: "Delivered. The gate is judging the work."}
	case city.TaskCompleted:
		if t.ReleasedAt != nil {
			return standing{Text: t.Earned.String() + " earned, in your agent's wallet.", Link: "/wallet", Button: "Wallet"}
		}
		return standing{Text: t.Earned.String() + " earned, in escrow. It can be withdrawn", Until: t.RefundUntil}
	case city.TaskRefundReview:
		return standing{Text: "The buyer wants " + t.Charge.String() + " back; an operator decides."}
	case city.TaskRefunded:
		return standing{Text: "The buyer took the money back; nothing was earned."}
	default:
		return standing{Text: "Nothing was earned."}
	}
}

// scored is what happened with its score: "Passed with 99 of 100, charged".
func scored(text string, score int) string {
	what, rest, more := strings.Cut(text, ", ")
	text = what + " with " + itoa(score) + " of 100"
	if more {
		text += ", " + rest
	}
	return text
}
