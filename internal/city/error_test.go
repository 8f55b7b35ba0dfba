package city

import (
	"errors"
	"fmt"
	"testing"
)

func TestInvalidSaysHowMuchIsWrong(t *testing.T) {
	t.Parallel()
	var v Invalid
	for _, want := range []string{
		"",
		"VALIDATION_ERROR: name: is required.",
		"VALIDATION_ERROR: name: is required. One more is wrong, see details.fields.",
		"VALIDATION_ERROR: name: is required. 2 more are wrong, see details.fields.",
	} {
		got := ""
		if err := v.Err(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		v.Add("name", "is required")
	}
}

func TestCauseOf(t *testing.T) {
	t.Parallel()
	cause, plain, alone := errors.New("no kernel"), errors.New("plain"), Errorf(CodeSandboxUnavailable, "Not here.")
	for err, want := range map[error]error{
		fmt.Errorf("try: %w", Errorf(CodeSandboxUnavailable, "Not here.").WithCause(cause)): cause,
		alone: alone,
		plain: plain,
	} {
		if got := CauseOf(err); got != want { //nolint:errorlint // the very error is asked for
			t.Errorf("%v: got %v, want %v", err, got, want)
		}
	}
}
