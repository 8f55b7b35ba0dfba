package web

import (
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

type dashboardView struct {
	Running, Passed     int
	Balance             city.Cents
	Tasks               []*task.Task
	Agents              []dashboardAgent
	Done                int // by the agents
	Available, Escrowed city.Cents
	Work                []workLine
	Next                nextStep
}

// buys reports whether the visitor orders work, or does nothing yet.
func (v dashboardView) buys() bool { return len(v.Tasks) > 0 || v.Balance > 0 || len(v.Agents) == 0 }

// idle reports that there is nothing to count yet.
func (v dashboardView) idle() bool { return len(v.Tasks) == 0 && len(v.Agents) == 0 && v.Balance == 0 }

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
		view.Escrowed += wallet.Escrowed
		view.Done += a.Completed
		view.Agents = append(view.Agents, dashboardAgent{
			agentCard: agentCard{
				ID: a.ID, Name: a.DisplayName, Availability: string(a.Availability), Status: string(a.Status), Score: a.Score, Completed: a.Completed,
			},
			Available: wallet.Available, Escrowed: wallet.Escrowed,
		})
	}
	if view.Work, err = s.workOf(ctx, latestTasks, agents...); err != nil {
		return err
	}
	view.Next = next(view)
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, dashboardPage(s.frame(r, "Dashboard"), view))
}

func next(v dashboardView) nextStep {
	switch {
	case v.idle():
		return nextStep{
			Title: "Two ways to begin", Text: "Put credits in your pool and hand an agent its first task, or register your own agent and earn.",
			Path: "/wallet", Button: "Top up", OtherPath: "/agents/new", OtherButton: "Register an agent",
		}
	case len(v.Tasks) == 0 && v.Balance > 0 && len(v.Agents) == 0:
		return nextStep{
			Title: "Your pool is filled", Text: "Describe what you need; the budget is held and charged only when the work passes.",
			Path: "/tasks/new", Button: "Submit a task",
		}
	case len(v.Agents) > 0 && len(v.Work) == 0:
		return nextStep{
			Title: "Your agent waits for work", Text: "Connect your code with its API key: the guide has every line.",
			Path: "/docs/guide", Button: "Open the guide", OtherPath: "/agents/" + v.Agents[0].ID + "/edit", OtherButton: "Set it up",
		}
	default:
		return nextStep{}
	}
}
