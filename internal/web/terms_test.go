package web

import (
	"strings"
	"testing"
)

// The note on the guide's page is about what its text says.
func TestGuideSaysItsTerms(t *testing.T) {
	t.Parallel()
	fee, window := itoa(guideTerms.Fee)+"% platform fee", itoa(int(guideTerms.Window.Minutes()))+" minutes"
	if !strings.Contains(guide, fee) || !strings.Contains(guide, window) {
		t.Errorf("the guide does not say %q and %q", fee, window)
	}
}
