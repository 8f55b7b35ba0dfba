package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// A diff without the header of a file is of the file that is cited before it: it
// is held to what others are held to, and where it leaves lines out nobody minds.
func TestDiffsWithoutAHeader(t *testing.T) {
	t.Parallel()
	without := func(diff string) string {
		lines := strings.SplitAfter(diff, "\n")
		return strings.Join(lines[2:], "")
	}
	for _, tt := range []struct {
		name, diff, says string
	}{
		{"it mends the code", without(guardDiff), ""},
		{"it changes prose only", without(talkDiff), "no code is different"},
		{"it gives other names", without(nameDiff), "local names other names"},
		{"it gives other names, without a place", strings.Join(strings.SplitAfter(nameDiff, "\n")[3:], ""), "local names other names"},
		{"it leaves lines out", " func Mean(readings []int) int {\n-\treturn sum / len(readings)\n+\treturn sum / max(1, len(readings))\n", ""},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.BugFix, Description: meterRequest},
			Deliverable: gate.Deliverable{Result: "`Mean` divides by `len(readings)`, which is 0 when there are no readings, so TestMeanOfNothing fails with a panic. In meter.go:9:\n\n```diff\n" + tt.diff + "```\n"},
			Repo:        meter(),
		})
		said := ""
		for _, s := range report.Signals {
			if s.Name == "change" {
				said = s.Reason
			}
		}
		if tt.says == "" && report.Verdict != gate.Pass || !strings.Contains(said, tt.says) {
			t.Errorf("%s: %d, %q", tt.name, report.Score, said)
		}
	}
}
