package city

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is an error that a caller may see: a stable code and a sentence that
// says what happened and what to do. Its message never holds a path, SQL,
// a stack or another owner's data. The cause is for the log only.
type Error struct {
	Code    Code
	Message string
	Fields  []FieldError   // which input was wrong, on VALIDATION_ERROR
	Details map[string]any // further facts a program can act on
	cause   error
}

// FieldError names one wrong input by its JSON path, "input.description".
type FieldError struct {
	Field   string `json:"field" doc:"JSON path of the wrong input"`
	Message string `json:"message" doc:"What is wrong with it"`
}

// Error returns the public sentence with its code.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap returns the cause, nil when there is none.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is an Error of the same code.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Code == e.Code
}

// Errorf builds a public error. Arguments must be safe to show to the caller.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// WithCause attaches what went wrong underneath; it reaches the log, never the caller.
func (e *Error) WithCause(err error) *Error {
	e.cause = err
	return e
}

// WithDetail adds one machine-readable fact.
func (e *Error) WithDetail(key string, value any) *Error {
	if e.Details == nil {
		e.Details = map[string]any{}
	}
	e.Details[key] = value
	return e
}

// CodeOf returns the public code of err, CodeInternal when it has none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// CauseOf is what went wrong under a public error, and err itself when it is
// none or tells no cause. It is for the log and the operator's terminal.
func CauseOf(err error) error {
	var e *Error
	if errors.As(err, &e) && e.cause != nil {
		return e.cause
	}
	return err
}

// Invalid collects field errors; Err is nil while there are none.
type Invalid struct{ fields []FieldError }

// Add records that a field is wrong.
func (v *Invalid) Add(field, format string, args ...any) {
	v.fields = append(v.fields, FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
}

// Check records a field error when ok is false.
func (v *Invalid) Check(ok bool, field, format string, args ...any) {
	if !ok {
		v.Add(field, format, args...)
	}
}

// Text records a field error when text is not UTF-8 or holds a NUL, which
// PostgreSQL does not store.
func (v *Invalid) Text(field, text string) {
	v.Check(utf8.ValidString(text) && !strings.ContainsRune(text, 0), field, "must be text without NUL")
}

// Err returns the VALIDATION_ERROR with all fields, or nil.
func (v *Invalid) Err() error {
	if len(v.fields) == 0 {
		return nil
	}
	first := v.fields[0]
	message := fmt.Sprintf("%s: %s.", first.Field, first.Message)
	switch more := len(v.fields) - 1; more {
	case 0:
	case 1:
		message += " One more is wrong, see details.fields."
	default:
		message += fmt.Sprintf(" %d more are wrong, see details.fields.", more)
	}
	return &Error{Code: CodeValidation, Message: message, Fields: v.fields}
}

// InvalidField is the VALIDATION_ERROR for a single field.
func InvalidField(field, format string, args ...any) error {
	var v Invalid
	v.Add(field, format, args...)
	return v.Err()
}
