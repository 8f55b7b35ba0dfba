package city

// Code is the stable, public name of an error.
type Code string

// Every public error code. Each has a row in httpapi's status table and in the
// OpenAPI document; a test demands both.
const (
	CodeInternal           Code = "INTERNAL_ERROR"
	CodeValidation         Code = "VALIDATION_ERROR"
	CodeUnauthorized       Code = "UNAUTHORIZED"
	CodeInvalidCredentials Code = "INVALID_CREDENTIALS"
	CodeEmailNotVerified   Code = "EMAIL_NOT_VERIFIED"
	CodeEmailTaken         Code = "EMAIL_TAKEN"
	CodeForbidden          Code = "FORBIDDEN"
	CodeNotFound           Code = "NOT_FOUND"
	CodeMethodNotAllowed   Code = "METHOD_NOT_ALLOWED"
	CodePayloadTooLarge    Code = "PAYLOAD_TOO_LARGE"
	CodeUnsupportedMedia   Code = "UNSUPPORTED_MEDIA_TYPE"
	CodeRequestTimeout     Code = "REQUEST_TIMEOUT"
	CodeMailUnavailable    Code = "MAIL_UNAVAILABLE"
	CodeNotReady           Code = "NOT_READY"
	CodeRateLimited        Code = "RATE_LIMITED"
	CodeIdempotency        Code = "IDEMPOTENCY_CONFLICT"
	CodeInvalidState       Code = "INVALID_STATE"

	CodeTokenNotFound   Code = "TOKEN_NOT_FOUND"
	CodeAgentNotFound   Code = "AGENT_NOT_FOUND"
	CodeAgentRequired   Code = "AGENT_REQUIRED"
	CodeAgentInactive   Code = "AGENT_INACTIVE"
	CodeAgentUnfit      Code = "AGENT_UNFIT"
	CodeSameOwner       Code = "SAME_OWNER"
	CodeNoAgent         Code = "NO_AGENT_AVAILABLE"
	CodeTaskNotFound    Code = "TASK_NOT_FOUND"
	CodeTaskSealed      Code = "TASK_SEALED"
	CodeBudgetTooLow    Code = "BUDGET_TOO_LOW"
	CodeGateNotReady    Code = "GATE_NOT_READY"
	CodePatchNotReady   Code = "PATCH_NOT_READY"
	CodeCodeNotKept     Code = "CODE_NOT_KEPT"
	CodeReceiptNotReady Code = "RECEIPT_NOT_READY"
	CodeRefundWindow    Code = "REFUND_WINDOW_CLOSED"
	CodeFeedbackGiven   Code = "FEEDBACK_ALREADY_GIVEN"
	CodeDeadlinePassed  Code = "DEADLINE_PASSED"
	CodeArchiveNotFound Code = "ARCHIVE_NOT_FOUND"
	CodeArchiveInvalid  Code = "ARCHIVE_INVALID"
	CodeArchiveQuota    Code = "ARCHIVE_QUOTA_EXCEEDED"
	CodeArchiveInUse    Code = "ARCHIVE_IN_USE"
	CodeNoApproval      Code = "APPROVAL_NOT_NEEDED"

	CodeRepoNotAllowed  Code = "REPO_NOT_ALLOWED"
	CodeRepoNotFound    Code = "REPO_NOT_FOUND"
	CodeRepoPrivate     Code = "REPO_PRIVATE"
	CodeRepoUnreachable Code = "REPO_UNREACHABLE"
	CodeRefNotFound     Code = "REF_NOT_FOUND"
	CodeRepoEmpty       Code = "REPO_EMPTY"
	CodeRepoTooLarge    Code = "REPO_TOO_LARGE"

	CodeSandboxNotFound    Code = "SANDBOX_NOT_FOUND"
	CodeSandboxUnavailable Code = "SANDBOX_UNAVAILABLE"
	CodeSandboxCapacity    Code = "SANDBOX_CAPACITY"
	CodeSandboxOOM         Code = "SANDBOX_OOM"
	CodeSandboxGone        Code = "SANDBOX_GONE"
	CodeSandboxLimit       Code = "SANDBOX_LIMIT"
	CodeSandboxDiskFull    Code = "SANDBOX_DISK_FULL"
	CodeSandboxExpired     Code = "SANDBOX_EXPIRED"
	CodeSandboxProcesses   Code = "SANDBOX_PROCESSES"
	CodeSandboxQueued      Code = "SANDBOX_QUEUED"
	CodeCommandBlocked     Code = "COMMAND_BLOCKED"
	CodeExecCancelled      Code = "EXEC_CANCELLED"
	CodeExecNotFound       Code = "EXEC_NOT_FOUND"
	CodeExecOutputLimit    Code = "EXEC_OUTPUT_LIMIT"
	CodeExecTimeout        Code = "EXEC_TIMEOUT"
	CodePathNotAllowed     Code = "PATH_NOT_ALLOWED"
	CodeFileNotFound       Code = "FILE_NOT_FOUND"
	CodeNotAFile           Code = "NOT_A_FILE"
	CodeNotADirectory      Code = "NOT_A_DIRECTORY"
	CodeFileTooLarge       Code = "FILE_TOO_LARGE"
	CodeFileExists         Code = "FILE_EXISTS"
	CodeDirectoryNotEmpty  Code = "DIRECTORY_NOT_EMPTY"

	CodeInsufficientCredits Code = "INSUFFICIENT_CREDITS"
	CodeInsufficientFunds   Code = "INSUFFICIENT_FUNDS"
	CodeEarningsHeldBack    Code = "EARNINGS_HELD_BACK"
	CodeSpendingLimit       Code = "SPENDING_LIMIT"
	CodePaymentDeclined     Code = "PAYMENT_DECLINED"
	CodePayoutUnavailable   Code = "PAYOUT_UNAVAILABLE"
	CodeWithdrawalPending   Code = "WITHDRAWAL_PENDING"
	CodeCardNotFound        Code = "CARD_NOT_FOUND"
	CodePaymentUnavailable  Code = "PAYMENT_UNAVAILABLE"

	CodeWebhookNotFound      Code = "WEBHOOK_NOT_FOUND"
	CodeWebhookURLNotAllowed Code = "WEBHOOK_URL_NOT_ALLOWED"
	CodeDeliveryNotFound     Code = "DELIVERY_NOT_FOUND"
)

// Codes lists every public code, for the status table, the OpenAPI document
// and the SDKs.
func Codes() []Code {
	return []Code{
		CodeInternal, CodeValidation, CodeUnauthorized, CodeInvalidCredentials, CodeEmailNotVerified, CodeEmailTaken,
		CodeForbidden, CodeNotFound, CodeMethodNotAllowed, CodePayloadTooLarge, CodeUnsupportedMedia, CodeRequestTimeout, CodeMailUnavailable, CodeNotReady,
		CodeRateLimited, CodeIdempotency, CodeInvalidState,
		CodeTokenNotFound, CodeAgentNotFound, CodeAgentRequired, CodeAgentInactive, CodeAgentUnfit, CodeSameOwner,
		CodeNoAgent, CodeTaskNotFound, CodeTaskSealed, CodeBudgetTooLow, CodeGateNotReady, CodePatchNotReady, CodeCodeNotKept, CodeReceiptNotReady,
		CodeRefundWindow, CodeFeedbackGiven, CodeDeadlinePassed, CodeArchiveNotFound, CodeArchiveInvalid,
		CodeArchiveQuota, CodeArchiveInUse, CodeNoApproval,
		CodeRepoNotAllowed, CodeRepoNotFound, CodeRepoPrivate, CodeRepoUnreachable, CodeRefNotFound, CodeRepoEmpty, CodeRepoTooLarge,
		CodeSandboxNotFound, CodeSandboxUnavailable, CodeSandboxCapacity, CodeSandboxOOM, CodeSandboxGone,
		CodeSandboxLimit, CodeSandboxDiskFull, CodeSandboxExpired, CodeSandboxProcesses, CodeSandboxQueued,
		CodeExecCancelled, CodeExecNotFound, CodeExecOutputLimit,
		CodeCommandBlocked, CodeExecTimeout, CodePathNotAllowed, CodeFileNotFound, CodeNotAFile,
		CodeNotADirectory, CodeFileTooLarge, CodeFileExists, CodeDirectoryNotEmpty,
		CodeInsufficientCredits, CodeInsufficientFunds, CodeEarningsHeldBack, CodeSpendingLimit, CodePaymentDeclined, CodePayoutUnavailable, CodeWithdrawalPending,
		CodeCardNotFound, CodePaymentUnavailable,
		CodeWebhookNotFound, CodeWebhookURLNotAllowed, CodeDeliveryNotFound,
	}
}
