package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// A table whose first column is of lines cites them; one of other figures does not, and
// what a column of changes has is no quote.
func TestLineColumn(t *testing.T) {
	t.Parallel()
	const wish = "Where does press.go spend its time, and what do its tests notice? Lines please, in a table."
	for _, tt := range []struct {
		name, result string
		cited        int
		misquotes    bool
	}{
		{"lines", "### Costs (`press.go`)\n\n| Line | What |\n|---|---|\n| 5 | `level := depth / 8` cuts the rest |\n| 9, 11 | the split of `PRESS_RANGE` allocates |\n", 3, false},
		{"counts", "### Costs (`press.go`)\n\n| Calls | What |\n|---|---|\n| 5 | `level := depth / 8` cuts the rest |\n| 9 | the split of `PRESS_RANGE` allocates |\n", 0, false},
		{"changes", "### Faults (`press.go`)\n\n| line | change | failing |\n|---|---|---|\n| 5 | `level := depth / 4` | 2 |\n", 1, false},
		{"no changes", "### Costs (`press.go`)\n\n| line | code | calls |\n|---|---|---|\n| 5 | `level := depth / 4` | 2 |\n", 1, true},
		{"before a line", "In `press.go`, line 5 cuts the rest.\n\n1. Before line 5: `if depth == 0 { return 0 }`.\n", 1, false},
		{"in a line", "In `press.go`, line 5 cuts the rest.\n\n1. In line 5: `if depth == 0 { return 0 }`.\n", 1, true},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.DataAnalysis, Description: wish}, Deliverable: gate.Deliverable{Result: tt.result},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "press.go", Lines: 14}}, Source: memory{"press.go": pressFile}},
		})
		lines := map[int]bool{}
		for _, ref := range report.References {
			if ref.Line > 0 {
				lines[ref.Line] = true
			}
		}
		if s := signalOf(report, "misquotes"); len(lines) != tt.cited || (s != nil && s.Points < 0) != tt.misquotes {
			t.Errorf("%s: lines %v, %+v", tt.name, lines, s)
		}
	}
}
