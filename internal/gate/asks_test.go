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

// Several calls of the code with values within sentences are examples.
func TestCallsAreExamples(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"`save(1)` gives 1, `save(2)` 2.\n\n`save(3)` gives 3.\n\n`save(0)` gives nothing.": false,
		"`bake(1)` gives 1, `bake(2)` 2.\n\n`bake(3)` gives 3.\n\n`bake(0)` gives nothing.": true,
		"`save(a)`, `save(b)`, `save(c)` and `save(d)` are calls.":                          true,
		"`save()` gives 1, `save` 2, `save()` 3 and `save()` nothing.":                      true,
	} {
		s, _ := missingAsks(ovenView(city.ContentCreation, "Write a page about save, with examples.", text))
		if got := slices.Contains(s.Evidence, "an example"); got != want {
			t.Errorf("%q: %q", text, s.Evidence)
		}
	}
}

// Only what stands in the sentence that orders a comparison is to be compared.
func TestComparesWhatItNames(t *testing.T) {
	t.Parallel()
	for request, compared := range map[string]bool{
		"Renovate proposes Oven 4. Slack has it already. Compare the packages.": true,
		"Compare BakeryOven with StoneOven for us.":                             false,
	} {
		if got := ovenView(city.Research, request, "The old one is slower than the new one.").comparesEverything(); got != compared {
			t.Errorf("%q: compared %v", request, got)
		}
	}
}
