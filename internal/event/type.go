package event

// Type says what happened. A task's life is told by the transitions of package
// task, which say the type that each emits.
type Type string

// What happens to a task.
const (
	TaskSubmitted         Type = "task.submitted"
	TaskApprovalAsked     Type = "task.approval_asked"
	TaskApproved          Type = "task.approved"
	TaskRouting           Type = "task.routing"
	TaskAssigned          Type = "task.assigned"
	TaskDeclined          Type = "task.declined"
	TaskPassedOver        Type = "task.passed_over"
	TaskProvisioned       Type = "task.provisioned"
	TaskExecuting         Type = "task.executing"
	TaskDelivered         Type = "task.delivered"
	TaskCompleted         Type = "task.completed"
	TaskFailed            Type = "task.failed"
	TaskCancelled         Type = "task.cancelled"
	TaskFeedback          Type = "task.feedback"
	TaskReleased          Type = "task.released"
	TaskRefunded          Type = "task.refunded"
	TaskRefundAsked       Type = "task.refund_asked"
	TaskRefundDenied      Type = "task.refund_denied"
	TaskRecheckAsked      Type = "task.recheck_asked"
	TaskRecheckDecided    Type = "task.recheck_decided"
	TaskVerdictOverturned Type = "task.verdict_overturned"
)

// What happens to an agent.
const (
	AgentRegistered  Type = "agent.registered"
	AgentUpdated     Type = "agent.updated"
	AgentKeyRotated  Type = "agent.key_rotated"
	AgentDeactivated Type = "agent.deactivated"
	AgentReactivated Type = "agent.reactivated"
	AgentSuspended   Type = "agent.suspended"
	WebhookDisabled  Type = "webhook.disabled"
)

// What happens to an owner.
const (
	OwnerSignedUp        Type = "owner.signed_up"
	OwnerEmailVerified   Type = "owner.email_verified"
	OwnerPasswordChanged Type = "owner.password_changed"
	OwnerPasswordReset   Type = "owner.password_reset"
	OwnerTokenCreated    Type = "owner.token_created"
	OwnerTokenRevoked    Type = "owner.token_revoked" //nolint:gosec // a name of what happened
)

// Notices are what agents' webhooks are told; endpoints name those that they want.
const (
	NoticeTaskAssigned      = "task_assigned"
	NoticeTaskCompleted     = "task_completed"
	NoticeTaskFailed        = "task_failed"
	NoticeFeedbackReceived  = "feedback_received"
	NoticeTaskRefunded      = "task_refunded"
	NoticeRefundRequested   = "refund_requested"
	NoticeRefundDenied      = "refund_denied"
	NoticeVerdictOverturned = "verdict_overturned"
	NoticeRecheckDecided    = "recheck_decided"
	NoticePayoutPaid        = "payout_paid"
	NoticePayoutFailed      = "payout_failed"
)
