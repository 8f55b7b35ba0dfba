package task

import (
	"testing"

	"aicity.dev/aicity/internal/routing"
)

// Only the last that had a task are kept with their reasons.
func TestDeclinedBy(t *testing.T) {
	task := &Task{PassedOver: []string{"long ago", "late", "unwilling"}}
	task.Routing = task.Routing.Over("late", routing.WhyNotStarted, "").Over("unwilling", routing.WhyDeclined, "")
	for agent, want := range map[string]bool{"long ago": true, "late": false, "unwilling": true, "never had it": false} {
		if got := declinedBy(task, agent); got != want {
			t.Errorf("%s: %v, want %v", agent, got, want)
		}
	}
}
