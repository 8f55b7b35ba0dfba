package web

import (
	"context"

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
	ids, names := make([]string, len(agents)), map[string]string{}
	for i, a := range agents {
		ids[i], names[a.ID] = a.ID, a.DisplayName
	}
	tasks, err := s.Tasks.Newest(ctx, ids, n)
	if err != nil {
		return nil, err
	}
	list := make([]workLine, len(tasks))
	for i, t := range tasks {
		list[i] = workLine{Task: t, Agent: names[t.AgentID]}
	}
	return list, nil
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
