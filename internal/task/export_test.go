package task

import "context"

// DeliverUnjudged delivers work whose verdict is not there yet, as Complete does.
func (s *Service) DeliverUnjudged(ctx context.Context, agentID, taskID string, d Deliverable) (t *Task, taken bool, err error) {
	return s.deliver(ctx, agentID, taskID, d, "", nil)
}
