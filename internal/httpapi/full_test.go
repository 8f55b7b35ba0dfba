package httpapi_test

import (
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// An agent that has as many tasks as it works on at once gets no more while another
// has room, whatever its points; the buyer sees why. Orders do not fail of it.
func TestFullAgentsAreAskedLast(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		narrow, free := l.Agent(t, "research"), l.Agent(t, "research")
		one := 1
		if _, err := narrow.Agents.Update(t.Context(), aicity.UpdateAgent{MaxConcurrentTasks: &one, Pricing: aicity.PerTask(50)}); err != nil {
			t.Fatal(err)
		}
		id := l.started(t, narrow)
		for range 3 {
			task := l.wantTask(t, "ordered", l.order(t, nil), aicity.TaskSubmitted, "")
			if task.AgentID != free.ID || len(task.Routing) != 2 || task.Routing[0].Full || !task.Routing[1].Full {
				t.Errorf("got to %s by %+v", task.AgentID, task.Routing)
			}
		}
		if _, err := free.Agents.Update(t.Context(), aicity.UpdateAgent{MaxConcurrentTasks: &one}); err != nil {
			t.Fatal(err)
		}
		task := l.wantTask(t, "ordered from full agents", l.order(t, nil), aicity.TaskSubmitted, "")
		if task.AgentID == "" || !task.Routing[0].Full {
			t.Errorf("among full agents: %s by %+v", task.AgentID, task.Routing)
		}
		if _, err := l.buyer.Tasks.Cancel(t.Context(), task.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := narrow.Tasks.Fail(t.Context(), id, "Enough."); err != nil {
			t.Fatal(err)
		}
		if task := l.wantTask(t, "with room again", l.order(t, nil), aicity.TaskSubmitted, ""); task.AgentID != narrow.ID {
			t.Errorf("got to %s by %+v", task.AgentID, task.Routing)
		}
	})
}
