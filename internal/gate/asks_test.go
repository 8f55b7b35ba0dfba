package gate

import (
	"slices"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Who asks for measured numbers gets some.
func TestMeasuredNumbers(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]bool{
		"`save` at lib/oven.js:5 calls back at once, which is cheap.":               true,
		"`save` at lib/oven.js:5 takes 12 ns, a folder more 14 ns.":                 false,
		"One value: 64 bytes.\n\nTwo values: 96 bytes.\n\nTen values: 352 bytes.\n": false,
	} {
		s, _ := missingAsks(ovenView(city.Research, "How expensive is oven.save? Give us measured numbers.", result))
		if got := slices.Contains(s.Evidence, "measured numbers"); got != want {
			t.Errorf("%q: %q", result, s.Evidence)
		}
	}
}
