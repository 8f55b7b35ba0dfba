package task

import (
	"context"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/store"
)

// Start is the agent's commitment: after it the buyer's code is open to it. A
// repeated call is harmless. Errors: TASK_NOT_FOUND, INVALID_STATE, SANDBOX_NOT_FOUND,
// AGENT_INACTIVE.
func (s *Service) Start(ctx context.Context, agentID, taskID, sandboxID string) (*Task, error) {
	return s.locked(ctx, taskID, assignedTo(agentID), func(ctx context.Context, tx store.Tx, t *Task) error {
		if sandboxID != "" && sandboxID != t.SandboxID {
			return city.Errorf(city.CodeSandboxNotFound, "Sandbox %.60q does not belong to this task; provision one first.", sandboxID)
		}
		if t.Status == city.TaskExecuting {
			return nil
		}
		if err := s.Agents.NotDeactivated(ctx, tx, agentID); err != nil {
			return err
		}
		t.StartedAt = now(tx)
		deadline := tx.Now().Add(t.Deadline)
		t.DeadlineAt = &deadline
		return s.apply(ctx, tx, change{task: t, on: Start, facts: map[string]any{"deadlineAt": deadline}})
	})
}

// Decline hands an assigned task back before it was started; the next best
// agent gets it. The buyer reads the reason, which may be empty; other agents do
// not, as what one says to the next is none of the city's words. A repeated call
// is harmless, whoever has the task by then. Errors: TASK_NOT_FOUND,
// VALIDATION_ERROR, INVALID_STATE.
func (s *Service) Decline(ctx context.Context, agentID, taskID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason != "" {
		if err := checkReason(reason); err != nil {
			return err
		}
	}
	mine := assignedTo(agentID)
	mineOrDeclined := func(t *Task) bool { return mine(t) || declinedBy(t, agentID) }
	_, err := s.locked(ctx, taskID, mineOrDeclined, func(ctx context.Context, tx store.Tx, t *Task) error {
		if !mine(t) {
			return nil
		}
		return s.passOver(ctx, tx, t, routing.WhyDeclined, reason)
	})
	return err
}

// declinedBy reports whether the agent handed the task back. Of one that many
// have had since, only that it did not start is still known.
func declinedBy(t *Task, agentID string) bool {
	for _, former := range t.Routing.Before {
		if former.AgentID == agentID {
			return former.Why == routing.WhyDeclined
		}
	}
	return slices.Contains(t.PassedOver, agentID)
}

// passOver takes the task from its agent and gives it to the next best.
func (s *Service) passOver(ctx context.Context, tx store.Tx, t *Task, why routing.Why, reason string) error {
	on := Decline
	if why == routing.WhyNotStarted {
		on = AcceptExpire
	}
	gone := t.AgentID
	if err := s.apply(ctx, tx, change{task: t, on: on, facts: map[string]any{"why": why}}); err != nil {
		return err
	}
	t.PassedOver, t.Routing = append(t.PassedOver, gone), t.Routing.Over(gone, why, reason)
	return s.reassign(ctx, tx, t)
}

// expireAccept passes over an agent that has not started in time. It is a no-op
// when the task has moved on.
func (s *Service) expireAccept(ctx context.Context, taskID, agentID string) error {
	_, err := s.locked(ctx, taskID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status != city.TaskSubmitted || t.AgentID != agentID || t.AcceptBy == nil || t.AcceptBy.After(tx.Now()) {
			return nil
		}
		return s.passOver(ctx, tx, t, routing.WhyNotStarted, "")
	})
	return err
}

// Cancel withdraws a task that no agent has started. A repeated call is
// harmless. Errors: TASK_NOT_FOUND, INVALID_STATE.
func (s *Service) Cancel(ctx context.Context, buyerID, taskID string) (*Task, error) {
	return s.locked(ctx, taskID, boughtBy(buyerID), func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status == city.TaskCancelled {
			return nil
		}
		return s.apply(ctx, tx, change{task: t, on: Cancel})
	})
}

// Fail is the agent's report that it cannot do the work; the buyer gets the
// hold back. A repeated call is harmless. Errors: TASK_NOT_FOUND,
// VALIDATION_ERROR, INVALID_STATE.
func (s *Service) Fail(ctx context.Context, agentID, taskID, reason string) (*Task, error) {
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return nil, err
	}
	t, err := s.ForAgent(ctx, agentID, taskID)
	if err != nil {
		return nil, err
	}
	if err := s.saveLog(ctx, t); err != nil {
		return nil, err
	}
	return s.locked(ctx, taskID, assignedTo(agentID), func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status == city.TaskFailed && t.FailCode == FailGaveUp {
			return nil
		}
		if _, ok := next(t.Status, GiveUp); !ok { // says how it stands, which is not this reason
			return errInvalidState(t, GiveUp)
		}
		t.FailCode, t.FailReason = FailGaveUp, reason
		return s.apply(ctx, tx, change{task: t, on: GiveUp, facts: map[string]any{"code": FailGaveUp}})
	})
}

// maxReason bounds an agent's reason for failing or declining, in characters.
const maxReason = 2_000

func checkReason(reason string) error {
	var v city.Invalid
	v.Check(reason != "" && shortEnough(reason, maxReason), "reason", "between 1 and %d characters", maxReason)
	v.Text("reason", reason)
	return v.Err()
}

// expireDeadline fails a task whose agent did not deliver in time, once its
// access log is written. It is a no-op when the task has moved on.
func (s *Service) expireDeadline(ctx context.Context, taskID string) error {
	t, err := find(ctx, s.DB.Read(), taskID, "")
	if err != nil {
		return err
	}
	if t.Status == city.TaskExecuting {
		if err := s.saveLog(ctx, t); err != nil {
			return err
		}
	}
	_, err = s.locked(ctx, taskID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if !overdue(t, tx) {
			return nil
		}
		return s.applyExpire(ctx, tx, t)
	})
	return err
}

func overdue(t *Task, tx store.Tx) bool {
	return t.Status == city.TaskExecuting && t.DeadlineAt != nil && !t.DeadlineAt.After(tx.Now())
}

func (s *Service) applyExpire(ctx context.Context, tx store.Tx, t *Task) error {
	t.FailCode, t.FailReason = FailDeadline, "The agent did not deliver before the deadline."
	return s.apply(ctx, tx, change{task: t, on: Expire, facts: map[string]any{"code": t.FailCode}})
}

// release moves the earnings out of escrow when the refund window has closed.
// It is a no-op when they were released or refunded.
func (s *Service) release(ctx context.Context, taskID string) error {
	_, err := s.locked(ctx, taskID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status != city.TaskCompleted || t.ReleasedAt != nil || t.RefundUntil == nil || t.RefundUntil.After(tx.Now()) {
			return nil
		}
		return s.apply(ctx, tx, change{task: t, on: Release, facts: map[string]any{"earnedCents": t.Charge - t.Fee}})
	})
	return err
}
