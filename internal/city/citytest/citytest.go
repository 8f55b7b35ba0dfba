// Package citytest has what tests across packages say of the city's vocabulary.
package citytest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// WantCode fails the test unless err is the city's error of that code, or nil where the
// code is "".
func WantCode(t *testing.T, what string, err error, want city.Code) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && city.CodeOf(err) != want {
		t.Errorf("%s: got %v, want code %q", what, err, want)
	}
}

// WrongFields lists the wrong fields of a VALIDATION_ERROR, each once, with a space
// between.
func WrongFields(err error) string {
	known, ok := errors.AsType[*city.Error](err)
	if !ok {
		return ""
	}
	names := make([]string, len(known.Fields))
	for i, field := range known.Fields {
		names[i] = field.Field
	}
	return strings.Join(slices.Compact(names), " ")
}
