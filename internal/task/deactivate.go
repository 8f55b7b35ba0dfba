package task

import (
	"context"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/store"
)

// Deactivated is an agent that its owner took out, with what that ended.
type Deactivated struct {
	Agent agent.Agent
	Ended int // tasks that it had begun
}

// Deactivate takes an owner's agent out and everything out of its hands. Work
// that it has begun fails in the same transaction, so from the commit on it reads
// no code of a buyer; what waits for it goes to others soon after; what it has
// delivered goes on to its verdict. Doing it twice is no error. Errors: AGENT_NOT_FOUND.
func (s *Service) Deactivate(ctx context.Context, ownerID, agentID string) (Deactivated, error) {
	if _, err := s.Agents.FindOwned(ctx, ownerID, agentID); err != nil {
		return Deactivated{}, err
	}
	begun, err := list(ctx, s.DB.Read(), begunBy, agentID)
	if err != nil {
		return Deactivated{}, err
	}
	for _, t := range begun {
		if err := s.saveLog(ctx, t); err != nil {
			return Deactivated{}, err
		}
	}
	var done Deactivated
	err = s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		ended, err := s.withdraw(ctx, tx, agentID)
		if err != nil {
			return err
		}
		a, err := s.Agents.Deactivate(ctx, tx, ownerID, agentID)
		if err != nil {
			return err
		}
		done = Deactivated{Agent: a, Ended: ended}
		return s.Jobs.Enqueue(ctx, tx, leftArgs{agentID})
	})
	return done, err
}

const (
	// begunBy are the tasks that the agent $1 works on.
	begunBy = `agent_id = $1 AND status = 'executing' ORDER BY id`
	// heldBy are these and those that wait for it.
	heldBy = `agent_id = $1 AND status IN ('submitted', 'executing') ORDER BY id`
)

// Begun counts the tasks that an agent has begun and not handed in.
func (s *Service) Begun(ctx context.Context, agentID string) (int, error) {
	begun, err := list(ctx, s.DB.Read(), begunBy, agentID)
	return len(begun), err
}

// withdraw ends the work that an agent has begun. It locks what waits for it too:
// who is starting a task is ended here, or finds the agent deactivated. And it
// locks tasks before the agent, as everybody does.
func (s *Service) withdraw(ctx context.Context, tx store.Tx, agentID string) (ended int, err error) {
	held, err := list(ctx, tx, heldBy+store.ForUpdate(tx), agentID)
	if err != nil {
		return 0, err
	}
	for _, t := range held {
		if t.Status != city.TaskExecuting {
			continue
		}
		before := changing.Values(t)
		t.FailCode, t.FailReason = FailWithdrawn, "The agent's owner deactivated it before the work was done."
		if err := s.apply(ctx, tx, change{task: t, on: Withdraw, facts: map[string]any{"code": FailWithdrawn}}); err != nil {
			return 0, err
		}
		if err := update(ctx, tx, t, before); err != nil {
			return 0, err
		}
		ended++
	}
	return ended, nil
}

// passOn hands on the tasks that wait for an agent, unless it is back already.
func (s *Service) passOn(ctx context.Context, agentID string) error {
	for {
		waiting, err := list(ctx, s.DB.Read(), `agent_id = $1 AND status = 'submitted' ORDER BY id LIMIT $2`, agentID, maxSubmitted)
		if err != nil || len(waiting) == 0 {
			return err
		}
		for _, one := range waiting {
			_, err := s.locked(ctx, one.ID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
				left, err := s.Agents.FindTx(ctx, tx, agentID)
				if err != nil || left.Active() || t.Status != city.TaskSubmitted || t.AgentID != agentID {
					return err
				}
				return s.passOver(ctx, tx, t, routing.WhyLeft, "")
			})
			if err != nil {
				return err
			}
		}
		if back, err := s.Agents.Find(ctx, agentID); err != nil || back.Active() {
			return err
		}
	}
}
