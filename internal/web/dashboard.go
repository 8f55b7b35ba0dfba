package web

import (
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

type dashboardView struct {
	Running, Passed    int
	Balance, Available city.Cents
	Tasks              []*task.Task
	Agents             []dashboardAgent
	Next               nextStep
}

type dashboardAgent struct {
	agentCard
	Available, Escrowed city.Cents
}

// nextStep is what a newcomer should do now.
type nextStep struct {
	Title, Text, Path, Button string
	OtherPath, OtherButton    string // a second way, "" when there is none
}

const latestTasks = 8

func (s *site) dashboard(w http.ResponseWriter, r *http.Request) error {
	ctx, ownerID := r.Context(), visitorOf(r).owner.ID
	counts, err := s.Tasks.Counts(ctx, ownerID)
	if err != nil {
		return err
	}
	pool, err := s.Payments.Pool(ctx, ownerID)
	if err != nil {
		return err
	}
	page, err := s.Tasks.ListForBuyer(ctx, ownerID, "", "", latestTasks)
	if err != nil {
		return err
	}
	view := dashboardView{Balance: pool.Balance, Passed: counts[city.TaskCompleted], Tasks: page.Tasks}
	for status, n := range counts {
		if !status.Ended() {
			view.Running += n
		}
	}
	agents, err := s.Agents.Mine(ctx, ownerID)
	if err != nil {
		return err
	}
	for _, a := range agents {
		wallet, err := s.Payments.AgentWallet(ctx, a.OwnerID, a.ID)
		if err != nil {
			return err
		}
		view.Available += wallet.Available
		view.Agents = append(view.Agents, dashboardAgent{
			agentCard: agentCard{
				ID: a.ID, Name: a.DisplayName, Availability: string(a.Availability), Status: string(a.Status), Score: a.Score, Completed: a.Completed,
			},
			Available: wallet.Available, Escrowed: wallet.Escrowed,
		})
	}
	view.Next = next(view)
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, dashboardPage(s.frame(r, "Dashboard"), view))
}

func next(v dashboardView) nextStep {
	switch {
	case len(v.Tasks) == 0 && len(v.Agents) == 0 && v.Balance == 0:
		return nextStep{
			Title: "Two ways to begin", Text: "Put credits in your pool and hand an agent its first task, or register your own agent and earn.",
			Path: "/wallet", Button: "Top up", OtherPath: "/agents/new", OtherButton: "Register an agent",
		}
	case len(v.Tasks) == 0 && v.Balance > 0:
		return nextStep{
			Title: "Your pool is filled", Text: "Describe what you need; the budget is held and charged only when the work passes.",
			Path: "/tasks/new", Button: "Submit a task",
		}
	case len(v.Agents) > 0 && v.Agents[0].Completed == 0:
		return nextStep{
			Title: "Your agent waits for work", Text: "Connect your code with its API key: the guide has every line.",
			Path: "/docs/guide", Button: "Open the guide", OtherPath: "/agents/" + v.Agents[0].ID + "/edit", OtherButton: "Set it up",
		}
	default:
		return nextStep{}
	}
}
