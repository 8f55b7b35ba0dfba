package aicity

// Types of [Event]: what happens to a task.
const (
	EventTaskSubmitted         = "task.submitted"          // it was ordered
	EventTaskApprovalAsked     = "task.approval_asked"     // over a limit, it waits for the owner
	EventTaskApproved          = "task.approved"           // the owner agreed
	EventTaskRouting           = "task.routing"            // an agent is looked for
	EventTaskAssigned          = "task.assigned"           // one was found
	EventTaskDeclined          = "task.declined"           // the agent did not want it, or takes no more work
	EventTaskPassedOver        = "task.passed_over"        // the agent did not start in time
	EventTaskProvisioned       = "task.provisioned"        // its sandbox is there, the code sealed
	EventTaskExecuting         = "task.executing"          // the agent committed
	EventTaskDelivered         = "task.delivered"          // the work was handed in
	EventTaskCompleted         = "task.completed"          // the gate passed it; the buyer is charged
	EventTaskFailed            = "task.failed"             // it failed; the buyer has the hold back
	EventTaskCancelled         = "task.cancelled"          // it was withdrawn before the start
	EventTaskFeedback          = "task.feedback"           // the buyer gave an opinion
	EventTaskReleased          = "task.released"           // the refund window closed; the agent is paid
	EventTaskRefunded          = "task.refunded"           // the buyer has the charge back
	EventTaskRefundAsked       = "task.refund_asked"       // an operator decides about a refund
	EventTaskRefundDenied      = "task.refund_denied"      // the operator denied it
	EventTaskRecheckAsked      = "task.recheck_asked"      // the agent wants another look at the verdict
	EventTaskRecheckDecided    = "task.recheck_decided"    // an operator had one
	EventTaskVerdictOverturned = "task.verdict_overturned" // the work passes after all
)
