// Package citytest has what tests across packages say of the city's vocabulary.
package citytest

import (
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
