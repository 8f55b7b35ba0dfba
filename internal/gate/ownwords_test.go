package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Code that is read out, or called wrong without a word of why, is no work; the same
// places with what follows from them are.
func TestReadOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, result string
		fails        bool
	}{
		{"read out", "`Level` (press.go:4) works out `depth / 8` and keeps it as `level` (press.go:5). Then it branches on `level >= 2 && !forced` (press.go:6) and answers with `level, nil` (press.go:7). Then it puts `strings.Split(os.Getenv(\"PRESS_RANGE\"), \",\")` into `parts` (press.go:9), branches on `len(parts) == 0` (press.go:10) and answers with `0, nil` (press.go:11). In the end it answers with `len(parts), nil` (press.go:13).\n", true},
		{"empty remarks", "- High, press.go:5, `depth / 8` is wrong in `Level`.\n- Medium, press.go:6, `level >= 2` must change in `Level`.\n- Low, press.go:9, `strings.Split` is dangerous in `Level`.\n- High, press.go:11, `0, nil` leaks in `Level`.\n", true},
		{"work", "`level := depth / 8` (press.go:5) cuts the rest: terminals of 15 bits count as one. `forced` (press.go:6) lets nothing pass but only skips the early return, so a forced wide terminal ends up with the number of ranges. `strings.Split` (press.go:9) never gives an empty list, the branch at press.go:10 is dead, and an unset `PRESS_RANGE` counts as one range.\n", false},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeReview, Description: "Review press.go, with lines."}, Deliverable: gate.Deliverable{Result: strings.TrimSpace(tt.result)},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "press.go", Lines: 14}}, Source: memory{"press.go": pressFile}},
		})
		if s := signalOf(report, "lists of names"); s == nil || (s.Cap != nil) != tt.fails {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
}
