package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// With which call of the project something was set up need not come back; a call that is
// asked about must.
func TestCallsThatSetUp(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]bool{
		"Dev server with oven.configure('bread', { watch: true }). It goes stale.": true,
		"What is wrong with oven.configure('bread')?":                              false,
		"We have trouble with oven.configure('bread').":                            false,
		"How do I use oven.configure('bread')?":                                    false,
		"oven.configure('bread') goes stale.":                                      false,
		"It goes stale with kiln.configure('bread').":                              false,
		"See oven.configure and what goes stale with oven.configure.":              false,
	} {
		found := false
		for _, w := range ovenView(city.BugFix, request, "").wished {
			if w.kind == wishName && w.function() == "configure" {
				if found = true; w.sample != want {
					t.Errorf("%q: %+v", request, w)
				}
			}
		}
		if !found {
			t.Errorf("%q: not named", request)
		}
	}
}
