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

// What a numbered row says in short is told below, where a paragraph opens with its number.
func TestRowsToldBelow(t *testing.T) {
	t.Parallel()
	const table = "| # | place | what |\n|---|---|---|\n| 1 | lib/oven.js:2 | kept for ever |\n| 2 | lib/oven.js:6 | dropped |\n\n"
	for below, want := range map[string]int{
		"**1.** `exports.folder` is never cleared.\n\n**2.** `done(null, value)` hands on what came.\n": 2,
		"**1.** `nothing` of that kind.\n\n**2.** `done(null, value)` hands on what came.\n":            1,
		"`exports.folder` is never cleared.\n\n`done(null, value)` hands on what came.\n":               0,
	} {
		if got := ovenView(city.CodeReview, "Look for bugs.", table+below).Ground.Anchored; got != want {
			t.Errorf("%q: %d places hold what is said", below, got)
		}
	}
}

// Where a table was ordered its rows say something, whatever stands in them.
func TestRowsOfOrderedTables(t *testing.T) {
	t.Parallel()
	const table = "| given | saved | read |\n|---|---|---|\n| `Rye` | `rye` | `Rye` |\n| `Oat` | `oat` | `Oat` |\n"
	for request, want := range map[string]bool{"Please tabulate what save makes of names.": false, "What does save make of names?": true} {
		if got := ovenView(city.DataAnalysis, request, table).prose.dead; got > 0 != want {
			t.Errorf("%q: %d dead words", request, got)
		}
	}
}
