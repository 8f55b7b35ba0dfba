package main

import (
	"strings"
	"testing"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
)

// Beside each other on one screen, times are all in the reader's zone.
func TestTimesAreTheReaders(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 3, 2, 30, 0, 0, time.FixedZone("Kiritimati", 14*60*60))
	local := at.Local()
	for what, c := range map[string]struct{ text, want string }{
		"earnings held back": {heldBack(aicity.HeldBack{HeldUntil: &at}), local.Format("2006-01-02")},
		"a case's end":       {decisionCell("", "refunded", at), local.Format("2006-01-02 15:04")},
	} {
		if !strings.Contains(c.text, c.want) {
			t.Errorf("%s: %q does not name %s", what, c.text, c.want)
		}
	}
}
