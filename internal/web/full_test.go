package web_test

import (
	"net/http"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// A buyer who wonders why the better agent did not get the task is told that it
// was full.
func TestThePageSaysThatAnAgentWasFull(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	buyer, narrow, _ := s.Buyer(t, 2000), s.Agent(t, "research"), s.Agent(t, "research")
	one := 1
	if _, err := narrow.Agents.Update(t.Context(), aicity.UpdateAgent{MaxConcurrentTasks: &one}); err != nil {
		t.Fatal(err)
	}
	order := func(agentID string) string {
		task, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
			TaskType: "research", MaxBudget: 500, AgentID: agentID, Input: aicity.TaskInput{Description: apptest.Question},
		})
		if err != nil {
			t.Fatal(err)
		}
		return task.ID
	}
	const full = "as many tasks as it works on at once"
	page := newVisitor(t, s.URL, buyer)
	page.get("/tasks/"+order(narrow.ID)).never(t, full)
	page.get("/tasks/"+order("")).want(t, http.StatusOK, full)
}
