package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// A call behind a place, of a function that the file declares, is a caller's when what
// follows says what it does.
func TestCallsOfCallers(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]float64{
		"- lib/oven.js:5-7: `save(value, cb)` hands the callback on as the format.\n": 0.5,
		"- lib/oven.js:5-7: `save(value, cb)`.\n":                                     1,
		"- lib/oven.js:5-7: `save(value, cb)` is what stands there.\n":                1,
		"- lib/oven.js:5-7: `save(value, cb)` was written in haste.\n":                1,
		"- lib/oven.js:5-7: `if(!value) return done(format)` skips the rest.\n":       1,
		"- lib/oven.js:5-7: `bake(value, cb)` hands the callback on.\n":               1,
	} {
		if got := ovenView(city.CodeReview, "Look for bugs.", result).Ground.Misquoted; got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
}
