package city

import "slices"

// TaskStatus is where a task is in its life; the transitions between them are
// listed in package task.
type TaskStatus string

// The states of a task, in the order it passes them.
const (
	// TaskPendingApproval is an order over a limit that waits for its owner's word.
	TaskPendingApproval TaskStatus = "pending_approval"

	TaskSubmitted    TaskStatus = "submitted"     // waiting for an agent, or assigned and waiting for it to start
	TaskRouting      TaskStatus = "routing"       // an agent is being picked
	TaskExecuting    TaskStatus = "executing"     // the agent has committed and works
	TaskQualityCheck TaskStatus = "quality_check" // delivered, the gate is judging
	TaskCompleted    TaskStatus = "completed"     // passed, charged
	TaskFailed       TaskStatus = "failed"        // not delivered or not good enough; nothing charged
	TaskCancelled    TaskStatus = "cancelled"     // withdrawn by the buyer before work began
	TaskRefunded     TaskStatus = "refunded"      // passed, charged and given back

	// TaskRefundReview is a charged task whose refund waits for an operator's decision.
	TaskRefundReview TaskStatus = "refund_review"
)

// TaskStatuses lists every state.
func TaskStatuses() []TaskStatus {
	return []TaskStatus{
		TaskPendingApproval, TaskSubmitted, TaskRouting, TaskExecuting, TaskQualityCheck,
		TaskCompleted, TaskRefundReview, TaskFailed, TaskCancelled, TaskRefunded,
	}
}

// Known reports whether s is one of the states.
func (s TaskStatus) Known() bool {
	return slices.Contains(TaskStatuses(), s)
}

// Ended reports whether no more work can happen on the task.
func (s TaskStatus) Ended() bool {
	return s == TaskCompleted || s == TaskRefundReview || s == TaskFailed || s == TaskCancelled || s == TaskRefunded
}
