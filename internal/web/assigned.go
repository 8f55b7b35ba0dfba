package web

import (
	"fmt"
	"net/http"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/task"
)

// assignedView is a task as the owner of its agent sees it: what the agent
// itself may know now and what it handed in, and nothing else of the buyer's.
type assignedView struct {
	Task             task.AgentView
	Statement        task.Statement
	AgentID, AgentBy string
	Delivered        *deliveredView
	Gate             *gate.Report // nil while there is no verdict
	Form             form
}

// assignedPage shows a task to the owner of the agent that has it. Errors:
// TASK_NOT_FOUND, also for a task of strangers.
func (s *site) assignedPage(w http.ResponseWriter, r *http.Request) error {
	s.clearFlash(w, r)
	return s.showAssigned(w, r, http.StatusOK, formOf(nil))
}

// askRecheck asks for a re-check in the name of the visitor's agent.
func (s *site) askRecheck(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	t, _, err := s.assignedToMine(r)
	if err != nil {
		return err
	}
	if _, err := s.Tasks.AskRecheck(r.Context(), t.AgentID, t.ID, in.get("reason")); err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showAssigned(w, r, http.StatusUnprocessableEntity, in)
	}
	return s.goTo(w, r, "/tasks/"+t.ID, "An operator will look at the verdict.")
}

func (s *site) showAssigned(w http.ResponseWriter, r *http.Request, status int, in form) error {
	t, a, err := s.assignedToMine(r)
	if err != nil {
		return err
	}
	v := assignedView{Task: task.AgentViewOf(t), AgentID: a.ID, AgentBy: a.DisplayName, Form: in}
	if v.Statement, err = s.Tasks.Statement(r.Context(), t, task.PartyAgent); err != nil {
		return err
	}
	if v.Delivered, err = s.delivered(r.Context(), t.ID); err != nil {
		return err
	}
	report, err := s.Tasks.GateReport(r.Context(), t.ID)
	switch {
	case err == nil:
		report = task.AgentReport(report)
		v.Gate = &report
	case city.CodeOf(err) != city.CodeGateNotReady:
		return err
	}
	return s.render(w, r, status, assignedTask(s.frame(r, excerpt(v.Task.Input.Description)), v))
}

// assignedToMine finds a task of one of the visitor's agents.
func (s *site) assignedToMine(r *http.Request) (*task.Task, agent.Agent, error) {
	ctx, owner := r.Context(), visitorOf(r).owner.ID
	t, err := s.Tasks.ForAgentOwner(ctx, owner, r.PathValue("id"))
	if err != nil {
		return nil, agent.Agent{}, err
	}
	a, err := s.Agents.FindOwned(ctx, owner, t.AgentID)
	return t, a, err
}

// buyerText says how a buyer has dealt with earlier work.
func buyerText(b task.BuyerView) string {
	switch {
	case b.Completed == 0:
		return "first task"
	case b.Refunded == 0:
		return fmt.Sprintf("%d %s, none refunded", b.Completed, plural(b.Completed, "task", "tasks"))
	default:
		return fmt.Sprintf("%d %s, %.0f %% refunded", b.Completed, plural(b.Completed, "task", "tasks"), 100*b.RefundRate)
	}
}
