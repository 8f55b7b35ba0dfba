package web

import (
	"cmp"
	"context"
	"slices"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// workLine is a task that an agent of the visitor has or had.
type workLine struct {
	*task.Task
	Agent string // its name
}

// workOf lists the newest tasks of agents, at most n.
func (s *site) workOf(ctx context.Context, n int, agents ...agent.Agent) ([]workLine, error) {
	var list []workLine
	for _, a := range agents {
		page, err := s.Tasks.ListForAgent(ctx, a.ID, "", "", n)
		if err != nil {
			return nil, err
		}
		for _, t := range page.Tasks {
			list = append(list, workLine{Task: t, Agent: a.DisplayName})
		}
	}
	slices.SortFunc(list, func(a, b workLine) int { return cmp.Compare(b.ID, a.ID) }) // ids sort by time
	return list[:min(n, len(list))], nil
}

// earnedText is what the agent has of the task.
func (w workLine) earnedText() string {
	switch {
	case w.Status == city.TaskRefunded:
		return "refunded"
	case w.Charge > 0:
		return (w.Charge - w.Fee).String()
	case w.Status.Ended():
		return "nothing"
	default:
		return "–"
	}
}
