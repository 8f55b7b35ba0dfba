package aicity

// Codes of [Error], as the city gives them.
const (
	CodeInternal             = "INTERNAL_ERROR"
	CodeValidation           = "VALIDATION_ERROR"
	CodeUnauthorized         = "UNAUTHORIZED"
	CodeInvalidCredentials   = "INVALID_CREDENTIALS"
	CodeEmailNotVerified     = "EMAIL_NOT_VERIFIED"
	CodeEmailTaken           = "EMAIL_TAKEN"
	CodeForbidden            = "FORBIDDEN"
	CodeNotFound             = "NOT_FOUND"
	CodeMethodNotAllowed     = "METHOD_NOT_ALLOWED"
	CodePayloadTooLarge      = "PAYLOAD_TOO_LARGE"
	CodeUnsupportedMedia     = "UNSUPPORTED_MEDIA_TYPE"
	CodeRequestTimeout       = "REQUEST_TIMEOUT"
	CodeNotReady             = "NOT_READY"
	CodeMailUnavailable      = "MAIL_UNAVAILABLE"
	CodeRateLimited          = "RATE_LIMITED"
	CodeIdempotency          = "IDEMPOTENCY_CONFLICT"
	CodeInvalidState         = "INVALID_STATE"
	CodeTokenNotFound        = "TOKEN_NOT_FOUND"
	CodeAgentNotFound        = "AGENT_NOT_FOUND"
	CodeAgentRequired        = "AGENT_REQUIRED"
	CodeAgentInactive        = "AGENT_INACTIVE"
	CodeAgentUnfit           = "AGENT_UNFIT"
	CodeSameOwner            = "SAME_OWNER"
	CodeSpendingLimit        = "SPENDING_LIMIT"
	CodeNoAgent              = "NO_AGENT_AVAILABLE"
	CodeTaskNotFound         = "TASK_NOT_FOUND"
	CodeTaskSealed           = "TASK_SEALED"
	CodeBudgetTooLow         = "BUDGET_TOO_LOW"
	CodeGateNotReady         = "GATE_NOT_READY"
	CodePatchNotReady        = "PATCH_NOT_READY"
	CodeCodeNotKept          = "CODE_NOT_KEPT"
	CodeReceiptNotReady      = "RECEIPT_NOT_READY"
	CodeRefundWindow         = "REFUND_WINDOW_CLOSED"
	CodeFeedbackGiven        = "FEEDBACK_ALREADY_GIVEN"
	CodeDeadlinePassed       = "DEADLINE_PASSED"
	CodeArchiveNotFound      = "ARCHIVE_NOT_FOUND"
	CodeArchiveInvalid       = "ARCHIVE_INVALID"
	CodeArchiveQuota         = "ARCHIVE_QUOTA_EXCEEDED"
	CodeArchiveInUse         = "ARCHIVE_IN_USE"
	CodeNoApproval           = "APPROVAL_NOT_NEEDED"
	CodeRepoNotAllowed       = "REPO_NOT_ALLOWED"
	CodeRepoNotFound         = "REPO_NOT_FOUND"
	CodeRepoPrivate          = "REPO_PRIVATE"
	CodeRepoUnreachable      = "REPO_UNREACHABLE"
	CodeRefNotFound          = "REF_NOT_FOUND"
	CodeRepoEmpty            = "REPO_EMPTY"
	CodeRepoTooLarge         = "REPO_TOO_LARGE"
	CodeSandboxNotFound      = "SANDBOX_NOT_FOUND"
	CodeSandboxUnavailable   = "SANDBOX_UNAVAILABLE"
	CodeSandboxCapacity      = "SANDBOX_CAPACITY"
	CodeSandboxOOM           = "SANDBOX_OOM"
	CodeSandboxGone          = "SANDBOX_GONE"
	CodeSandboxLimit         = "SANDBOX_LIMIT"
	CodeSandboxDiskFull      = "SANDBOX_DISK_FULL"
	CodeSandboxExpired       = "SANDBOX_EXPIRED"
	CodeSandboxProcesses     = "SANDBOX_PROCESSES"
	CodeSandboxQueued        = "SANDBOX_QUEUED"
	CodeCommandBlocked       = "COMMAND_BLOCKED"
	CodeExecCancelled        = "EXEC_CANCELLED"
	CodeExecNotFound         = "EXEC_NOT_FOUND"
	CodeExecOutputLimit      = "EXEC_OUTPUT_LIMIT"
	CodeExecTimeout          = "EXEC_TIMEOUT"
	CodePathNotAllowed       = "PATH_NOT_ALLOWED"
	CodeFileNotFound         = "FILE_NOT_FOUND"
	CodeNotAFile             = "NOT_A_FILE"
	CodeNotADirectory        = "NOT_A_DIRECTORY"
	CodeFileTooLarge         = "FILE_TOO_LARGE"
	CodeFileExists           = "FILE_EXISTS"
	CodeDirectoryNotEmpty    = "DIRECTORY_NOT_EMPTY"
	CodeInsufficientCredits  = "INSUFFICIENT_CREDITS"
	CodeInsufficientFunds    = "INSUFFICIENT_FUNDS"
	CodeEarningsHeldBack     = "EARNINGS_HELD_BACK"
	CodePaymentDeclined      = "PAYMENT_DECLINED"
	CodePayoutUnavailable    = "PAYOUT_UNAVAILABLE"
	CodeWithdrawalPending    = "WITHDRAWAL_PENDING"
	CodeCardNotFound         = "CARD_NOT_FOUND"
	CodePaymentUnavailable   = "PAYMENT_UNAVAILABLE"
	CodeWebhookNotFound      = "WEBHOOK_NOT_FOUND"
	CodeWebhookURLNotAllowed = "WEBHOOK_URL_NOT_ALLOWED"
	CodeDeliveryNotFound     = "DELIVERY_NOT_FOUND"
)

// Codes lists every code.
func Codes() []string {
	return []string{
		CodeInternal, CodeValidation, CodeUnauthorized, CodeInvalidCredentials, CodeEmailNotVerified, CodeEmailTaken,
		CodeForbidden, CodeNotFound, CodeMethodNotAllowed, CodePayloadTooLarge, CodeUnsupportedMedia, CodeRequestTimeout, CodeMailUnavailable, CodeNotReady,
		CodeRateLimited, CodeIdempotency, CodeInvalidState, CodeTokenNotFound, CodeAgentNotFound, CodeAgentRequired,
		CodeAgentInactive, CodeAgentUnfit, CodeSameOwner, CodeSpendingLimit, CodeNoAgent, CodeTaskNotFound, CodeTaskSealed,
		CodeBudgetTooLow, CodeGateNotReady, CodePatchNotReady, CodeCodeNotKept, CodeReceiptNotReady, CodeRefundWindow, CodeFeedbackGiven,
		CodeDeadlinePassed, CodeArchiveNotFound, CodeArchiveInvalid, CodeArchiveQuota, CodeArchiveInUse, CodeNoApproval, CodeRepoNotAllowed, CodeRepoNotFound, CodeRepoPrivate,
		CodeRepoUnreachable, CodeRefNotFound, CodeRepoEmpty, CodeRepoTooLarge, CodeSandboxNotFound,
		CodeSandboxUnavailable, CodeSandboxCapacity, CodeSandboxOOM, CodeSandboxGone, CodeSandboxLimit,
		CodeSandboxDiskFull, CodeSandboxExpired, CodeSandboxProcesses, CodeSandboxQueued, CodeExecCancelled, CodeExecNotFound, CodeExecOutputLimit,
		CodeCommandBlocked, CodeExecTimeout, CodePathNotAllowed, CodeFileNotFound, CodeNotAFile, CodeNotADirectory,
		CodeFileTooLarge, CodeFileExists, CodeDirectoryNotEmpty, CodeInsufficientCredits, CodeInsufficientFunds, CodeEarningsHeldBack, CodePaymentDeclined, CodePayoutUnavailable,
		CodeWithdrawalPending, CodeCardNotFound, CodePaymentUnavailable, CodeWebhookNotFound, CodeWebhookURLNotAllowed, CodeDeliveryNotFound,
	}
}
