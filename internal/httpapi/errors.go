package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"aicity.dev/aicity/internal/city"
)

// statuses gives each public code its HTTP status. It is the only such table;
// a test demands a row for every code.
var statuses = map[city.Code]int{
	city.CodeInternal:           http.StatusInternalServerError,
	city.CodeValidation:         http.StatusBadRequest,
	city.CodeUnauthorized:       http.StatusUnauthorized,
	city.CodeInvalidCredentials: http.StatusUnauthorized,
	city.CodeEmailNotVerified:   http.StatusForbidden,
	city.CodeEmailTaken:         http.StatusConflict,
	city.CodeForbidden:          http.StatusForbidden,
	city.CodeNotFound:           http.StatusNotFound,
	city.CodeMethodNotAllowed:   http.StatusMethodNotAllowed,
	city.CodePayloadTooLarge:    http.StatusRequestEntityTooLarge,
	city.CodeUnsupportedMedia:   http.StatusUnsupportedMediaType,
	city.CodeRequestTimeout:     http.StatusRequestTimeout,
	city.CodeNotReady:           http.StatusServiceUnavailable,
	city.CodeMailUnavailable:    http.StatusServiceUnavailable,
	city.CodeRateLimited:        http.StatusTooManyRequests,
	city.CodeIdempotency:        http.StatusConflict,
	city.CodeInvalidState:       http.StatusConflict,

	city.CodeTokenNotFound:   http.StatusNotFound,
	city.CodeAgentNotFound:   http.StatusNotFound,
	city.CodeAgentRequired:   http.StatusBadRequest,
	city.CodeAgentInactive:   http.StatusConflict,
	city.CodeAgentUnfit:      http.StatusConflict,
	city.CodeSameOwner:       http.StatusForbidden,
	city.CodeSpendingLimit:   http.StatusForbidden,
	city.CodeNoAgent:         http.StatusConflict,
	city.CodeTaskNotFound:    http.StatusNotFound,
	city.CodeTaskSealed:      http.StatusForbidden,
	city.CodeBudgetTooLow:    http.StatusConflict,
	city.CodeGateNotReady:    http.StatusConflict,
	city.CodePatchNotReady:   http.StatusConflict,
	city.CodeCodeNotKept:     http.StatusGone,
	city.CodeReceiptNotReady: http.StatusConflict,
	city.CodeRefundWindow:    http.StatusConflict,
	city.CodeFeedbackGiven:   http.StatusConflict,
	city.CodeDeadlinePassed:  http.StatusConflict,
	city.CodeArchiveNotFound: http.StatusNotFound,
	city.CodeArchiveInvalid:  http.StatusBadRequest,
	city.CodeArchiveQuota:    http.StatusConflict,
	city.CodeArchiveInUse:    http.StatusConflict,
	city.CodeNoApproval:      http.StatusConflict,

	city.CodeRepoNotAllowed:  http.StatusBadRequest,
	city.CodeRepoNotFound:    http.StatusUnprocessableEntity,
	city.CodeRepoPrivate:     http.StatusUnprocessableEntity,
	city.CodeRepoUnreachable: http.StatusUnprocessableEntity,
	city.CodeRefNotFound:     http.StatusUnprocessableEntity,
	city.CodeRepoEmpty:       http.StatusUnprocessableEntity,
	city.CodeRepoTooLarge:    http.StatusUnprocessableEntity,

	city.CodeSandboxNotFound:    http.StatusNotFound,
	city.CodeSandboxUnavailable: http.StatusServiceUnavailable,
	city.CodeSandboxCapacity:    http.StatusServiceUnavailable,
	city.CodeSandboxOOM:         http.StatusUnprocessableEntity,
	city.CodeSandboxGone:        http.StatusGone,
	city.CodeSandboxLimit:       http.StatusUnprocessableEntity,
	city.CodeSandboxDiskFull:    http.StatusUnprocessableEntity,
	city.CodeSandboxExpired:     http.StatusGone,
	city.CodeSandboxProcesses:   http.StatusUnprocessableEntity,
	city.CodeSandboxQueued:      http.StatusServiceUnavailable,
	city.CodeExecCancelled:      http.StatusConflict,
	city.CodeExecNotFound:       http.StatusNotFound,
	city.CodeExecOutputLimit:    http.StatusUnprocessableEntity,
	city.CodeCommandBlocked:     http.StatusForbidden,
	city.CodeExecTimeout:        http.StatusUnprocessableEntity,
	city.CodePathNotAllowed:     http.StatusBadRequest,
	city.CodeFileNotFound:       http.StatusNotFound,
	city.CodeNotAFile:           http.StatusConflict,
	city.CodeNotADirectory:      http.StatusConflict,
	city.CodeFileTooLarge:       http.StatusRequestEntityTooLarge,
	city.CodeFileExists:         http.StatusConflict,
	city.CodeDirectoryNotEmpty:  http.StatusConflict,

	city.CodeInsufficientCredits: http.StatusPaymentRequired,
	city.CodeInsufficientFunds:   http.StatusConflict,
	city.CodeEarningsHeldBack:    http.StatusConflict,
	city.CodePaymentDeclined:     http.StatusPaymentRequired,
	city.CodePayoutUnavailable:   http.StatusServiceUnavailable,
	city.CodeWithdrawalPending:   http.StatusConflict,
	city.CodeCardNotFound:        http.StatusNotFound,
	city.CodePaymentUnavailable:  http.StatusServiceUnavailable,

	city.CodeWebhookNotFound:      http.StatusNotFound,
	city.CodeWebhookURLNotAllowed: http.StatusBadRequest,
	city.CodeDeliveryNotFound:     http.StatusNotFound,
}

// Status is the HTTP status of a public code.
func Status(code city.Code) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// ErrorBody is the answer to a call that did not succeed.
type ErrorBody struct {
	Success bool        `json:"success" doc:"Always false"`
	Err     ErrorAnswer `json:"error" doc:"What happened"`
	status  int
}

// ErrorAnswer says what happened and what to do.
type ErrorAnswer struct {
	Code      city.Code      `json:"code" doc:"Stable name of the error"`
	Message   string         `json:"message" doc:"What happened and what to do"`
	Details   map[string]any `json:"details,omitempty" doc:"Facts a program can act on: on VALIDATION_ERROR the wrong fields, on a task's INVALID_STATE its status and, in possible, what the caller may call instead"`
	RequestID string         `json:"requestId" doc:"Name this id when you ask for help"`
}

// Error returns the code and the message.
func (b *ErrorBody) Error() string { return string(b.Err.Code) + ": " + b.Err.Message }

// GetStatus returns the HTTP status.
func (b *ErrorBody) GetStatus() int { return b.status }

// GetHeaders returns Retry-After when the error says how long to wait.
func (b *ErrorBody) GetHeaders() http.Header {
	h := http.Header{}
	if seconds, ok := b.Err.Details["retryAfterSeconds"]; ok {
		h.Set("Retry-After", fmt.Sprint(seconds))
	}
	return h
}

const internalMessage = "Something went wrong on our side. Try again; if it happens again, name the request id."

// maxFields bounds the wrong fields that an answer names.
const maxFields = 50

// nameless is an answer outside any request: huma asks for one to describe it.
func nameless(err error) *ErrorBody {
	known, ok := errors.AsType[*city.Error](err)
	if !ok {
		known = city.Errorf(city.CodeInternal, internalMessage)
	}
	return &ErrorBody{status: Status(known.Code), Err: ErrorAnswer{Code: known.Code, Message: known.Message}}
}

// answer turns any error into the body that a caller may see. What is not a
// city.Error is logged with its cause and shown as an internal error.
func answer(ctx context.Context, logger *slog.Logger, err error) *ErrorBody {
	requestID := requestIDOf(ctx)
	var known *city.Error
	if !errors.As(err, &known) {
		if ctx.Err() == nil && !errors.Is(err, context.Canceled) { // else the caller hung up
			logger.ErrorContext(ctx, "request failed", "requestId", requestID, "error", err)
		}
		known = city.Errorf(city.CodeInternal, internalMessage)
	} else if cause := known.Unwrap(); cause != nil && ctx.Err() == nil && Status(known.Code) >= http.StatusInternalServerError {
		logger.WarnContext(ctx, "request refused", "requestId", requestID, "code", known.Code, "error", cause)
	}
	body := &ErrorBody{status: Status(known.Code)}
	body.Err = ErrorAnswer{Code: known.Code, Message: known.Message, Details: known.Details, RequestID: requestID}
	if len(known.Fields) > 0 {
		known.Fields = known.Fields[:min(len(known.Fields), maxFields)]
		body.Err.Details = map[string]any{"fields": known.Fields}
	}
	return body
}

func errNoEndpoint() error {
	return city.Errorf(city.CodeNotFound, "There is no such endpoint. The reference is at /docs/api.")
}

func errBodyTooLarge(limit int64) error {
	return city.Errorf(city.CodePayloadTooLarge, "The request body is too large: this call takes at most %s.", city.Bytes(limit)).WithDetail("limitBytes", limit)
}

// announced refuses a body that says of itself that it is over the limit, so
// that nothing of it is read. One that says nothing, or lies, ends at the limit.
func announced(r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		return errBodyTooLarge(limit)
	}
	return nil
}

func errBodyLate() error {
	return city.Errorf(city.CodeRequestTimeout, "The request body did not arrive in time. Send it again.")
}

func errBodyCut() error { return city.InvalidField("body", "it broke off before its end") }

// bodyError is the public error for a body that could not be read.
func bodyError(err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errBodyTooLarge(large.Limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errBodyLate()
	}
	return errBodyCut()
}

// brokeOff reports whether a body ended before its end.
func brokeOff(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// errorModel is set once: huma knows one error model a process, and every
// server's is the same.
var errorModel sync.Once

// setErrorModel replaces huma's own error model by ours. Values that were sent
// are not repeated: they may be secrets.
func setErrorModel() {
	errorModel.Do(func() {
		huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
			return nameless(humaError(status, message, errs, 0))
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
			return answer(ctx.Context(), loggerOf(ctx.Context()), humaError(status, message, errs, ctx.Operation().MaxBodyBytes-1))
		}
	})
}

// humaError is the public error for one of huma's; limit is that of the body.
func humaError(status int, message string, errs []error, limit int64) error {
	switch status {
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return invalid(message, errs)
	case http.StatusRequestEntityTooLarge:
		return errBodyTooLarge(limit)
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		return city.Errorf(city.CodeUnsupportedMedia, "Send and accept application/json.")
	case http.StatusRequestTimeout:
		return errBodyLate()
	default:
		if slices.ContainsFunc(errs, brokeOff) {
			return errBodyCut()
		}
		return errors.Join(append([]error{errors.New(message)}, errs...)...)
	}
}

func invalid(message string, errs []error) error {
	var v city.Invalid
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if !errors.As(err, &detail) {
			// Huma blames no field.
			v.Add("body", "not valid JSON of the expected shape")
			continue
		}
		field, problem := fieldProblem(detail)
		v.Add(field, "%s", problem)
	}
	if err := v.Err(); err != nil {
		return err
	}
	return city.InvalidField("body", "%s", message)
}

// fieldProblem says which field is wrong and how. Huma blames what holds the
// field when it is missing, and what a number is too large for is told in Go's
// terms only.
func fieldProblem(detail *huma.ErrorDetail) (field, problem string) {
	field = fieldName(detail.Location)
	var missing string
	if _, err := fmt.Sscanf(detail.Message, validation.MsgExpectedRequiredProperty, &missing); err == nil {
		return strings.TrimPrefix(field+"."+missing, "body."), "is required"
	}
	if too := unmarshalled.FindStringSubmatch(detail.Message); too != nil {
		return too[1], "the number is too large"
	}
	return field, detail.Message
}

// unmarshalled finds the field in what encoding/json says of a value that has
// the right shape but does not fit.
var unmarshalled = regexp.MustCompile(`^json: cannot unmarshal .* into Go struct field [^ .]*\.(\S+) of type`)

// fieldName is the JSON path of a field, without where it was found.
func fieldName(location string) string {
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		if name, ok := strings.CutPrefix(location, prefix); ok {
			return name
		}
	}
	return location
}
