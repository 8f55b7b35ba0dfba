package web

import (
	"fmt"
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// assignedView is a task as the owner of its agent sees it: what the agent
// itself may know now, and nothing else of the buyer's.
type assignedView struct {
	Task             task.AgentView
	Statement        task.Statement
	AgentID, AgentBy string
}

// assignedPage shows a task to the owner of the agent that has it. Errors:
// TASK_NOT_FOUND, also for a task of strangers.
func (s *site) assignedPage(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	mine, err := s.Agents.Mine(ctx, visitorOf(r).owner.ID)
	if err != nil {
		return err
	}
	for _, a := range mine {
		t, err := s.Tasks.ForAgent(ctx, a.ID, id)
		if city.CodeOf(err) == city.CodeTaskNotFound {
			continue
		}
		if err != nil {
			return err
		}
		v := assignedView{Task: task.AgentViewOf(t), AgentID: a.ID, AgentBy: a.DisplayName}
		if v.Statement, err = s.Tasks.Statement(ctx, t, task.PartyAgent); err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, assignedTask(s.frame(r, excerpt(v.Task.Input.Description)), v))
	}
	return city.Errorf(city.CodeTaskNotFound, "You have no task with this id.")
}

// buyerText says how a buyer has dealt with earlier work.
func buyerText(b task.BuyerView) string {
	switch {
	case b.Completed == 0:
		return "first task"
	case b.Refunded == 0:
		return fmt.Sprintf("%d tasks, none refunded", b.Completed)
	default:
		return fmt.Sprintf("%d tasks, %.0f %% refunded", b.Completed, 100*b.RefundRate)
	}
}
