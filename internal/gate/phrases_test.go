package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Runs of the request's words come back in work that answers it; small words make none, and
// a sentence that is only given back counts for nothing.
func TestPhrases(t *testing.T) {
	t.Parallel()
	const request = "Every few weeks a loaf ends up half old half new in lib/oven.js, with no error at all."
	for result, want := range map[string]int{
		"The folder is kept, so a loaf is half old half new, and there is no error.": 2,
		"The folder is kept, and there is no error at all in lib/oven.js.":           0,
		"Loaves are half old.":              0,
		request + "\n\nThe folder is kept.": 0,
	} {
		if got := ovenView(city.Research, request, result).phrases(); min(got, 2) != want {
			t.Errorf("%q: %d, want %d", result, got, want)
		}
	}
}
