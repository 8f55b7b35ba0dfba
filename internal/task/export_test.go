package task

import (
	"context"

	"aicity.dev/aicity/internal/gate/trial"
	"aicity.dev/aicity/internal/sandbox"
)

// DeliverUnjudged delivers work whose verdict is not there yet, as Complete does.
func (s *Service) DeliverUnjudged(ctx context.Context, agentID, taskID string, d Deliverable) (t *Task, taken bool, err error) {
	return s.deliver(ctx, agentID, taskID, d, "", nil)
}

// NewRoom is a rehearsal as trials use it.
func NewRoom(r *sandbox.Rehearsal) trial.Room { return room{r} }
