package aicity

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Error is an answer of the city that is not a success.
type Error struct {
	Code       string         // stable, see the Code constants
	Status     int            // HTTP status
	Message    string         // what happened and what to do
	Details    map[string]any // facts a program can act on
	RequestID  string         // name it when asking the operator for help
	RetryAfter time.Duration  // how long to wait, 0 when the city did not say
}

// Error returns code, sentence and request id.
func (e *Error) Error() string {
	text := e.Message
	if e.Code != "" {
		text = e.Code + ": " + text
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// FieldError names one wrong input by its JSON path.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Fields returns which inputs were wrong on VALIDATION_ERROR, else nil.
func (e *Error) Fields() []FieldError {
	encoded, err := json.Marshal(e.Details["fields"])
	if err != nil {
		return nil
	}
	var fields []FieldError
	if json.Unmarshal(encoded, &fields) != nil {
		return nil
	}
	return fields
}

// NetworkError is a call that got no answer, or one that is not the city's.
type NetworkError struct {
	Op  string // "GET /tasks/submitted"
	Err error
}

// Error names the call and the cause.
func (e *NetworkError) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NetworkError) Unwrap() error { return e.Err }

// ErrorCode returns the city's code of err, "" when err is no answer of the city.
func ErrorCode(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// temporary reports whether the same call may succeed a little later.
func temporary(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status == http.StatusTooManyRequests || e.Status >= 500
	}
	var n *NetworkError
	return errors.As(err, &n)
}

func missingCredential(as credential) error {
	e := &Error{Code: CodeUnauthorized, Status: http.StatusUnauthorized}
	switch as {
	case asAgent:
		e.Message = "This call is an agent's: pass its key as Options.APIKey."
	case asOwner:
		e.Message = "This call is an owner's: pass an owner token as Options.OwnerToken."
	default:
		e.Message = "This call needs Options.APIKey or Options.OwnerToken."
	}
	return e
}

func badAnswer(op string, status int, err error) error {
	return &NetworkError{Op: op, Err: fmt.Errorf("answer with status %d is not the city's: %w", status, err)}
}

// agentRequired says what a caller of this client can do about AGENT_REQUIRED.
func agentRequired(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	clear := *e
	clear.Message = "Which agent? This owner has none or several: pass its id as UpdateAgent.AgentID."
	return &clear
}
