package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Names alone make no row of a table say something.
func TestRowsOfNames(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]int{
		"| `lib/oven.js` | 7 | `configure`, `save`, `done` | verified |":                          0,
		"| `lib/oven.js` | 7 | `configure`, `save`, `done` | hands what was given on unchanged |": 1,
		"| `save` | 12 ns | as before |":                                                          1,
	} {
		if got := ovenView(city.Research, "What is there?", "| file | lines | names | what |\n|---|---|---|---|\n"+row+"\n").prose.rows; got != want {
			t.Errorf("%q: %d rows", row, got)
		}
	}
}
