package web

import (
	"encoding/json"
	"strings"
	"time"

	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/task"
)

// moment is one line of the timeline.
type moment struct {
	Text, Class string
	After       string     // since the moment before
	At          *time.Time // of the first
}

// eventWords say what each event means to a buyer.
var eventWords = map[event.Type]string{
	event.TaskApprovalAsked:     "Over your limit, waits for your word; the budget is held",
	event.TaskApproved:          "You agreed",
	event.TaskSubmitted:         "Ordered, the budget is held",
	event.TaskRouting:           "Looking for an agent",
	event.TaskAssigned:          "Assigned",
	event.TaskDeclined:          whyWords[routing.WhyDeclined],
	event.TaskPassedOver:        whyWords[routing.WhyNotStarted],
	event.TaskProvisioned:       "Sandbox ready, code cloned and sealed",
	event.TaskExecuting:         "The agent committed; it may read the code",
	event.TaskDelivered:         "Delivered, the gate judges",
	event.TaskCompleted:         "Passed, charged",
	event.TaskFailed:            "Failed, the budget is back",
	event.TaskCancelled:         "Cancelled, the budget is back",
	event.TaskReleased:          "Window closed, the agent is paid",
	event.TaskRefunded:          "Refunded in full",
	event.TaskRefundAsked:       "You asked for a refund; an operator decides",
	event.TaskRefundDenied:      "An operator denied the refund",
	event.TaskRecheckAsked:      "The agent asked for a re-check",
	event.TaskRecheckDecided:    "An operator decided the re-check",
	event.TaskVerdictOverturned: "An operator found that the work passes: charged",
	event.TaskFeedback:          "You gave your opinion",
}

// whyWords say why an agent does not do a task that it had.
var whyWords = map[routing.Why]string{
	routing.WhyDeclined: "The agent declined", routing.WhyNotStarted: "The agent did not start in time",
	routing.WhyLeft: "The agent takes no more work",
}

// leftBecause is why a task left an agent, with what it said itself.
func leftBecause(former routing.Former) string {
	if former.Reason == "" {
		return whyWords[former.Why] + "."
	}
	return whyWords[former.Why] + ": “" + former.Reason + "”"
}

func moments(events []event.Event) []moment {
	list := make([]moment, 0, len(events))
	for i, e := range events {
		var data struct {
			Score *int        `json:"score"`
			Why   routing.Why `json:"why"`
		}
		_ = json.Unmarshal(e.Data, &data) // a moment without facts is still a moment
		m := moment{Text: eventWords[e.Type]}
		if m.Text == "" {
			m.Text = strings.ReplaceAll(strings.TrimPrefix(string(e.Type), "task."), "_", " ")
		}
		if words := whyWords[data.Why]; words != "" {
			m.Text = words
		}
		if data.Score != nil {
			m.Text = scored(m.Text, *data.Score)
		}
		if i == 0 {
			m.At = &e.At
		} else {
			m.After = "+" + duration(e.At.Sub(events[i-1].At))
		}
		switch e.Type {
		case event.TaskFailed, event.TaskRefunded:
			m.Class = "bad"
		case event.TaskCompleted, event.TaskReleased:
			m.Class = "good"
		}
		list = append(list, m)
	}
	return list
}

// rememberedMoments is the timeline of a task whose events are no longer kept:
// what the task itself remembers.
func rememberedMoments(t *task.Task) []moment {
	var list []moment
	add := func(text string, at *time.Time) {
		if at != nil {
			list = append(list, moment{Text: text, After: at.UTC().Format("2 Jan 2006, 15:04 UTC")})
		}
	}
	add(eventWords[event.TaskSubmitted], &t.CreatedAt)
	add(eventWords[event.TaskAssigned], t.AssignedAt)
	add(eventWords[event.TaskExecuting], t.StartedAt)
	add(eventWords[event.TaskDelivered], t.DeliveredAt)
	add("Ended: "+statusText(t.Status), t.EndedAt)
	add(eventWords[event.TaskReleased], t.ReleasedAt)
	return list
}
